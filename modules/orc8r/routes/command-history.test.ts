import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OrcError } from '../../../core/errors.ts';
import type { Principal } from '../../../core/identity/principal.ts';
import { type CallOptions, type TestApi, testApi } from '../../../test/support/context.ts';
import type { Command } from '../schemas/command-history.ts';
import { routes } from './index.ts';

const magmad = { autoupgrade_enabled: true, autoupgrade_poll_interval: 300, checkin_interval: 60, checkin_timeout: 10 };
const path = '/networks/n1/gateways/gw1';
const DAY = 24 * 3600 * 1000;

const grantee = (...grants: Extract<Principal, { kind: 'operator' }>['grants'][number][]): Principal => ({
  kind: 'operator',
  id: 'bob',
  credential: { token: 'tok_test' },
  grants,
});
const network = { resourceType: 'network', resource: 'n1', effect: 'ALLOW' } as const;
const reader = grantee({ ...network, action: 'READ' });

let api: TestApi;
const command = (name: string, options: CallOptions = {}) => api.call('POST', `${path}/command/${name}`, options);
const generic = (options: CallOptions = {}) =>
  command('generic', { body: { command: 'show', params: { password: 'hunter2' } }, ...options });
const list = async (options: CallOptions = {}) =>
  (await api.call('GET', `${path}/commands`, options)).body as { commands: Command[]; page_token: string };
const read = async (id: string, options: CallOptions = {}) => (await api.call('GET', `${path}/commands/${id}`, options)).body as Command;
const newest = async (): Promise<Command> => {
  const [first] = (await list()).commands;
  if (!first) throw new Error('there are no commands');
  return first;
};

beforeEach(async () => {
  api = testApi(routes);
  await api.call('POST', '/networks', { body: { id: 'n1', name: 'n', description: 'd', dns: { enable_caching: false, local_ttl: 0 } } });
  await api.call('POST', '/networks/n1/tiers', { body: { id: 'base', version: '1', images: [], gateways: [] } });
  const device = { hardware_id: 'hw1', key: { key_type: 'ECHO' } };
  await api.call('POST', '/networks/n1/gateways', { body: { id: 'gw1', name: 'g', description: 'd', magmad, tier: 'base', device } });
  await api.call('POST', '/networks/n1/gateways', { body: { id: 'bare', name: 'g', description: 'd', magmad, tier: 'base' } });
  await api.call('PUT', '/networks/n1/allowed_commands', { body: { allow: [{ name: 'show' }] } });
  api.fleet.answers.set('GenericCommand', () => ({ response: { returncode: 0, on: true } }));
});
afterEach(() => api.d1.close());

describe('the history of commands', () => {
  it('shows who gave what, when, and how it ended', async () => {
    await generic({ as: grantee({ ...network, action: 'WRITE' }) });
    const now = api.fleet.commands.now;
    const { id, ...shown } = await newest();
    expect(shown).toEqual({
      name: 'generic',
      state: 'done',
      detail: { command: 'show' },
      actor: 'operator:bob',
      request_id: expect.stringMatching(/^request-/),
      given_at: now,
      expires_at: null,
      sent_at: now,
      ended_at: now,
      error: null,
      answer_bytes: expect.any(Number),
    });
    expect(await read(id)).toEqual({ id, ...shown, answer: { response: { returncode: 0, on: true } } });
    expect(JSON.stringify(await list())).not.toContain('hunter2');
  });

  it('has the answer of each kind in the form of its reply, and none where there is none', async () => {
    api.fleet.answers.set('RunNetworkTests', () => ({ pings: [{ hostOrIp: 'a', numPackets: 1 }] }));
    const ping = await command('ping', { body: { hosts: ['a'], packets: 1 } });
    expect((await read((await newest()).id)).answer).toEqual(ping.body);
    await command('reboot');
    expect(await read((await newest()).id)).not.toHaveProperty('answer');
  });

  it('keeps what gateways said from those who may only read', async () => {
    await generic();
    const { id } = await newest();
    expect(await read(id, { as: reader })).not.toHaveProperty('answer');
    api.fleet.answers.set('GenericCommand', () => {
      throw new OrcError('not_found', 'no such file: /root/secret');
    });
    expect((await api.refusal('POST', `${path}/command/generic`, { body: { command: 'show' } })).code).toBe('not_found');
    const failed = await newest();
    expect(failed.error).toEqual({ code: 'not_found', message: 'no such file: /root/secret' });
    for (const one of [await read(failed.id, { as: reader }), (await list({ as: reader })).commands[0]])
      expect(one?.error).toEqual({ code: 'not_found', message: '' });
    // Who is denied a command does not see its answers either.
    const denied = grantee(
      { ...network, action: 'WRITE' },
      { effect: 'DENY', action: 'WRITE', resourceType: 'uri', resource: '**/generic' },
    );
    expect(await read(id, { as: denied })).not.toHaveProperty('answer');
    expect(await read(id, { as: grantee({ ...network, action: 'WRITE' }) })).toHaveProperty('answer');
  });

  it('is read by page and by state, and knows its gateways', async () => {
    for (const name of ['reboot', 'reboot', 'reboot']) await command(name);
    await generic();
    const first = await list({ query: { page_size: '3' } });
    expect(first.commands.map(({ name }) => name)).toEqual(['generic', 'reboot', 'reboot']);
    const second = await list({ query: { page_size: '3', page_token: first.page_token } });
    expect(second).toMatchObject({ commands: [{ name: 'reboot' }], page_token: '' });
    expect((await list({ query: { state: 'queued' } })).commands).toEqual([]);
    expect((await api.refusal('GET', `${path}/commands`, { query: { state: 'lost' } })).code).toBe('invalid');
    expect((await api.refusal('GET', `${path}/commands/nobody`)).code).toBe('not_found');
    expect((await api.call('GET', '/networks/n1/gateways/bare/commands')).body).toEqual({ commands: [], page_token: '' });
    expect((await api.refusal('GET', '/networks/n1/gateways/bare/commands/x')).code).toBe('not_found');
    expect((await api.refusal('DELETE', '/networks/n1/gateways/bare/commands/x')).code).toBe('not_found');
    expect((await api.refusal('GET', '/networks/n1/gateways/nobody/commands')).code).toBe('not_found');
  });
});

describe('a command that may wait', () => {
  beforeEach(() => void api.fleet.away.add('hw1'));

  it('is answered with its record, a day from its end unless told otherwise', async () => {
    const { status, body } = await generic({ query: { queue: 'true' } });
    expect(status).toBe(202);
    const now = api.fleet.commands.now;
    expect(body).toMatchObject({ state: 'queued', expires_at: now + DAY, sent_at: null, ended_at: null });
    expect((await generic({ query: { queue: 'true', expires_in: '60' } })).body).toMatchObject({ expires_at: now + 60_000 });
    expect(api.fleet.calls).toEqual([]);
    await api.fleet.commands.connect('hw1');
    expect(api.fleet.calls.map(({ request }) => request)).toEqual([
      { command: 'show', params: { password: 'hunter2' } },
      { command: 'show', params: { password: 'hunter2' } },
    ]);
    expect(await read((body as Command).id)).toMatchObject({ state: 'done', answer: { response: { returncode: 0 } } });
  });

  it('is given at once where it need not wait', async () => {
    api.fleet.away.clear();
    expect(await generic({ query: { queue: 'true' } })).toMatchObject({ status: 200, body: { response: { returncode: 0 } } });
  });

  it.each([
    [{ queue: 'yes' }, 'query.queue: must be true or false'],
    [{ expires_in: '60' }, 'query.expires_in: says how long a command may wait, which takes queue=true'],
    [{ queue: 'true', expires_in: '0' }, 'query.expires_in: expected number to be >=1'],
    [{ queue: 'true', expires_in: '604801' }, 'query.expires_in: expected number to be <=604800'],
    [{ queue: 'true', expires_in: '1.5' }, 'query.expires_in: must be a whole number'],
  ])('is refused with %o', async (query, message) => {
    expect((await api.refusal('POST', `${path}/command/reboot`, { query })).message).toBe(message);
  });

  it('is taken back by one who may write, once, and not by a dry run', async () => {
    const { id } = (await generic({ query: { queue: 'true' } })).body as Command;
    expect((await api.call('DELETE', `${path}/commands/${id}`, { dryRun: true })).status).toBe(200);
    expect(await read(id)).toMatchObject({ state: 'queued' });
    expect(await api.call('DELETE', `${path}/commands/${id}`)).toMatchObject({ status: 204, trips: 1 });
    expect((await api.refusal('DELETE', `${path}/commands/${id}`)).code).toBe('conflict');
    expect((await api.refusal('DELETE', `${path}/commands/${id}`, { dryRun: true })).code).toBe('conflict');
    expect(api.fleet.commands.audited.map(({ outcome }) => outcome)).toEqual(['queued', 'cancelled']);
  });

  it('cannot be tried without giving it, and leaves nothing then', async () => {
    expect((await api.refusal('POST', `${path}/command/reboot`, { query: { queue: 'true' }, dryRun: true })).code).toBe('invalid');
    expect((await list()).commands).toEqual([]);
  });
});

describe('an Idempotency-Key', () => {
  it('is of one command, and the one who takes it for another has an audit row', async () => {
    const first = await generic({ idempotencyKey: 'k' });
    expect(await generic({ idempotencyKey: 'k' })).toEqual(first);
    expect(api.fleet.calls).toHaveLength(1);
    const { code } = await api.refusal('POST', `${path}/command/reboot`, { idempotencyKey: 'k' });
    expect(code).toBe('conflict');
    const rows = api.d1.sqlite.prepare("SELECT action, outcome, detail FROM audit WHERE action LIKE 'command.%'").all();
    expect(rows.map((row) => ({ ...row }))).toEqual([{ action: 'command.reboot', outcome: 'refused', detail: '{"code":"conflict"}' }]);
  });
});
