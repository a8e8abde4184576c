import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Agent } from '../../agent/agent.ts';
import { pathsOf } from '../../agent/storage/paths.ts';
import { ensureGateway, ensureNetwork, lteNetwork } from '../../local/demo/network.ts';
import type { ConvergenceView } from '../../local/demo/table.ts';
import { next, type TestPlatform } from '../../test/harness/platform.ts';
import type { PushTimes } from './times.ts';

/** A network with agents that are connected and in sync. */
export interface Fleet {
  /** Bytes of one gateway's configuration. */
  readonly configBytes: number;
  /** One write that changes the first gateway's configuration only. */
  touchOne(): Promise<PushTimes>;
  /** One write that changes every gateway's. */
  touchAll(): Promise<PushTimes>;
}

const AT_ONCE = 8;

/** Makes a network of `size` gateways and starts their agents in this process, without check-ins and metrics. */
export async function openFleet(product: TestPlatform, network: string, size: number): Promise<Fleet> {
  const { rest } = product;
  await ensureNetwork(rest, network, network);
  const ids = Array.from({ length: size }, (_, index) => `gw${index + 1}`);
  const agents: Agent[] = [];
  for (let start = 0; start < size; start += AT_ONCE) {
    agents.push(...(await Promise.all(ids.slice(start, start + AT_ONCE).map((id) => joined(product, network, id)))));
  }
  const [first] = agents;
  if (!first) throw new RangeError('a fleet has one gateway at least');
  let turn = 0;

  const inSync = async (): Promise<void> => {
    for (;;) {
      const { body } = await rest.must('GET', `/magma/v1/networks/${network}/convergence`);
      if ((body as ConvergenceView).totals['in_sync'] === size) return;
    }
  };
  const push = async (path: string, body: unknown, touched: readonly Agent[]): Promise<PushTimes> => {
    const applied = Promise.all(touched.map((agent) => next(agent, 'config-applied')));
    const sent = performance.now();
    const since = (): number => performance.now() - sent;
    const [answered, delivered] = await Promise.all([rest.must('PUT', path, body).then(since), applied.then(since)]);
    await inSync();
    return { answered, delivered, visible: since() };
  };
  await inSync();
  return {
    configBytes: readFileSync(pathsOf(join(product.folder, 'agents', `${network}-gw1`)).mconfig).byteLength,
    touchOne: () => push(`/magma/v1/networks/${network}/gateways/gw1/magmad`, magmad((turn += 1)), [first]),
    touchAll: () => push(`/magma/v1/lte/${network}/cellular/epc`, epc((turn += 1)), agents),
  };
}

async function joined(product: TestPlatform, network: string, gateway: string): Promise<Agent> {
  const agent = product.agent(`${network}-${gateway}`, { checkin: false });
  await ensureGateway(product.rest, network, gateway, await agent.identity());
  const applied = next(agent, 'config-applied', 60_000);
  await agent.start();
  await applied;
  return agent;
}

const magmad = (turn: number) => ({
  autoupgrade_enabled: false,
  autoupgrade_poll_interval: 300,
  checkin_interval: 60 + (turn % 1000),
  checkin_timeout: 10,
  dynamic_services: [],
});

const epc = (turn: number) => ({ ...lteNetwork('', '').cellular.epc, tac: 1 + (turn % 1000) });
