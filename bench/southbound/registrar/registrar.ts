import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { commitStatements } from '../../../core/configurator/commit.ts';
import { Database } from '../../../core/db/database.ts';
import type { Statement } from '../../../core/db/statement.ts';
import { bundleWorker } from '../../../local/bundle.ts';
import { mutableLteGateway } from '../../../modules/lte/schemas/lte-gateway.ts';
import { createLteGateway, lteGatewayQueries } from '../../../modules/lte/services/gateway/write.ts';
import { gatewayBody, type Holder, hardwareIdOf, makeHolder } from '../../../test/harness/identities.ts';
import { startTestPlatform, type TestPlatform } from '../../../test/harness/platform.ts';

const NAME = 'registrar';
/** As wrangler.toml has it. */
const DATABASE = '00000000-0000-0000-0000-000000000000';
/** Gateways in one commit. */
const AT_ONCE = 100;

/** A platform with a second Worker at its database, by which `addFleet` registers gateways. */
export async function startWithRegistrar(options: Parameters<typeof startTestPlatform>[0] = {}): Promise<TestPlatform> {
  const build = mkdtempSync(join(tmpdir(), 'orc8r-registrar-'));
  try {
    const bundle = await bundleWorker(join(import.meta.dirname, 'worker.ts'), build);
    const worker = {
      name: NAME,
      compatibilityDate: '2026-10-01',
      modulesRoot: dirname(bundle.path),
      modules: [{ type: 'ESModule' as const, path: bundle.path, contents: bundle.code }],
      d1Databases: { DB: DATABASE },
      unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
    };
    return await startTestPlatform({ ...options, extraWorkers: [worker] });
  } finally {
    rmSync(build, { recursive: true, force: true });
  }
}

/**
 * Registers many gateways and gives each a certificate: what REST and the certifier commit for each, made by the same code, but many in one
 * commit. For preparations that are not measured themselves.
 */
export async function addFleet(test: TestPlatform, network: string, ids: readonly string[]): Promise<Holder[]> {
  const url = await test.platform.directUrl(NAME);
  const holders: Holder[] = [];
  for (let start = 0; start < ids.length; start += AT_ONCE) {
    const some = ids.slice(start, start + AT_ONCE);
    const made = await Promise.all(some.map((id) => makeHolder(test, { subject: hardwareIdOf(id) })));
    await run(url, [...(await registration(test, network, some)), ...made.flatMap(({ rows }) => rows)]);
    holders.push(...made.map(({ holder }) => holder));
  }
  // A write over REST has the network look at what was committed past it.
  await test.rest.must('PUT', `/magma/v1/networks/${network}/description`, `with ${ids.length} gateways more`);
  return holders;
}

async function registration(test: TestPlatform, network: string, ids: readonly string[]): Promise<Statement[]> {
  const bodies = ids.map((id) => mutableLteGateway.parse(gatewayBody(id)));
  const [first] = bodies;
  if (!first) return [];
  // They differ by their ids alone, so what holds for the first holds for all.
  const db = new Database(await test.platform.d1());
  const [found, graph, owner, known, pools] = await db.read(...lteGatewayQueries(network, first));
  const mutations = await Promise.all(
    bodies.map((body) => createLteGateway(network, body, { network: found, graph, owner, known, pools })),
  );
  const author = { actor: 'operator:bench', requestId: 'fleet', at: Date.now() };
  return commitStatements({ networkId: network, action: 'gateway.create', target: first.id, mutations: mutations.flat() }, author);
}

async function run(url: URL, statements: readonly Statement[]): Promise<void> {
  const { ok, status } = await fetch(url, { method: 'POST', body: JSON.stringify(statements) });
  if (!ok) throw new Error(`the registrar answered with ${status}`);
}
