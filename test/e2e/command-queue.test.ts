import { isDeepStrictEqual } from 'node:util';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Agent } from '../../agent/agent.ts';
import { ensureGateway, ensureNetwork, lteGateway } from '../../local/demo/network.ts';
import { findRuntimes } from '../../local/processes.ts';
import { type RestAnswer, restClient } from '../../local/rest-client.ts';
import { addGateway, auditOf } from '../harness/identities.ts';
import { eventually, next, startTestPlatform, type TestPlatform } from '../harness/platform.ts';

interface Command {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  readonly sent_at: number | null;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly answer?: unknown;
}

let test: TestPlatform;

const base = (gateway: string) => `/magma/v1/networks/n/gateways/${gateway}`;
const give = (
  gateway: string,
  name: string,
  body?: unknown,
  query = '?queue=true',
  headers?: Record<string, string>,
): Promise<RestAnswer> => test.rest.call('POST', `${base(gateway)}/command/${name}${query}`, body, headers);
/** Has a command wait; answers its id. */
async function queue(gateway: string, name: string, body?: unknown, query?: string): Promise<string> {
  const answer = await give(gateway, name, body, query);
  expect(answer).toMatchObject({ status: 202, body: { state: 'queued', name } });
  const { id } = answer.body as Command;
  expect(answer.headers['x-command-id']).toBe(id);
  return id;
}
const read = async (gateway: string, id: string) => (await test.rest.must('GET', `${base(gateway)}/commands/${id}`)).body as Command;
const ended = (gateway: string, id: string) =>
  eventually(
    () => read(gateway, id),
    ({ state }) => state !== 'queued' && state !== 'running',
  );
const cancel = (gateway: string, id: string) => test.rest.call('DELETE', `${base(gateway)}/commands/${id}`);
const audited = (gateway: string, wanted: string[]) =>
  eventually(
    async () =>
      (await auditOf(test, gateway))
        .filter(({ action }) => action.startsWith('command.'))
        .map(({ action, outcome }) => `${action} ${outcome}`),
    (rows) => rows.length === wanted.length && rows.every((row, index) => row === wanted[index]),
  );
const linesOf = (file: string): string[] => (existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : []);

/**
 * A gateway that is registered and not there. `start` brings its agent, once more if need be, and resolves when it is connected. Its command
 * `note` adds its parameters to a file as a line.
 */
async function registered(id: string): Promise<{ start: () => Promise<Agent>; notes: string }> {
  const notes = join(test.folder, `notes-${id}`);
  const genericCommands = {
    note: `sh -c 'cat >> ${notes}; echo >> ${notes}; echo noted'`,
    wait: `sh -c 'echo waits >> ${notes}; sleep 60'`,
  };
  const made = () => test.agent(`n-${id}`, { genericCommands });
  await ensureGateway(test.rest, 'n', id, await made().identity());
  const start = async (): Promise<Agent> => {
    const agent = made();
    const connected = next(agent, 'connected');
    await agent.start();
    await connected;
    return agent;
  };
  return { start, notes };
}

/** Kills the runtime; resolves when it is back. */
async function crash(): Promise<void> {
  const before = findRuntimes(test.folder);
  for (const { pid } of before) process.kill(pid, 'SIGKILL');
  await eventually(
    async () => (await test.rest.call('GET', '/magma/v1/networks').catch(() => undefined))?.status,
    (status) => status === 200,
  );
  expect(findRuntimes(test.folder).some(({ pid }) => before.some((old) => old.pid === pid))).toBe(false);
}

beforeAll(async () => {
  test = await startTestPlatform();
  await ensureNetwork(test.rest, 'n', 'n');
  await test.rest.must('PUT', '/magma/v1/networks/n/allowed_commands', { allow: [{ name: 'note' }, { name: 'wait' }] });
});

afterAll(() => test?.close());

describe('a command that waits for its gateway', () => {
  it('is refused when it is allowed no more by the time the gateway connects', async () => {
    const { start, notes } = await registered('denied');
    const id = await queue('denied', 'generic', { command: 'note', params: {} });
    await test.rest.must('PUT', `${base('denied')}/allowed_commands`, { deny: ['note'] });
    const other = await queue('denied', 'generic', { command: 'wait', params: {} });
    await start();
    expect(await ended('denied', id)).toMatchObject({ state: 'refused', sent_at: null, error: { code: 'forbidden' } });
    await eventually(
      () => read('denied', other),
      ({ state }) => state === 'running',
    );
    expect(linesOf(notes)).not.toContain('{}');
    // The audit row is written a moment after the record.
    await eventually(
      async () => (await auditOf(test, 'denied')).filter(({ action, outcome }) => action === 'command.generic' && outcome === 'refused'),
      ([row]) => isDeepStrictEqual(row?.detail, { command: 'note', command_id: id, code: 'forbidden' }),
    );
  });

  it('is refused when whoever gave it has lost the right to it by then', async () => {
    const { start, notes } = await registered('lapsed');
    await test.rest.must('POST', '/magma/v1/user', { username: 'temp', password: 'correct horse battery' });
    const policy = { effect: 'ALLOW', action: 'WRITE', resourceType: 'NETWORK_ID', resourceIDs: ['n'] };
    const made = await test.rest.must('POST', '/magma/v1/user/temp/tokens', [policy]);
    const { id: tokenId, token } = made.body as { readonly id: string; readonly token: string };
    const { platform } = test;
    const temp = restClient({ base: platform.addresses.api, caFile: platform.credentials.rootFile, token });
    try {
      const given = await temp.must('POST', `${base('lapsed')}/command/generic?queue=true`, { command: 'note', params: { by: 'temp' } });
      const { id } = given.body as Command;
      const other = await queue('lapsed', 'generic', { command: 'note', params: { by: 'admin' } });
      await test.rest.must('DELETE', `/magma/v1/user/temp/tokens/${tokenId}`);
      await start();
      expect(await ended('lapsed', id)).toMatchObject({ state: 'refused', sent_at: null, error: { code: 'forbidden' } });
      expect(await ended('lapsed', other)).toMatchObject({ state: 'done' });
      expect(linesOf(notes)).toEqual(['{"by":"admin"}']);
      await audited('lapsed', ['command.generic queued', 'command.generic queued', 'command.generic refused', 'command.generic ok']);
    } finally {
      temp.close();
    }
  });

  it('is carried out once when the gateway connects, in its turn', async () => {
    const { start, notes } = await registered('late');
    const ids = [
      await queue('late', 'generic', { command: 'note', params: { secret: 'one' } }),
      await queue('late', 'generic', { command: 'note', params: { secret: 'two' } }),
      await queue('late', 'reboot'),
    ];
    const agent = await start();
    expect(await ended('late', ids[2] ?? '')).toMatchObject({ state: 'refused', error: { code: 'invalid' } });
    expect(linesOf(notes)).toEqual(['{"secret":"one"}', '{"secret":"two"}']);
    expect(await read('late', ids[0] ?? '')).toMatchObject({ state: 'done', answer: { response: { stdout: 'noted\n' } } });

    // It is not given again at the next connection.
    await agent.stop();
    await start();
    const { status, headers, body } = await give('late', 'generic', { command: 'note', params: { secret: 'three' } });
    expect({ status, body }).toMatchObject({ status: 200, body: { response: { stdout: 'noted\n' } } });
    expect(linesOf(notes)).toHaveLength(3);
    const list = (await test.rest.must('GET', `${base('late')}/commands`)).body;
    expect((list as { commands: Command[] }).commands.map(({ id }) => id)).toEqual([headers['x-command-id'], ...ids.toReversed()]);
    expect(JSON.stringify(list)).not.toContain('secret');
    const waited = ['generic', 'generic', 'reboot'];
    await audited('late', [
      ...waited.map((name) => `command.${name} queued`),
      'command.generic ok',
      'command.generic ok',
      'command.reboot refused',
      'command.generic ok',
    ]);
    expect(JSON.stringify(await auditOf(test, 'late'))).not.toContain('secret');
  });

  it('ends by itself when its time is up', async () => {
    await addGateway(test, 'n', 'never');
    const id = await queue('never', 'reboot', undefined, '?queue=true&expires_in=1');
    // The row is the alarm's work: nobody has asked the object for anything.
    await audited('never', ['command.reboot queued', 'command.reboot expired']);
    expect(await read('never', id)).toMatchObject({ state: 'expired', sent_at: null });
    expect(await cancel('never', id)).toMatchObject({ status: 409, body: { message: expect.stringContaining('expired') } });
  });

  it('can be taken back', async () => {
    const { start, notes } = await registered('spared');
    const [first, second] = [
      await queue('spared', 'generic', { command: 'note', params: { n: 1 } }),
      await queue('spared', 'generic', { command: 'note', params: { n: 2 } }),
    ];
    expect(await cancel('spared', first)).toMatchObject({ status: 204, body: undefined });
    expect(await cancel('spared', first)).toMatchObject({ status: 409, body: { code: 'conflict' } });
    expect(await cancel('spared', 'nobody')).toMatchObject({ status: 404 });
    await start();
    expect(await ended('spared', second)).toMatchObject({ state: 'done' });
    expect(linesOf(notes)).toEqual(['{"n":2}']);
    const { body } = await test.rest.must('GET', `${base('spared')}/commands?state=cancelled`);
    expect((body as { commands: Command[] }).commands.map(({ id }) => id)).toEqual([first]);
  });

  it('goes when its gateway goes', async () => {
    await addGateway(test, 'n', 'leaves');
    const id = await queue('leaves', 'reboot');
    await test.rest.must('DELETE', '/magma/v1/lte/n/gateways/leaves');
    await audited('leaves', ['command.reboot queued', 'command.reboot cancelled']);
    expect(await test.rest.call('GET', `${base('leaves')}/commands/${id}`)).toMatchObject({ status: 404 });
    await addGateway(test, 'n', 'leaves');
    expect((await test.rest.must('GET', `${base('leaves')}/commands`)).body).toEqual({ commands: [], page_token: '' });
  });

  it('takes a gateway with hardware, room, and a time that makes sense', async () => {
    const { device: _, ...bare } = lteGateway('bare', { hardwareId: '', publicKey: '', keyType: 'SOFTWARE_ECDSA_SHA256' });
    await test.rest.must('POST', '/magma/v1/lte/n/gateways', bare);
    const answer = await give('bare', 'reboot');
    expect(answer).toMatchObject({ status: 500, body: { code: 'gateway_offline', message: expect.stringContaining('nothing can wait') } });
    await addGateway(test, 'n', 'full');
    for (const query of ['?queue=perhaps', '?expires_in=5', '?queue=true&expires_in=0', '?queue=true&expires_in=604801']) {
      expect(await give('full', 'reboot', undefined, query)).toMatchObject({ status: 400, body: { code: 'invalid' } });
    }
    for (let count = 0; count < 32; count += 1) await queue('full', 'reboot');
    const refused = await give('full', 'reboot');
    expect(refused).toMatchObject({ status: 429, body: { code: 'too_many', message: expect.stringContaining('DELETE') } });
    // Time alone does not help.
    expect(refused.headers['retry-after']).toBeUndefined();
  });
});

describe('an Idempotency-Key', () => {
  it('has a command carried out once, whether it waits or not', async () => {
    const { start, notes } = await registered('once');
    const note = (n: number, key: string) =>
      give('once', 'generic', { command: 'note', params: { n } }, undefined, { 'idempotency-key': key });
    const waiting = await note(1, 'a');
    expect((await note(1, 'a')).headers['x-command-id']).toBe(waiting.headers['x-command-id']);
    await start();
    await ended('once', String(waiting.headers['x-command-id']));
    expect(await note(1, 'a')).toMatchObject({ status: 202, body: { state: 'done' } });
    const both = await Promise.all([note(2, 'b'), note(2, 'b')]);
    for (const { status, headers } of [...both, await note(2, 'b')]) {
      expect([status, headers['x-command-id']]).toEqual([200, both[0]?.headers['x-command-id']]);
    }
    expect(linesOf(notes)).toEqual(['{"n":1}', '{"n":2}']);
    expect(await note(3, 'b')).toMatchObject({ status: 409, body: { code: 'conflict' } });
    expect(await note(3, ' ')).toMatchObject({ status: 400 });
  });
});

describe('the runtime, killed with SIGKILL', () => {
  it('between a command and its gateway’s return has it delivered once', async () => {
    const { start, notes } = await registered('crash');
    const id = await queue('crash', 'generic', { command: 'note', params: { n: 1 } });
    await crash();
    expect(await read('crash', id)).toMatchObject({ state: 'queued' });
    await start();
    expect(await ended('crash', id)).toMatchObject({ state: 'done' });
    await crash();
    expect(await read('crash', id)).toMatchObject({ state: 'done', answer: { response: { stdout: 'noted\n' } } });
    expect(linesOf(notes)).toEqual(['{"n":1}']);
    await audited('crash', ['command.generic queued', 'command.generic ok']);
  });

  it('while a gateway is at work leaves an unknown end, and asks for nothing twice', async () => {
    const { start, notes } = await registered('amid');
    const agent = await start();
    const lost = give('amid', 'generic', { command: 'wait' }, '').catch(() => undefined);
    await eventually(
      async () => linesOf(notes),
      ({ length }) => length === 1,
    );
    const back = next(agent, 'connected');
    await crash();
    expect((await lost)?.status ?? 502).toBeGreaterThanOrEqual(500);
    await back;
    const { body } = await test.rest.must('GET', `${base('amid')}/commands`);
    expect((body as { commands: Command[] }).commands).toMatchObject([{ state: 'unknown', error: { code: 'interrupted' } }]);
    await audited('amid', ['command.generic failed']);
    expect(linesOf(notes)).toEqual(['waits']);
  });
});
