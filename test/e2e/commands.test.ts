import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lteGateway } from '../../local/demo/network.ts';
import type { RestAnswer } from '../../local/rest-client.ts';
import { addGateway, auditOf } from '../harness/identities.ts';
import { imsi, subscriberBody } from '../support/subscribers.ts';
import { eventually, startTestPlatform, type TestPlatform } from '../harness/platform.ts';
import { seenAs } from '../harness/views.ts';

let test: TestPlatform;
let rebooted: string;
let restarted: string;
let all: string;

/** Gives a gateway of network `n` a command. */
const command = (gateway: string, name: string, body?: unknown, network = 'n'): Promise<RestAnswer> =>
  test.rest.call('POST', `/magma/v1/networks/${network}/gateways/${gateway}/command/${name}`, body);

const refusal = (status: number, code: string, message: unknown = expect.any(String)) => ({
  status,
  body: { message, code, request_id: expect.any(String) },
});

/** Says which generic commands a gateway may be given beyond those that modules allow. */
const allow = (gateway: string, ...names: string[]) =>
  test.rest.must('PUT', `/magma/v1/networks/n/gateways/${gateway}/allowed_commands`, { allow: names.map((name) => ({ name })) });

/** Commands in the audit log, oldest first, once there are so many: an object writes them after its answer. */
const commandsOf = (gateway: string, count: number) =>
  eventually(
    async () =>
      (await auditOf(test, gateway))
        .filter(({ action }) => action.startsWith('command.'))
        .map(({ action, outcome, detail, actor }) => ({ action, outcome, detail, actor })),
    ({ length }) => length >= count,
  );

/** Commands in the history of a gateway, newest first. */
const historyOf = async (gateway: string): Promise<{ id: string; name: string; state: string; error: { code: string } | null }[]> => {
  const { body } = await test.rest.must('GET', `/magma/v1/networks/n/gateways/${gateway}/commands`);
  return (body as { commands: { id: string; name: string; state: string; error: { code: string } | null }[] }).commands;
};

beforeAll(async () => {
  test = await startTestPlatform();
  rebooted = join(test.folder, 'rebooted');
  restarted = join(test.folder, 'restarted');
  const stateful = join(test.folder, 'stateful');
  all = join(test.folder, 'all');
  await test.join('n', 'able', {
    rebootCommand: `touch ${rebooted}`,
    restartCommand: `sh -c 'case $0 in broken) echo no such unit >&2; exit 5;; esac; echo $0 >> ${restarted}' {service}`,
    startCommand: `sh -c 'echo start >> ${all}'`,
    stopCommand: `sh -c 'echo stop >> ${all}'`,
    // As Magma's script: its exit code says how the gateway is.
    statelessCommand: `sh -c 'case $0 in enable) rm -f ${stateful};; disable) touch ${stateful};; esac; test ! -e ${stateful}' {action}`,
    genericCommands: { echo: 'cat', fail: "sh -c 'echo out; echo bad >&2; exit 3'", missing: '/no/such/program' },
  });
  await test.join('n', 'measured', { metrics: true });
  await allow('able', 'fail', 'missing', 'unknown');
  await test.join('n', 'plain');
  await addGateway(test, 'n', 'away');
  const { device: _, ...bare } = lteGateway('bare', { hardwareId: '', publicKey: '', keyType: 'SOFTWARE_ECDSA_SHA256' });
  await test.rest.must('POST', '/magma/v1/lte/n/gateways', bare);
});

afterAll(() => test?.close());

describe('ping', () => {
  it('is a real ping from the gateway', async () => {
    const answer = await command('able', 'ping', { hosts: ['127.0.0.1', 'no-such-host.invalid'], packets: 2 });
    expect(answer.status).toBe(200);
    const { pings } = answer.body as { pings: Record<string, unknown>[] };
    expect(pings[0]).toMatchObject({ host_or_ip: '127.0.0.1', num_packets: 2, packets_transmitted: 2, packets_received: 2 });
    expect(pings[0]?.['avg_response_ms']).toBeGreaterThan(0);
    expect(pings[0]?.['error'] ?? '').toBe('');
    expect(pings[1]).toMatchObject({ host_or_ip: 'no-such-host.invalid', error: expect.stringMatching(/\w/) });
  });

  it('sends four packets unless told otherwise', async () => {
    const answer = await command('able', 'ping', { hosts: ['127.0.0.1'] });
    expect(answer.body).toMatchObject({ pings: [{ num_packets: 4, packets_received: 4 }] });
  });

  it.each([
    ['no hosts', {}],
    ['a number of packets below one', { hosts: ['127.0.0.1'], packets: -1 }],
    ['an option in place of a host', { hosts: ['-f'] }],
  ])('refuses %s before the gateway hears of it', async (_what, body) => {
    const before = await historyOf('able');
    expect(await command('able', 'ping', body)).toMatchObject({ status: 400, body: { code: 'invalid' } });
    expect(await historyOf('able')).toEqual(before);
  });
});

describe('reboot', () => {
  it('runs the command that the gateway is set up with', async () => {
    expect(existsSync(rebooted)).toBe(false);
    expect(await command('able', 'reboot')).toMatchObject({ status: 200, body: undefined });
    expect(existsSync(rebooted)).toBe(true);
  });

  it('says so when the gateway is not set up for it', async () => {
    expect(await command('plain', 'reboot')).toMatchObject(refusal(400, 'invalid', expect.stringContaining('--reboot-command')));
  });
});

describe('restart_services', () => {
  it('restarts each service named, in that order', async () => {
    expect(await command('able', 'restart_services', ['mme', 'sessiond'])).toMatchObject({ status: 200, body: undefined });
    expect(readFileSync(restarted, 'utf8')).toBe('mme\nsessiond\n');
  });

  it('names the service that did not restart, and why', async () => {
    const answer = await command('able', 'restart_services', ['broken']);
    expect(answer.status).toBe(500);
    expect(answer.body).toMatchObject({ message: expect.stringMatching(/broken.*no such unit/) });
  });

  it('refuses what is no name of a service', async () => {
    expect(await command('able', 'restart_services', ['a; rm -rf /'])).toMatchObject(refusal(404, 'not_found'));
    expect(await command('able', 'restart_services', 'mme')).toMatchObject(refusal(400, 'invalid'));
    expect(await command('plain', 'restart_services', ['mme'])).toMatchObject(
      refusal(400, 'invalid', expect.stringContaining('--restart-command')),
    );
  });
});

describe('start_services and stop_services', () => {
  it('run what the gateway is set up with', async () => {
    expect(await command('able', 'stop_services')).toMatchObject({ status: 200, body: undefined });
    expect(await command('able', 'start_services')).toMatchObject({ status: 200, body: undefined });
    expect(readFileSync(all, 'utf8')).toBe('stop\nstart\n');
  });
});

describe('stateless operation', () => {
  it('is configured, and told', async () => {
    for (const [config_cmd, agw_mode] of [
      ['CHECK', 'STATELESS'],
      ['DISABLE', 'STATEFUL'],
      ['ENABLE', 'STATELESS'],
    ]) {
      expect(await command('able', 'configure_stateless', { config_cmd })).toMatchObject({ status: 200, body: undefined });
      expect(await command('able', 'check_stateless')).toMatchObject({ status: 200, body: { agw_mode } });
    }
    expect(await command('able', 'configure_stateless', { config_cmd: 'MAYBE' })).toMatchObject(refusal(400, 'invalid'));
  });
});

describe('what else a gateway is asked', () => {
  it('is who it is', async () => {
    expect(await command('able', 'get_gateway_id')).toMatchObject({
      status: 200,
      body: { gateway_id: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    });
  });

  it('is the configuration that it holds, which it takes from the platform alone', async () => {
    const held = await command('able', 'get_configs');
    expect(held).toMatchObject({
      status: 200,
      body: {
        configs_by_key: { magmad: { '@type': 'type.googleapis.com/magma.mconfig.MagmaD' } },
        metadata: { created_at: expect.any(Number) },
      },
    });
    expect(await command('able', 'set_configs', held.body)).toMatchObject(
      refusal(400, 'invalid', expect.stringContaining('change it there')),
    );
  });

  it('is how its services are, and their metrics', async () => {
    expect(await command('able', 'get_service_info', {})).toMatchObject({
      status: 200,
      body: { name: 'magmad', state: 'ALIVE', health: 'APP_HEALTHY', start_time_secs: expect.any(Number) },
    });
    expect(await command('measured', 'get_metrics', {})).toMatchObject({
      status: 200,
      body: {
        families: expect.arrayContaining([
          expect.objectContaining({ type: 'GAUGE', metrics: [expect.objectContaining({ value: expect.any(String) })] }),
        ]),
      },
    });
    expect(await command('able', 'get_service_info', { service: 'mme' })).toMatchObject(
      refusal(400, 'invalid', expect.stringContaining('no service mme')),
    );
  });

  it('is the way to other hosts', async () => {
    const answer = await command('able', 'traceroute', { hosts: ['127.0.0.1', 'no-such-host.invalid'], max_hops: 3 });
    expect(answer).toMatchObject({
      status: 200,
      body: { traceroutes: [{ host_or_ip: '127.0.0.1' }, { host_or_ip: 'no-such-host.invalid', error: expect.any(String) }] },
    });
  });
});

describe('a generic command', () => {
  it('gets its parameters as JSON and gives its answer back', async () => {
    const params = { text: 'ü "quoted"', list: [1, 2.5, null, true], nested: { deep: {} } };
    expect(await command('able', 'generic', { command: 'echo', params })).toMatchObject({ status: 200, body: { response: params } });
    // An answer with nothing in it is left out, as an empty object is everywhere in this API.
    expect(await command('able', 'generic', { command: 'echo' })).toMatchObject({ status: 200, body: {} });
  });

  it('tells how a command failed', async () => {
    const answer = await command('able', 'generic', { command: 'fail', params: {} });
    expect(answer).toMatchObject({ status: 200, body: { response: { stdout: 'out\n', stderr: 'bad\n', returncode: 3 } } });
  });

  it('that is not allowed here is refused before the gateway hears of it, and can be allowed', async () => {
    const bash = () => command('able', 'generic', { command: 'bash', params: { code: 'true' } });
    expect(await bash()).toMatchObject(
      refusal(403, 'command_not_allowed', expect.stringMatching(/"bash" is not allowed on gateway "able".*PUT there allows it/)),
    );
    const path = '/magma/v1/networks/n/gateways/able/allowed_commands';
    const { body } = await test.rest.must('GET', path);
    const { allow: allowed, commands } = body as { allow: object[]; commands: object[] };
    expect(commands).toContainEqual(expect.objectContaining({ name: 'echo', source: 'module', module: 'orc8r' }));
    expect(commands).not.toContainEqual(expect.objectContaining({ name: 'bash' }));
    const tried = await test.rest.must('PUT', `${path}?dry_run=true`, { allow: [...allowed, { name: 'bash' }] });
    expect(tried.body).toMatchObject({ dry_run: true, mconfigs: { total: 0, gateways: [] } });
    await test.rest.must('PUT', path, { allow: [...allowed, { name: 'bash' }] });
    // Now the gateway itself says no.
    expect(await bash()).toMatchObject(refusal(404, 'not_found', expect.stringContaining('"bash" is not allowed; allowed are:')));
    await test.rest.must('PUT', path, { allow: allowed });
    expect((await bash()).status).toBe(403);
  });

  it('that is allowed on the network is allowed on its gateways, unless they say otherwise', async () => {
    const path = '/magma/v1/networks/n/allowed_commands';
    await test.rest.must('PUT', path, { allow: [{ name: 'scan' }], deny: ['echo'] });
    expect(await command('plain', 'generic', { command: 'echo' })).toMatchObject(refusal(403, 'command_not_allowed'));
    expect(await command('plain', 'generic', { command: 'scan' })).toMatchObject(refusal(404, 'not_found'));
    await allow('plain', 'echo');
    expect((await command('plain', 'generic', { command: 'echo' })).status).toBe(404);
    await test.rest.must('PUT', path, {});
    await allow('plain');
  });

  it('that the gateway does not allow answers 404 and what it allows', async () => {
    expect(await command('able', 'generic', { command: 'unknown' })).toMatchObject(
      refusal(404, 'not_found', expect.stringMatching(/"unknown" is not allowed; allowed are: echo, fail, missing/)),
    );
    expect(await command('plain', 'generic', { command: 'echo' })).toMatchObject(
      refusal(404, 'not_found', expect.stringContaining('allows none')),
    );
  });

  it('whose program is missing on the gateway says so', async () => {
    expect(await command('able', 'generic', { command: 'missing' })).toMatchObject(
      refusal(404, 'not_found', expect.stringContaining('/no/such/program')),
    );
  });

  it('without a name is refused', async () => {
    expect(await command('able', 'generic', { params: {} })).toMatchObject({ status: 400, body: { code: 'invalid' } });
  });
});

const everyCommand: [string, unknown?][] = [
  ['ping', { hosts: ['127.0.0.1'] }],
  ['reboot'],
  ['restart_services', ['mme']],
  ['generic', { command: 'echo' }],
  ['start_services'],
  ['stop_services'],
  ['traceroute', { hosts: ['127.0.0.1'] }],
  ['configure_stateless', { config_cmd: 'CHECK' }],
  ['set_configs', { configs_by_key: {} }],
  ['check_stateless'],
  ['get_gateway_id'],
  ['get_configs'],
  ['get_service_info', {}],
  ['get_metrics', {}],
];

describe('a gateway that cannot be reached', () => {
  it.each(everyCommand)('answers 500 with code gateway_offline to %s', async (name, body) => {
    expect(await command('away', name, body)).toMatchObject(refusal(500, 'gateway_offline', expect.stringContaining('not connected')));
    expect(await command('bare', name, body)).toMatchObject(refusal(500, 'gateway_offline', expect.stringContaining('no hardware')));
  });

  it.each(everyCommand)('answers 404 to %s when there is no such gateway or network', async (name, body) => {
    expect(await command('nobody', name, body)).toMatchObject(refusal(404, 'not_found'));
    expect(await command('able', name, body, 'nowhere')).toMatchObject(refusal(404, 'not_found'));
    expect(await commandsOf('nobody', 0)).toEqual([]);
  });

  it('ends a call at once when it goes away meanwhile', async () => {
    const agent = await test.join('n', 'leaver', {
      genericCommands: { wait: `sh -c 'touch "$0"; sleep 60' ${join(test.folder, 'waits')}` },
    });
    await allow('leaver', 'wait');
    const pending = command('leaver', 'generic', { command: 'wait' });
    await eventually(async () => existsSync(join(test.folder, 'waits')), Boolean);
    const at = performance.now();
    await agent.stop();
    expect(await pending).toMatchObject(refusal(500, 'gateway_offline', expect.stringContaining('disconnected before it answered')));
    expect(performance.now() - at).toBeLessThan(10_000);
    await seenAs(test, 'n', 'leaver', 'offline');
  });
});

describe('the audit log', () => {
  it('has a row for each command that was given, whatever came of it, without its parameters', async () => {
    const plain = await commandsOf('plain', 6);
    const actor = plain[0]?.actor;
    expect(actor).toContain(test.platform.credentials.name);
    const generic = { action: 'command.generic', outcome: 'refused', actor };
    // What the gateway heard of, in order; a refusal before that is written at once and may overtake.
    expect(plain.filter(({ detail }) => (detail as { code: string }).code !== 'forbidden')).toEqual([
      { action: 'command.reboot', outcome: 'refused', detail: { code: 'invalid' }, actor },
      { action: 'command.restart_services', outcome: 'refused', detail: { services: ['mme'], code: 'invalid' }, actor },
      { ...generic, detail: { command: 'scan', code: 'not_found' } },
      { ...generic, detail: { command: 'echo', code: 'not_found' } },
      { ...generic, detail: { command: 'echo', code: 'not_found' } },
    ]);
    expect(plain).toContainEqual({ ...generic, detail: { command: 'echo', code: 'forbidden' } });
    // A command that is not allowed leaves its own row and no other.
    const d1 = await test.platform.d1();
    expect((await d1.prepare("SELECT id FROM audit WHERE action = 'rest.runGatewayCommand'").all()).results).toEqual([]);
    const offline = { outcome: 'failed', detail: expect.objectContaining({ code: 'gateway_offline' }), actor };
    for (const gateway of ['away', 'bare']) {
      const rows = await commandsOf(gateway, everyCommand.length);
      expect(rows).toHaveLength(everyCommand.length);
      expect(rows).toEqual(expect.arrayContaining(everyCommand.map(([name]) => ({ action: `command.${name}`, ...offline }))));
    }
    // What only asks, and the two times that bash was not allowed, are in no history: those rows are written at once, and may overtake others.
    const asks = /^command\.(get_|check_)/;
    const asked = (await commandsOf('able', 0)).filter(({ action }) => asks.test(action));
    expect(asked.map(({ outcome }) => outcome)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'refused']);
    const able = await commandsOf('able', (await historyOf('able')).length + asked.length + 2);
    expect(able.filter(({ action }) => !asks.test(action)).slice(0, 3)).toEqual([
      { action: 'command.ping', outcome: 'ok', detail: { hosts: ['127.0.0.1', 'no-such-host.invalid'], packets: 2 }, actor },
      { action: 'command.ping', outcome: 'ok', detail: { hosts: ['127.0.0.1'], packets: 4 }, actor },
      { action: 'command.reboot', outcome: 'ok', detail: null, actor },
    ]);
    const outcomes = able.filter(({ action }) => action === 'command.generic').map(({ outcome }) => outcome);
    expect(outcomes.sort()).toEqual([...['ok', 'ok', 'ok'], ...['refused', 'refused', 'refused', 'refused', 'refused']]);
    expect(JSON.stringify(able)).not.toContain('quoted');
  });
});

describe('the history of a gateway', () => {
  it('has every command that was given, the failing ones too, under the id that the answer carried', async () => {
    const done = await command('able', 'ping', { hosts: ['127.0.0.1'], packets: 1 });
    const [newest] = await historyOf('able');
    expect(newest).toMatchObject({ id: done.headers['x-command-id'], name: 'ping', state: 'done', error: null });
    const one = await test.rest.must('GET', `/magma/v1/networks/n/gateways/able/commands/${newest?.id}`);
    expect(one.body).toMatchObject({ state: 'done', detail: { hosts: ['127.0.0.1'], packets: 1 }, answer: done.body });
    const refused = await command('plain', 'reboot');
    expect((await historyOf('plain'))[0]).toMatchObject({
      id: refused.headers['x-command-id'],
      state: 'refused',
      error: { code: 'invalid' },
    });
    // What only asks is in no history.
    expect((await historyOf('away')).map(({ name, state }) => [name, state])).toEqual(
      [
        'set_configs',
        'configure_stateless',
        'traceroute',
        'stop_services',
        'start_services',
        'generic',
        'restart_services',
        'reboot',
        'ping',
      ].map((name) => [name, 'failed']),
    );
    expect(await historyOf('bare')).toEqual([]);
    const [lost] = await historyOf('leaver');
    expect(lost).toMatchObject({ name: 'generic', state: 'unknown', error: { code: 'gateway_offline' } });
  });
});

describe('who was let in a moment ago', () => {
  const tokenFor = async (username: string) => {
    await test.rest.must('POST', '/magma/v1/user', { username, password: 'correct horse battery' });
    const policy = { effect: 'ALLOW', action: 'WRITE', resourceType: 'NETWORK_ID', resourceIDs: ['n'] };
    const { id, token } = (await test.rest.must('POST', `/magma/v1/user/${username}/tokens`, [policy])).body as {
      id: string;
      token: string;
    };
    const revoke = () => test.rest.must('DELETE', `/magma/v1/user/${username}/tokens/${id}`);
    return { authorization: `Bearer ${token}`, revoke };
  };

  it.each([
    ['command', 'POST', '/magma/v1/networks/n/gateways/able/command/configure_stateless', { config_cmd: 'CHECK' }, '0'],
    ['write', 'PUT', `/magma/v1/lte/n/subscribers/${imsi(1)}`, { ...subscriberBody(1), active_apns: [] }, '1'],
  ] as const)('is not looked up again for the next %s, and refused with the first after the token was revoked', async (...given) => {
    const [what, method, path, body, fewest] = given;
    const { authorization, revoke } = await tokenFor(`${what}er`);
    if (what === 'write') await test.rest.must('POST', '/magma/v1/lte/n/subscribers', [body]);
    const call = () => test.rest.call(method, path, body, { authorization });
    const trips = async () => /round trips: (\d+)/.exec(String((await call()).headers['server-timing']))?.[1];
    await eventually(trips, (count) => count === fewest);
    await revoke();
    expect(await call()).toMatchObject({ status: 401, body: { code: 'token_revoked' } });
  });
});
