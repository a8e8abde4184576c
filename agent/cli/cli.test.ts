import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bootstrapUrl, controllerUrl } from '../options.ts';
import { FLAGS, helpText } from './flags.ts';
import { parseInvocation } from './parse.ts';
import { UsageError } from './usage.ts';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'agent-cli-'))));
afterEach(() => rmSync(folder, { recursive: true }));

function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

function run(...args: string[]) {
  const invocation = parseInvocation(args, {});
  if (invocation.command !== 'run') throw new Error(`unexpected ${invocation.command}`);
  return invocation;
}

describe('command line', () => {
  it('takes every option', () => {
    const ca = file('ca.pem', 'PEM');
    const { options, logJson } = run(
      ...[
        '--controller',
        'c:1',
        '--bootstrap',
        'b:2',
        '--ca',
        ca,
        '--data',
        '/d',
        '--token',
        't',
        '--hardware-id',
        'h',
        '--mconfig',
        '/m',
        '--reboot-command',
        'reboot',
        '--restart-command',
        'restart {service}',
        '--start-command',
        'start all',
        '--stop-command',
        'stop all',
        '--stateless-command',
        'stateless {action}',
      ],
      ...[
        '--generic-command',
        'health=check --all=yes',
        '--generic-command',
        'echo=cat',
        '--log-file',
        'mme=/var/log/mme.log',
        '--exporter',
        'none',
        '--streams',
        'none',
        '--log-json',
      ],
    );
    expect(options).toEqual({
      dataDir: '/d',
      controller: 'c:1',
      bootstrap: 'b:2',
      ca: 'PEM',
      token: 't',
      hardwareId: 'h',
      mconfigPath: '/m',
      rebootCommand: 'reboot',
      restartCommand: 'restart {service}',
      startCommand: 'start all',
      stopCommand: 'stop all',
      statelessCommand: 'stateless {action}',
      genericCommands: { health: 'check --all=yes', echo: 'cat' },
      logFiles: { mme: '/var/log/mme.log' },
      metrics: false,
      streams: false,
    });
    expect(logJson).toBe(true);
  });

  it('reads a config file; the command line wins', () => {
    const config = file('agent.json', {
      controller: 'from-file',
      data: '/from-file',
      'generic-command': { a: 'one', b: 'two' },
      'log-json': true,
    });
    const { options, logJson } = run('--config', config, '--data', '/from-line', '--generic-command', 'a=three');
    expect(options).toMatchObject({ controller: 'from-file', dataDir: '/from-line', genericCommands: { a: 'three', b: 'two' } });
    expect(logJson).toBe(true);
  });

  it('reads the token from the environment', () => {
    const invocation = parseInvocation(['--controller', 'c'], { ORC8R_AGENT_TOKEN: 'reg_x' });
    expect(invocation).toMatchObject({ options: { token: 'reg_x' } });
  });

  it('knows streams, and refuses a choice of them that there is not', () => {
    expect(parseInvocation(['streams', '--data', '/d'], {})).toEqual({ command: 'streams', dataDir: '/d' });
    expect(() => parseInvocation(['--controller', 'c:1', '--streams', 'some'], {})).toThrow('--streams is "all" or "none", not "some"');
  });

  it('knows identity, help and version', () => {
    expect(parseInvocation(['identity', '--data', '/d'], {})).toEqual({ command: 'identity', dataDir: '/d', hardwareId: undefined });
    expect(parseInvocation(['--help'], {})).toEqual({ command: 'help' });
    // Where a local platform keeps it.
    expect(helpText()).toContain('--ca .orc8r/ca/root.pem ');
    expect(parseInvocation(['--version'], {})).toEqual({ command: 'version' });
  });

  it('the help names every option', () => {
    for (const { name } of FLAGS) expect(helpText()).toContain(`--${name}`);
    for (const line of helpText().split('\n')) expect(line.length).toBeLessThanOrEqual(100);
  });

  it.each([
    [[], '--controller is missing'],
    [['--nope'], "Unknown option '--nope'; see --help"],
    // Node says it in three lines.
    [['--controller', '--token'], "Option '--controller' argument is ambiguous; see --help"],
    [['fly'], 'unknown command "fly"'],
    [['--controller', 'c', '--ca', '/no/such/file'], '--ca: /no/such/file cannot be read'],
    [['--controller', 'c', '--exporter', 'x'], '--exporter is "orc8r" or "none"'],
    [['--controller', 'c', '--generic-command', 'x'], '--generic-command wants name=value'],
    [['--controller', 'c', '--reboot-command', 'echo "x'], 'left open'],
  ])('%j: one clear line', (args, message) => {
    const invocation = () => parseInvocation(args, {});
    expect(invocation).toThrow(UsageError);
    expect(invocation).toThrow(message);
  });

  it.each([
    ['{', 'is not JSON'],
    ['[]', 'does not hold a JSON object'],
    [{ colour: 'red' }, 'unknown option "colour"'],
    [{ data: 5 }, '"data" in'],
    [{ 'log-file': ['x'] }, '"log-file" in'],
    [{ 'log-json': 'yes' }, 'true or false'],
  ])('config file %j: one clear line', (content, message) => {
    const config = file('agent.json', content);
    expect(() => parseInvocation(['--config', config, '--controller', 'c'], {})).toThrow(message);
  });
});

describe('addresses', () => {
  it('of the controller', () => {
    expect(controllerUrl('localhost')).toBe('wss://localhost:8443/sync');
    expect(controllerUrl('10.0.0.1:9000')).toBe('wss://10.0.0.1:9000/sync');
    expect(controllerUrl('[::1]:9000')).toBe('wss://[::1]:9000/sync');
    expect(controllerUrl('wss://controller.example.org')).toBe('wss://controller.example.org/sync');
    expect(controllerUrl('wss://controller.example.org/other')).toBe('wss://controller.example.org/other');
    for (const bad of ['ws://plain', 'https://x', 'a b', 'wss://u:p@x', ''])
      expect(() => controllerUrl(bad), bad).toThrow('the controller address');
  });

  it('of the bootstrap door, by default beside the controller', () => {
    expect(bootstrapUrl('b', 'c')).toBe('https://b:8444');
    expect(bootstrapUrl('https://b', 'c')).toBe('https://b');
    expect(bootstrapUrl(undefined, 'localhost:8443')).toBe('https://localhost:8444');
    expect(bootstrapUrl(undefined, 'controller.example.org:8443')).toBe('https://bootstrapper-controller.example.org:8444');
    expect(bootstrapUrl(undefined, 'wss://controller.example.org')).toBe('https://bootstrapper-controller.example.org');
    expect(() => bootstrapUrl('wss://b', 'c')).toThrow('the bootstrap address');
  });
});
