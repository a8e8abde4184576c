import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { localRootFile } from '../carry/local-authority.ts';
import { parseInvocation } from './parse.ts';
import { UsageError } from './usage.ts';

const CONTROL_PROXY = {
  rootca_cert: 'rootCA.pem',
  gateway_cert: '/certs/gateway.crt',
  gateway_key: '/certs/gateway.key',
  local_port: '8443',
  cloud_address: 'controller.magma.test',
  cloud_port: '7443',
  bootstrap_address: 'bootstrapper-controller.magma.test',
  bootstrap_port: '7444',
};

let folder: string;
let etc: string;
let overrides: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'agent-carry-cli-'));
  etc = join(folder, 'etc');
  overrides = join(folder, 'overrides');
  for (const made of [etc, overrides]) mkdirSync(made);
  writeFileSync(join(folder, 'rootCA.pem'), 'ROOT');
  controlProxy({});
});
afterEach(() => rmSync(folder, { recursive: true }));

function controlProxy(change: Record<string, string>, where = etc): void {
  const all = { ...(where === etc ? { ...CONTROL_PROXY, rootca_cert: join(folder, 'rootCA.pem') } : {}), ...change };
  const lines = Object.entries(all).map(([key, value]) => `${key}: ${value}\n`);
  writeFileSync(join(where, 'control_proxy.yml'), `---\n# as Magma ships it\n${lines.join('')}`);
}

const parse = (...args: string[]) =>
  parseInvocation([...args, '--config-dir', etc, '--override-dir', overrides, '--data', join(folder, 'd')], {});

function carry(...args: string[]) {
  const invocation = parse('--carry', ...args);
  if (invocation.command !== 'carry') throw new Error(`unexpected ${invocation.command}`);
  return invocation.options;
}

function complaint(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  throw new Error('it was not refused');
}

describe('--carry', () => {
  it("takes all it needs from Magma's files", () => {
    writeFileSync(
      join(etc, 'service_registry.yml'),
      'services:\n  mobilityd: {ip_address: 127.0.0.1, port: 60051}\n  MME:\n    ip_address: "::1"\n    port: 50061\n',
    );
    writeFileSync(join(etc, 'magmad.yml'), 'magma_services: [mme]\ninit_system: systemd\n');
    expect(carry()).toEqual({
      dataDir: join(folder, 'd'),
      controller: 'controller.magma.test:7443',
      bootstrap: 'bootstrapper-controller.magma.test:7444',
      ca: 'ROOT',
      files: { gatewayCertificate: '/certs/gateway.crt', gatewayKey: '/certs/gateway.key' },
      listen: { host: '127.0.0.1', port: 8443 },
      bootstrapListen: {
        host: '127.0.0.1',
        port: 8444,
        names: ['localhost', 'bootstrapper-controller.localhost', '127.0.0.1', '::1', 'bootstrapper-controller.magma.test'],
      },
      services: new Map([
        ['mobilityd', { host: '127.0.0.1', port: 60051 }],
        ['mme', { host: '::1', port: 50061 }],
      ]),
      restartCommand: 'systemctl restart magma@{service}',
      genericCommands: {},
      logFiles: {},
    });
  });

  it('lays the override files over the defaults, key by key; the command line wins', () => {
    controlProxy({ cloud_address: 'elsewhere.test', local_port: '9443' }, overrides);
    expect(carry()).toMatchObject({
      controller: 'elsewhere.test:7443',
      listen: { port: 9443 },
      bootstrap: 'bootstrapper-controller.magma.test:7444',
    });
    const root = join(folder, 'other.pem');
    writeFileSync(root, 'OTHER');
    expect(
      carry(
        '--controller',
        'c:1',
        '--bootstrap',
        'b:2',
        '--ca',
        root,
        '--listen',
        '[::1]:3',
        '--bootstrap-listen',
        '127.0.0.1:4',
        '--restart-command',
        'x',
      ),
    ).toMatchObject({
      controller: 'c:1',
      bootstrap: 'b:2',
      ca: 'OTHER',
      listen: { host: '::1', port: 3 },
      bootstrapListen: { port: 4 },
      restartCommand: 'x',
    });
  });

  it('does not dial itself when magmad is pointed at it', () => {
    controlProxy({ bootstrap_address: 'localhost', bootstrap_port: '9999' });
    expect(complaint(() => carry())).toMatch(/bootstrap_address .* this machine.*--bootstrap/);
    expect(carry('--bootstrap', 'b:2').bootstrapListen).toMatchObject({ port: 9999 });
    controlProxy({ cloud_address: '127.0.0.5' });
    expect(complaint(() => carry())).toMatch(/cloud_address .* this machine.*--controller/);
    controlProxy({ rootca_cert: localRootFile(join(folder, 'd')) });
    expect(complaint(() => carry())).toMatch(/rootca_cert .* own file.*--ca/);
  });

  it.each([
    [['--token', 't'], /--token cannot be used with --carry/],
    [['--hardware-id', 'h'], /--hardware-id cannot/],
    [['--mconfig', '/m'], /--mconfig cannot/],
    [['--exporter', 'none'], /--exporter cannot/],
    [['--streams', 'none'], /--streams cannot/],
    [['--listen', '8443'], /--listen wants host:port/],
    [['--listen', 'host:99999'], /--listen wants host:port/],
    [['--bootstrap-listen', 'a:b'], /--bootstrap-listen wants host:port/],
  ])('refuses %j', (args, wanted) => {
    expect(complaint(() => carry(...args))).toMatch(wanted);
  });

  it.each([
    ['services: [', 'is not YAML'],
    ['- a\n- b\n', 'does not hold a mapping'],
    ['services: 5\n', 'services: '],
    ['services:\n  mme: {ip_address: 127.0.0.1}\n', 'services.mme.port'],
    ['services:\n  mme: {ip_address: 127.0.0.1, port: 70000}\n', 'services.mme.port'],
    ['services:\n  "m e": {ip_address: 127.0.0.1, port: 1}\n', 'services.m e'],
  ])('says what is wrong with service_registry.yml %j', (content, wanted) => {
    writeFileSync(join(etc, 'service_registry.yml'), content);
    const message = complaint(() => carry());
    expect(message).toContain('service_registry.yml');
    expect(message).toContain(wanted);
    expect(message).not.toContain('\n');
  });

  it('wants a control_proxy.yml that says where the cloud is, and a root that can be read', () => {
    controlProxy({ cloud_port: '"high"' });
    expect(complaint(() => carry())).toMatch(/control_proxy.yml .*cloud_port/);
    controlProxy({ rootca_cert: '/no/such/file' });
    expect(complaint(() => carry())).toContain('/no/such/file');
    rmSync(join(etc, 'control_proxy.yml'));
    expect(complaint(() => carry())).toContain('there is no control_proxy.yml');
    writeFileSync(join(etc, 'control_proxy.yml'), '# nothing\n');
    expect(complaint(() => carry())).toMatch(/control_proxy.yml .*cloud_address/);
  });

  it('refuses an alias bomb', () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefgh'.replace(/./g, (name) => `${name}: &${name} [${`*${String.fromCharCode(name.charCodeAt(0) - 1)},`.repeat(9)}]\n`)}`;
    writeFileSync(join(etc, 'magmad.yml'), bomb);
    expect(complaint(() => carry())).toMatch(/magmad.yml is not YAML.*alias/i);
  });
});

describe('the configuration that comes with the systemd unit', () => {
  it('is understood, also when magmad is pointed to the agent as docs/gateway.md says', () => {
    controlProxy(
      { bootstrap_address: 'localhost', bootstrap_port: '8444', rootca_cert: '/var/lib/orc8r-agent/certs/local-rootCA.pem' },
      overrides,
    );
    const example = JSON.parse(readFileSync(join(import.meta.dirname, '..', 'systemd', 'orc8r-agent.json'), 'utf8')) as Record<
      string,
      unknown
    >;
    expect(example).toMatchObject({ carry: true, data: '/var/lib/orc8r-agent' });
    const config = join(folder, 'agent.json');
    writeFileSync(config, JSON.stringify({ ...example, ca: join(folder, 'rootCA.pem'), 'config-dir': etc, 'override-dir': overrides }));
    expect(parseInvocation(['--config', config], {})).toMatchObject({
      command: 'carry',
      options: {
        controller: 'controller.example.com:8443',
        bootstrap: 'bootstrapper-controller.example.com:8444',
        ca: 'ROOT',
        bootstrapListen: { host: '127.0.0.1', port: 8444 },
        files: { gatewayCertificate: '/certs/gateway.crt' },
      },
    });
  });
});

describe('an agent of its own', () => {
  it("takes addresses and services from Magma's files, and serves local services there", () => {
    writeFileSync(join(etc, 'service_registry.yml'), 'services:\n  mobilityd: {ip_address: 127.0.0.1, port: 60051}\n');
    expect(parse()).toMatchObject({
      command: 'run',
      options: {
        controller: 'controller.magma.test:7443',
        bootstrap: 'bootstrapper-controller.magma.test:7444',
        ca: 'ROOT',
        listen: { host: '127.0.0.1', port: 8443 },
        services: new Map([['mobilityd', { host: '127.0.0.1', port: 60051 }]]),
      },
    });
    expect(parse('--controller', 'c:1')).toMatchObject({ options: { controller: 'c:1' } });
    expect(parse('--controller', 'c:1')).not.toHaveProperty('options.bootstrap');
  });

  it('opens no port without being told to', () => {
    const { options } = parseInvocation(['--controller', 'c:1'], {}) as { options: object };
    expect(options).not.toHaveProperty('listen');
    expect(parseInvocation(['--controller', 'c:1', '--listen', 'localhost:0'], {})).toMatchObject({
      options: { listen: { host: 'localhost', port: 0 } },
    });
  });

  it('refuses flags of the other way to run', () => {
    expect(complaint(() => parseInvocation(['--controller', 'c', '--bootstrap-listen', '127.0.0.1:1'], {}))).toContain(
      'goes with --carry only',
    );
    expect(complaint(() => parseInvocation(['--controller', 'c', '--override-dir', '/o'], {}))).toContain('--override-dir goes with');
  });
});
