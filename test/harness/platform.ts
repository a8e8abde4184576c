import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Agent, type AgentEvents, createAgent } from '../../agent/agent.ts';
import type { AgentOptions } from '../../agent/options.ts';
import { ensureGateway, ensureNetwork } from '../../local/demo/network.ts';
import { type Platform, type PlatformOptions, startPlatform } from '../../local/platform.ts';
import { type RestClient, restClient } from '../../local/rest-client.ts';

/** A platform on free ports in a folder of its own, with what tests need of it. `close` ends everything that came from it. */
export interface TestPlatform {
  readonly platform: Platform;
  /** As the first operator, by token. */
  readonly rest: RestClient;
  /** PEM of the root CA. */
  readonly ca: string;
  readonly folder: string;
  /** An agent that is not started; its data folder lies under the platform's. */
  agent(name: string, options?: Partial<AgentOptions>): Agent;
  /** Registers a gateway by REST and starts its agent; resolves when it has applied its first configuration. */
  join(network: string, gateway: string, options?: Partial<AgentOptions>): Promise<Agent>;
  close(): Promise<void>;
}

export async function startTestPlatform(options: Partial<PlatformOptions> = {}): Promise<TestPlatform> {
  const folder = mkdtempSync(join(tmpdir(), 'orc8r-e2e-'));
  const platform = await startPlatform({ dataDir: folder, ports: { api: 0, controller: 0, bootstrap: 0 }, ...options }).catch(
    (error: unknown) => {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    },
  );
  const { addresses, credentials } = platform;
  const rest = restClient({ base: addresses.api, caFile: credentials.rootFile, token: credentials.token });
  const ca = readFileSync(credentials.rootFile, 'utf8');
  const agents = new Set<Agent>();

  const agent: TestPlatform['agent'] = (name, more = {}) => {
    const made = createAgent({
      dataDir: join(folder, 'agents', name),
      controller: addresses.controller.replace('https:', 'wss:'),
      bootstrap: addresses.bootstrap,
      ca,
      metrics: false,
      // Short waits, so that tests of reconnects do not take their time from the clock on the wall.
      reconnect: { baseMs: 50, capMs: 500 },
      bootstrapBackoff: { baseMs: 50, capMs: 500 },
      ...more,
    });
    agents.add(made);
    return made;
  };

  return {
    platform,
    rest,
    ca,
    folder,
    agent,
    async join(network, gateway, more) {
      const made = agent(`${network}-${gateway}`, more);
      await ensureNetwork(rest, network, network);
      await ensureGateway(rest, network, gateway, await made.identity());
      const applied = next(made, 'config-applied');
      await made.start();
      await applied;
      return made;
    },
    async close() {
      await Promise.all([...agents].map((made) => made.stop()));
      rest.close();
      await platform.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The next event of that kind; fails after `limit` milliseconds rather than hang. */
export async function next<E extends keyof AgentEvents>(agent: Agent, event: E, limit = 20_000): Promise<AgentEvents[E][0]> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      agent.off(event, take);
      reject(new Error(`no "${event}" came within ${limit} ms`));
    }, limit);
    const take = (...args: AgentEvents[E]): void => {
      clearTimeout(timer);
      agent.off(event, take);
      resolve(args[0]);
    };
    agent.on(event, take);
  });
}

/** Asks until the answer satisfies, a few times a second; fails with the last answer after `limit` milliseconds. */
export async function eventually<T>(ask: () => Promise<T>, satisfies: (answer: T) => boolean, limit = 20_000): Promise<T> {
  const end = performance.now() + limit;
  for (;;) {
    const answer = await ask();
    if (satisfies(answer)) return answer;
    if (performance.now() > end) throw new Error(`still not so after ${limit} ms: ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
