// The command line of the agent. bin.mjs starts it.
import { existsSync } from 'node:fs';
import { createAgent } from './agent.ts';
import { Carrier } from './carry/carrier.ts';
import type { CarrierOptions } from './carry/options.ts';
import { helpText } from './cli/flags.ts';
import { parseInvocation } from './cli/parse.ts';
import { UsageError } from './cli/usage.ts';
import { loadIdentity } from './identity/identity.ts';
import type { Logger } from './log.ts';
import { jsonLogger, reasonOf, textLogger } from './log.ts';
import type { AgentOptions } from './options.ts';
import { pathsOf } from './storage/paths.ts';
import { StreamStore } from './streams/store.ts';
import { AGENT_VERSION } from './version.ts';

const IMPATIENT_MS = 2_000;

/** Runs until the work is done or a signal comes; gives the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const invocation = parseInvocation(args, process.env);
  switch (invocation.command) {
    case 'help':
      process.stdout.write(helpText());
      return 0;
    case 'version':
      process.stdout.write(`orc8r-agent ${AGENT_VERSION}\n`);
      return 0;
    case 'streams':
      return printStreams(invocation.dataDir);
    case 'identity':
      return printIdentity(invocation.dataDir, invocation.hardwareId);
    case 'run':
      return run(invocation.options, invocation.logJson);
    case 'carry':
      return carry(invocation.options, invocation.logJson);
  }
}

/** Positions and numbers only: the items hold keys of subscribers. */
function printStreams(dataDir: string): number {
  const path = pathsOf(dataDir).streams;
  if (!existsSync(path)) throw new Error(`there are no streams in ${dataDir}: no agent has taken any there`);
  const store = new StreamStore(path);
  const rows = store
    .held()
    .map(({ stream, version, digest, items, resume }) => [
      stream,
      digest === '' ? '-' : String(version),
      digest === '' ? '-' : digest,
      `${items}${resume === '' ? '' : ', more on the way'}`,
    ]);
  store.close();
  for (const [stream = '', version = '', digest = '', items = ''] of [['stream', 'version', 'digest', 'items'], ...rows]) {
    process.stdout.write(`${stream.padEnd(20)} ${version.padStart(8)}  ${digest.padEnd(48)}  ${items}\n`);
  }
  return 0;
}

async function printIdentity(dataDir: string, hardwareId: string | undefined): Promise<number> {
  const identity = await loadIdentity(pathsOf(dataDir), hardwareId);
  const device = { hardware_id: identity.hardwareId, key: { key_type: identity.keyType, key: identity.publicKey } };
  process.stdout.write(
    `hardware id  ${identity.hardwareId}\npublic key   ${identity.publicKey}\n\n"device" of the gateway in the REST API:\n${JSON.stringify(device, null, 2)}\n`,
  );
  return 0;
}

async function run(options: AgentOptions, logJson: boolean): Promise<number> {
  const log = logger(logJson);
  const agent = createAgent({ ...options, log });
  const { hardwareId } = await agent.identity();
  log('info', `orc8r-agent ${AGENT_VERSION}`, { hardware_id: hardwareId, controller: options.controller, data: options.dataDir });
  return untilStopped(agent, log);
}

async function carry(options: CarrierOptions, logJson: boolean): Promise<number> {
  const log = logger(logJson);
  const { controller, dataDir } = options;
  log('info', `orc8r-agent ${AGENT_VERSION} carries for magmad`, { controller, bootstrap: options.bootstrap, data: dataDir });
  return untilStopped(new Carrier({ ...options, log }), log);
}

async function untilStopped(agent: { start(): Promise<void>; stop(): Promise<void> }, log: Logger): Promise<number> {
  try {
    await agent.start();
  } catch (error) {
    // A port that was opened before the fault would keep the process.
    await agent.stop();
    throw error;
  }
  log('info', 'stopping', { signal: await stopSignal() });
  await agent.stop();
  log('info', 'stopped');
  return 0;
}

function logger(json: boolean): Logger {
  return (json ? jsonLogger : textLogger)(
    (line) => void process.stdout.write(line),
    () => Date.now(),
  );
}

/** The first signal asks to stop. One that comes two seconds later or more ends the process at once. */
function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let first = 0;
    const onSignal = (name: NodeJS.Signals) => {
      // A terminal and bin.mjs may both pass on the same Ctrl-C.
      if (first && Date.now() - first > IMPATIENT_MS) process.exit(1);
      first ||= Date.now();
      resolve(name);
    };
    process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  });
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`orc8r-agent: ${reasonOf(error)}\n`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  },
);
