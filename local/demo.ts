// `npm run demo`: the platform, an LTE network, five real agents, and a table that shows a changed config arrive.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import logUpdate from 'log-update';
import { type Agent, createAgent } from '../agent/agent.ts';
import { DEMO_NETWORK, ensureGateway, ensureNetwork } from './demo/network.ts';
import { type ConvergenceView, drawTable } from './demo/table.ts';
import { FlagError, port, toFlagError } from './flags.ts';
import { DEFAULT_PORTS, type Platform, startPlatform } from './platform.ts';
import { showProgress } from './progress.ts';
import { registerOperator } from './register-operator.ts';
import { type RestClient, restClient } from './rest-client.ts';
import { shownPath } from './shown-path.ts';
import { StartError, errorText } from './start-error.ts';

const HELP = `npm run demo -- [flags]

Starts the platform with an LTE network and real agents, and shows a live table of who has which configuration.

  --gateways N          how many agents (default 5)
  --data FOLDER         where everything is kept (default .orc8r/demo)
  --api-port PORT       REST (default 9443); likewise --controller-port (8443) and --bootstrap-port (8444); 0 takes a free one
  --seconds N           stop by itself after N seconds
  --help                this text
`;
const REFRESH_MS = 400;

const stopping = new AbortController();
const undo: (() => Promise<void> | void)[] = [];

function flags() {
  const text = { type: 'string' } as const;
  try {
    const { values } = parseArgs({
      options: {
        gateways: text,
        data: text,
        'api-port': text,
        'controller-port': text,
        'bootstrap-port': text,
        seconds: text,
        help: { type: 'boolean' },
      },
    });
    return {
      gateways: number('--gateways', values.gateways) ?? 5,
      data: values.data ?? join('.orc8r', 'demo'),
      ports: {
        api: port('--api-port', values['api-port']) ?? DEFAULT_PORTS.api,
        controller: port('--controller-port', values['controller-port']) ?? DEFAULT_PORTS.controller,
        bootstrap: port('--bootstrap-port', values['bootstrap-port']) ?? DEFAULT_PORTS.bootstrap,
      },
      seconds: number('--seconds', values.seconds),
      help: values.help ?? false,
    };
  } catch (error) {
    throw toFlagError(error);
  }
}

async function main(): Promise<void> {
  const values = flags();
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopping.abort());
  const platform = await startPlatform({ dataDir: values.data, ports: values.ports, progress: showProgress(), registerOperator });
  undo.push(() => platform.stop());
  const rest = restClient({ base: platform.addresses.api, caFile: platform.credentials.rootFile, token: platform.credentials.token });
  undo.push(() => rest.close());

  await ensureNetwork(rest, DEMO_NETWORK, 'Demo');
  const agents = await startAgents(platform, rest, values.gateways);
  undo.push(async () => void (await Promise.all(agents.map((agent) => agent.stop()))));
  process.stdout.write(`\n${hint(platform)}\n\n`);
  if (values.seconds !== undefined) setTimeout(() => stopping.abort(), values.seconds * 1000).unref();
  await watch(rest);
}

async function startAgents(platform: Platform, rest: RestClient, count: number): Promise<Agent[]> {
  const agents: Agent[] = [];
  for (let index = 1; index <= count; index += 1) {
    const id = `gw${index}`;
    const agent = createAgent({
      dataDir: join(platform.dataDir, 'agents', id),
      controller: platform.addresses.controller.replace('https:', 'wss:'),
      bootstrap: platform.addresses.bootstrap.replace('https://', ''),
      ca: readFileSync(platform.credentials.rootFile, 'utf8'),
    });
    await ensureGateway(rest, DEMO_NETWORK, id, await agent.identity());
    await agent.start();
    agents.push(agent);
    process.stdout.write(`Agent ${id} started (${index} of ${count}).\n`);
  }
  return agents;
}

function hint({ addresses, credentials }: Platform): string {
  return `Change the configuration in another terminal, and watch it arrive:

  curl --cacert ${shownPath(credentials.rootFile)} -H "Authorization: Bearer $(cat ${shownPath(credentials.tokenFile)})" -X PUT \\
    -H 'Content-Type: application/json' -d '{"bandwidth_mhz": 10, "tdd_config": {"earfcndl": 44590, "subframe_assignment": 2, "special_subframe_pattern": 7}}' \\
    ${addresses.api}/magma/v1/lte/${DEMO_NETWORK}/cellular/ran

Ctrl-C stops it.`;
}

/** Draws the convergence view until somebody stops it; without a terminal, a table for each change of what is desired or acked. */
async function watch(rest: RestClient): Promise<void> {
  let last = '';
  while (!stopping.signal.aborted) {
    const answer = await rest.call('GET', `/magma/v1/networks/${DEMO_NETWORK}/convergence`);
    if (answer.status === 200) {
      const view = answer.body as ConvergenceView;
      const text = drawTable(view, Date.now(), process.stdout.isTTY && !process.env['NO_COLOR']);
      const shape = JSON.stringify(view.gateways.map(({ connected, streams }) => [connected, streams]));
      if (process.stdout.isTTY) logUpdate(text);
      else if (shape !== last) process.stdout.write(`${text}\n`);
      last = shape;
    }
    await pause(REFRESH_MS);
  }
  if (process.stdout.isTTY) logUpdate.done();
}

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      stopping.signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    stopping.signal.addEventListener('abort', end);
  });

function number(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,6}$/.test(text)) throw new FlagError(`${flag} must be a whole number, not "${text}"`);
  return Number(text);
}

function told(error: unknown): string {
  if (error instanceof FlagError) return `${error.message}. Run "npm run demo -- --help" to see the flags.`;
  return error instanceof StartError ? error.message : `The demo failed: ${errorText(error)}`;
}

let code = 0;
try {
  await main();
} catch (error) {
  code = error instanceof FlagError ? 2 : 1;
  process.stderr.write(`${told(error)}\n`);
} finally {
  for (let end = undo.pop(); end; end = undo.pop()) await end();
}
process.exit(code);
