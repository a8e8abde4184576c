import { commit } from '../../core/configurator/commit.ts';
import { Database } from '../../core/db/database.ts';
import { mutableLteGateway } from '../../modules/lte/schemas/lte-gateway.ts';
import { createLteGateway, lteGatewayQueries } from '../../modules/lte/services/gateway/write.ts';
import { gatewayBody, type Holder, hardwareIdOf, makeHolder } from './identities.ts';
import type { TestPlatform } from './platform.ts';

/** Gateways in one commit. */
const AT_ONCE = 50;

/**
 * Registers many gateways and gives each a certificate: what REST and the certifier commit for each, made by the same code, but many in one
 * commit. For preparations that are not measured themselves.
 */
export async function addFleet(test: TestPlatform, network: string, ids: readonly string[]): Promise<Holder[]> {
  const holders: Holder[] = [];
  for (let start = 0; start < ids.length; start += AT_ONCE)
    holders.push(...(await addSome(test, network, ids.slice(start, start + AT_ONCE))));
  // A write over REST has the network look at what was committed past it.
  await test.rest.must('PUT', `/magma/v1/networks/${network}/description`, `with ${ids.length} gateways more`);
  return holders;
}

async function addSome(test: TestPlatform, network: string, ids: readonly string[]): Promise<Holder[]> {
  const db = new Database(await test.platform.d1());
  const made = await Promise.all(ids.map((id) => makeHolder(test, { subject: hardwareIdOf(id) })));
  const bodies = ids.map((id) => mutableLteGateway.parse(gatewayBody(id)));
  const [first] = bodies;
  if (!first) return [];
  // They differ by their ids alone, so what holds for the first holds for all.
  const [found, graph, owner, known, pools] = await db.read(...lteGatewayQueries(network, first));
  const mutations = await Promise.all(
    bodies.map((body) => createLteGateway(network, body, { network: found, graph, owner, known, pools })),
  );
  const author = { actor: 'operator:test', requestId: 'fleet', at: Date.now() };
  await commit(
    db,
    { networkId: network, action: 'gateway.create', target: ids.join(' ').slice(0, 200), mutations: mutations.flat() },
    author,
  );
  await db.commit(made.flatMap(({ rows }) => rows));
  return made.map(({ holder }) => holder);
}
