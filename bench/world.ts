import { randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { V4WorkerOptions } from 'miniflare';
import { bundleWorker } from '../local/bundle.ts';
import { openDevelopmentCa } from '../local/development-ca.ts';
import { openFront } from '../local/front/front.ts';
import { splitStatements } from '../local/migrations.ts';
import { type RestClient, restClient } from '../local/rest-client.ts';
import { type TestPlatform, startTestPlatform } from '../test/harness/platform.ts';

/** The product and, in the same workerd behind a TLS front of the same kind, the bare Worker that it is compared with. */
export interface World {
  readonly product: TestPlatform;
  readonly baseline: {
    readonly rest: RestClient;
    /** `https://127.0.0.1:port` of the door that demands a client certificate. */
    readonly controller: string;
  };
  close(): Promise<void>;
}

const NAME = 'baseline';
/** A benchmark connects everybody as fast as it can. */
const PACING = { rate: 1000, burst: 1000 };

/** Starts both on free ports in a folder of their own. */
export async function startWorld(): Promise<World> {
  const build = mkdtempSync(join(tmpdir(), 'orc8r-bench-'));
  const product = await startTestPlatform({ extraWorkers: [await baselineWorker(build)] });
  const { host, domain, dataDir } = { host: '127.0.0.1', ...product.platform };
  const ca = await openDevelopmentCa({ dataDir, host, domain });
  const upstream = await product.platform.directUrl(NAME);
  const front = await openFront({
    host,
    ports: { api: 0, controller: 0, bootstrap: 0 },
    server: ca.server,
    certifier: ca.certifier.bundle,
    secret: randomBytes(32).toString('hex'),
    upstream: () => upstream,
    pacing: PACING,
  });
  const rest = restClient({ base: `https://${host}:${front.ports.api}`, caFile: ca.rootFile, token: product.platform.credentials.token });
  await rest.must('POST', '/schema', schema());
  return {
    product,
    baseline: { rest, controller: `https://${host}:${front.ports.controller}` },
    async close() {
      rest.close();
      await front.close();
      await product.close();
      rmSync(build, { recursive: true, force: true });
    },
  };
}

/** The product's tables, so that a bare write costs what its rows and indexes cost, one for documents, and what rows of the first refer to. */
function schema(): string[] {
  const folder = join(import.meta.dirname, '..', 'migrations');
  const files = readdirSync(folder).filter((name) => name.endsWith('.sql'));
  return [
    ...files.sort().flatMap((name) => splitStatements(readFileSync(join(folder, name), 'utf8'))),
    'CREATE TABLE documents (id TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID',
    `INSERT INTO networks (id, type, name, description, configs, version, created_at, updated_at) VALUES ('bench', 'lte', '', '', '{}', 1, 0, 0)`,
    `INSERT INTO entities (network_id, type, key, name, description, version) VALUES ('bench', 'apn', 'internet', '', '', 1)`,
  ];
}

async function baselineWorker(folder: string): Promise<V4WorkerOptions> {
  const bundle = await bundleWorker(join(import.meta.dirname, 'baseline', 'worker.ts'), folder);
  return {
    name: NAME,
    compatibilityDate: '2026-10-01',
    compatibilityFlags: ['nodejs_compat'],
    modulesRoot: dirname(bundle.path),
    modules: [{ type: 'ESModule', path: bundle.path, contents: bundle.code }],
    d1Databases: { DB: NAME },
    durableObjects: {
      ECHO: { className: 'Echo', useSQLite: true },
      HUB: { className: 'Hub', useSQLite: true },
      ASKER: { className: 'Asker', useSQLite: true },
    },
    unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
  };
}
