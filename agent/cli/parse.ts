// From the command line and the config file to the agent's options.
import { accessSync, constants } from 'node:fs';
import { parseArgs } from 'node:util';
import { splitCommandLine } from '../calls/run-command.ts';
import { reasonOf } from '../log.ts';
import type { CarrierOptions } from '../carry/options.ts';
import type { ConfigFolders } from '../magma/config-file.ts';
import type { MagmaConfig } from '../magma/magma-config.ts';
import { readMagmaConfig } from '../magma/magma-config.ts';
import type { AgentOptions } from '../options.ts';
import { carrierOptions } from './carry-options.ts';
import { parseEndpoint } from './endpoint.ts';
import { FLAGS } from './flags.ts';
import { runOptions } from './run-options.ts';
import { readText, UsageError } from './usage.ts';

export type Invocation =
  | { command: 'help' | 'version' }
  | { command: 'identity'; dataDir: string; hardwareId: string | undefined }
  | { command: 'streams'; dataDir: string }
  | { command: 'run'; options: AgentOptions; logJson: boolean }
  | { command: 'carry'; options: CarrierOptions; logJson: boolean };

const OVERRIDES = '/var/opt/magma/configs';
/** What magmad does itself when the agent carries. */
const MAGMADS_OWN = ['token', 'hardware-id', 'mconfig', 'exporter', 'streams'];

/** The flags that hold one command line. */
const LINES = ['reboot-command', 'restart-command', 'start-command', 'stop-command', 'stateless-command'];

interface Values {
  single: Map<string, string>;
  pairs: Map<string, Record<string, string>>;
  switches: Set<string>;
}

/** Reads `args` (without node and script) and `env`. Throws UsageError. */
export function parseInvocation(args: readonly string[], env: Readonly<Record<string, string | undefined>>): Invocation {
  const { values, command } = parseCommandLine(args);
  if (values.switches.has('help')) return { command: 'help' };
  if (values.switches.has('version')) return { command: 'version' };
  const configFile = values.single.get('config');
  if (configFile !== undefined) addConfigFile(configFile, values);
  const get = (name: string) => values.single.get(name);
  const dataDir = get('data') ?? defaultDataDir();
  if (command === 'identity') return { command, dataDir, hardwareId: get('hardware-id') };
  if (command === 'streams') return { command, dataDir };
  const carry = values.switches.has('carry');
  refuseCombinations(values, carry);
  const logJson = values.switches.has('log-json');
  const genericCommands = values.pairs.get('generic-command') ?? {};
  for (const line of [...LINES.map(get), ...Object.values(genericCommands)]) {
    if (line !== undefined) checkCommandLine(line);
  }
  const configDir = get('config-dir') ?? (carry ? '/etc/magma' : undefined);
  const magma = configDir === undefined ? undefined : readMagma({ defaults: configDir, overrides: get('override-dir') ?? OVERRIDES });
  const endpoint = (flag: string) => {
    const text = get(flag);
    return text === undefined ? undefined : parseEndpoint(flag, text);
  };
  const caFile = get('ca');
  const ca = caFile === undefined ? undefined : readText(caFile, '--ca');
  const commands = {
    ...defined({
      rebootCommand: get('reboot-command'),
      restartCommand: get('restart-command') ?? magma?.restartCommand,
      startCommand: get('start-command'),
      stopCommand: get('stop-command'),
      statelessCommand: get('stateless-command'),
    }),
    genericCommands,
    logFiles: values.pairs.get('log-file') ?? {},
  };
  const flags = { dataDir, controller: get('controller'), bootstrap: get('bootstrap'), ca, listen: endpoint('listen') };
  if (carry && magma) {
    const options = carrierOptions({ ...flags, bootstrapListen: endpoint('bootstrap-listen'), more: commands }, magma);
    return { command: 'carry', options, logJson };
  }
  const own = {
    ...defined({
      hardwareId: get('hardware-id'),
      token: get('token') ?? env['ORC8R_AGENT_TOKEN'],
      mconfigPath: get('mconfig'),
    }),
    metrics: exporterOf(get('exporter')) === 'orc8r',
    streams: streamsOf(get('streams')) === 'all',
  };
  const options = runOptions({ ...flags, more: { ...own, ...commands } }, magma);
  return { command: 'run', options, logJson };
}

/** Flags that mean nothing, or the opposite, in the way of running that was asked for. */
function refuseCombinations(values: Values, carry: boolean): void {
  const given = (name: string) => values.single.has(name) || values.pairs.has(name);
  for (const name of carry ? MAGMADS_OWN : ['bootstrap-listen']) {
    if (!given(name)) continue;
    throw new UsageError(
      carry ? `--${name} cannot be used with --carry: that is magmad's business there` : `--${name} goes with --carry only`,
    );
  }
  if (given('override-dir') && !given('config-dir') && !carry)
    throw new UsageError('--override-dir goes with --config-dir or --carry only');
}

function readMagma(folders: ConfigFolders): MagmaConfig {
  try {
    return readMagmaConfig(folders);
  } catch (error) {
    throw new UsageError(reasonOf(error));
  }
}

function exporterOf(exporter = 'orc8r'): string {
  if (exporter !== 'orc8r' && exporter !== 'none') throw new UsageError(`--exporter is "orc8r" or "none", not "${exporter}"`);
  return exporter;
}

function streamsOf(streams = 'all'): string {
  if (streams !== 'all' && streams !== 'none') throw new UsageError(`--streams is "all" or "none", not "${streams}"`);
  return streams;
}

function parseCommandLine(args: readonly string[]): { values: Values; command: string } {
  const options = Object.fromEntries(
    FLAGS.map(({ name, value, pairs }) => [name, { type: value ? ('string' as const) : ('boolean' as const), multiple: pairs === true }]),
  );
  let parsed: { values: Record<string, unknown>; positionals: string[] };
  try {
    parsed = parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new UsageError(`${reasonOf(error).split(/\. |\.?\n/)[0]}; see --help`);
  }
  const [command = 'run', ...rest] = parsed.positionals;
  if (!['run', 'identity', 'streams'].includes(command) || rest.length > 0)
    throw new UsageError(`unknown command ${JSON.stringify(parsed.positionals.join(' '))}; see --help`);
  const values: Values = { single: new Map(), pairs: new Map(), switches: new Set() };
  for (const { name, value, pairs } of FLAGS) {
    const given = parsed.values[name];
    if (given === undefined) continue;
    if (pairs && Array.isArray(given)) values.pairs.set(name, Object.fromEntries(given.map((pair) => splitPair(name, String(pair)))));
    else if (value) values.single.set(name, String(given));
    else if (given === true) values.switches.add(name);
  }
  return { values, command };
}

function splitPair(name: string, pair: string): [string, string] {
  const at = pair.indexOf('=');
  if (at <= 0 || at === pair.length - 1) throw new UsageError(`--${name} wants name=value, not "${pair}"`);
  return [pair.slice(0, at), pair.slice(at + 1)];
}

/** What the command line does not say is taken from the file. */
function addConfigFile(path: string, values: Values): void {
  let content: unknown;
  try {
    content = JSON.parse(readText(path, '--config'));
  } catch (error) {
    throw error instanceof UsageError ? error : new UsageError(`--config: ${path} is not JSON: ${reasonOf(error)}`);
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content))
    throw new UsageError(`--config: ${path} does not hold a JSON object`);
  for (const [name, given] of Object.entries(content)) {
    const flag = FLAGS.find((one) => one.name === name);
    if (!flag || ['config', 'help', 'version'].includes(name))
      throw new UsageError(`--config: ${path} has an unknown option "${name}"; see --help`);
    if (flag.pairs) {
      if (!isTexts(given)) throw new UsageError(`--config: "${name}" in ${path} has to be an object of texts`);
      values.pairs.set(name, { ...given, ...values.pairs.get(name) });
    } else if (flag.value) {
      if (typeof given !== 'string') throw new UsageError(`--config: "${name}" in ${path} has to be a text`);
      if (!values.single.has(name)) values.single.set(name, given);
    } else {
      if (typeof given !== 'boolean') throw new UsageError(`--config: "${name}" in ${path} has to be true or false`);
      if (given) values.switches.add(name);
    }
  }
}

function isTexts(value: unknown): value is Record<string, string> {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every((one) => typeof one === 'string')
  );
}

function checkCommandLine(line: string): void {
  try {
    splitCommandLine(line);
  } catch (error) {
    throw new UsageError(reasonOf(error));
  }
}

function defaultDataDir(): string {
  const system = '/var/opt/magma-agent';
  if (process.getuid?.() === 0) return system;
  try {
    accessSync(system, constants.W_OK);
    return system;
  } catch {
    return '.agent';
  }
}

/** Without the keys that are undefined, so that `exactOptionalPropertyTypes` and spreads agree. */
function defined<T extends Record<string, string | undefined>>(values: T): { [K in keyof T]?: string } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: string };
}
