import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { orchestrator } from '../../clients/typescript/client.ts';
import { tlsFetch } from '../../clients/typescript/tls-fetch.ts';
import { addGateway, auditOf } from '../harness/identities.ts';
import { eventually, startTestPlatform, type TestPlatform } from '../harness/platform.ts';
import { postStreamed, type StreamedAnswer } from '../harness/streaming.ts';
import { MAX_CLOUD_STREAMS } from '../../core/wire/limits.ts';

let test: TestPlatform;
let mme: string;
let quiet: string;
/** Calls that the agent of gateway `gw1` is through with. */
let answered = 0;

const path = (gateway: string): string => `/magma/v1/networks/n/gateways/${gateway}/command/tail_logs`;
const follow = (service: string, gateway = 'gw1'): Promise<StreamedAnswer> => postStreamed(test, path(gateway), { service });
const refused = (gateway: string, body: unknown) => test.rest.call('POST', path(gateway), body);
/** Resolves when the agent has ended this many more calls. */
async function ended(more: number, work: () => void | Promise<void>): Promise<void> {
  const before = answered;
  await work();
  await eventually(
    async () => answered,
    (now) => now >= before + more,
  );
}

beforeAll(async () => {
  test = await startTestPlatform();
  mme = join(test.folder, 'mme.log');
  quiet = join(test.folder, 'quiet.log');
  writeFileSync(mme, Array.from({ length: 30 }, (_, index) => `line ${index}\n`).join(''));
  writeFileSync(quiet, 'written once\n');
  await test.join('n', 'gw1', {
    logFiles: { mme, quiet, absent: join(test.folder, 'absent.log') },
    log: (_level, message, fields) => {
      if (message === 'call answered' && String(fields?.['path']).endsWith('TailLogs')) answered += 1;
    },
  });
  await addGateway(test, 'n', 'away');
});
afterAll(() => test?.close());

describe('a log that is followed', () => {
  it('begins with its last lines and goes on with each one that is written', async () => {
    const log = await follow('mme');
    expect(log).toMatchObject({
      status: 200,
      headers: {
        'content-type': 'text/plain; charset=utf-8',
        'cache-control': 'no-store, no-transform',
        'x-request-id': expect.any(String),
      },
    });
    expect(await log.until('line 29\n')).toBe(Array.from({ length: 10 }, (_, index) => `line ${index + 20}\n`).join(''));
    appendFileSync(mme, 'zwölf\nhalf a ');
    await log.until('zwölf\n');
    appendFileSync(mme, 'line\n');
    expect((await log.until('half a line\n')).endsWith('line 29\nzwölf\nhalf a line\n')).toBe(true);
    await ended(1, log.leave);
  });

  it('by several is sent to each, and leaves room for commands', async () => {
    const logs = await Promise.all(Array.from({ length: MAX_CLOUD_STREAMS }, () => follow('mme')));
    expect(await refused('gw1', { service: 'mme' })).toMatchObject({ status: 503, body: { code: 'unavailable' } });
    const command = '/magma/v1/networks/n/gateways/gw1/command/ping';
    expect((await test.rest.call('POST', command, { hosts: ['127.0.0.1'], packets: 1 })).status).toBe(200);
    appendFileSync(mme, 'for all\n');
    for (const log of logs) await log.until('for all\n');
    await ended(logs.length, () => {
      for (const log of logs) log.leave();
    });
    const again = await follow('mme');
    await again.until('for all\n');
    await ended(1, again.leave);
  });

  it('is ended on the gateway when a client who got nothing but silence goes away', async () => {
    const log = await follow('quiet');
    expect(await log.until('written once')).toBe('written once\n');
    await ended(1, log.leave);
  });

  it('faster than its reader ends with the reason, after what was kept for him', async () => {
    const log = await follow('mme');
    await log.until('for all\n');
    log.pause();
    const line = `${'x'.repeat(8000)}\n`;
    await ended(1, async () => {
      for (let written = 0; written < 4000; written += 1) appendFileSync(mme, line);
    });
    log.resume();
    expect(await log.end).toBe('broken off');
    const lines = log.text().split('\n');
    expect(lines.at(-2)).toMatch(/^-- orc8r: broken off: gateway gw1: the reader is slower than/);
    expect(lines.length).toBeLessThan(4000);
  });

  it('is read as it comes through the TypeScript client, until it is aborted', async () => {
    const { addresses, credentials } = test.platform;
    const api = orchestrator({ baseUrl: addresses.api, token: credentials.token, fetch: tlsFetch({ ca: test.ca }) });
    const leaving = new AbortController();
    const { data } = await api.POST('/magma/v1/networks/{network_id}/gateways/{gateway_id}/command/tail_logs', {
      params: { path: { network_id: 'n', gateway_id: 'gw1' } },
      body: { service: 'quiet' },
      parseAs: 'stream',
      signal: leaving.signal,
    });
    const reader = (data as ReadableStream<Uint8Array>).getReader();
    expect(new TextDecoder().decode((await reader.read()).value)).toContain('written once\n');
    await ended(1, async () => {
      leaving.abort();
      await expect(reader.read()).rejects.toThrow();
    });
  });

  it('ends with the reason when the gateway goes away', async () => {
    const leaver = await test.join('n', 'leaver', { logFiles: { mme } });
    const log = await follow('mme', 'leaver');
    await log.until('\n');
    await leaver.stop();
    expect(await log.end).toBe('broken off');
    expect(log.text()).toMatch(/\n-- orc8r: broken off: gateway leaver is not connected: the gateway disconnected\n$/);
  });
});

describe('a log whose follower may not any more', () => {
  const user = '/magma/v1/user/carl';
  const policy = { effect: 'ALLOW', action: 'WRITE', resourceType: 'NETWORK_ID', resourceIDs: ['n'] };

  it.each([
    ['the token is revoked', (token: { id: string }) => `${user}/tokens/${token.id}`],
    ['the operator is deleted', () => user],
  ])('ends within seconds when %s, also on the gateway', async (_, what) => {
    await test.rest.call('POST', '/magma/v1/user', { username: 'carl', password: 'correct horse battery' });
    const token = (await test.rest.must('POST', `${user}/tokens`, [policy])).body as { id: string; token: string };
    const log = await postStreamed(test, path('gw1'), { service: 'quiet' }, token.token);
    await log.until('written once\n');
    const kept = await follow('quiet');
    await ended(1, async () => {
      await test.rest.must('DELETE', what(token));
      const revokedAt = performance.now();
      expect(await log.end).toBe('broken off');
      expect(performance.now() - revokedAt).toBeLessThan(9000);
    });
    expect(log.text()).toMatch(/\n-- orc8r: broken off: whoever follows this may not any more: the token was revoked since, .*\n$/);
    appendFileSync(quiet, 'for those who may\n');
    await kept.until('for those who may\n');
    expect(log.text()).not.toContain('for those who may');
    await ended(1, kept.leave);
    writeFileSync(quiet, 'written once\n');
  });
});

describe('a log that cannot be followed', () => {
  it('is refused before anything is sent', async () => {
    const json = (code: string, message: string) => ({
      headers: { 'content-type': 'application/json' },
      body: { code, message: expect.stringContaining(message), request_id: expect.any(String) },
    });
    expect(await refused('gw1', { service: 'nobody' })).toMatchObject({
      status: 404,
      ...json('not_found', 'configured are: absent, mme, quiet'),
    });
    expect(await refused('gw1', { service: 'absent' })).toMatchObject({ status: 404, ...json('not_found', 'does not exist') });
    expect(await refused('gw1', {})).toMatchObject({ status: 404, ...json('not_found', 'no log file is configured for ""') });
    expect(await refused('gw1', { service: 1 })).toMatchObject({ status: 400, ...json('invalid', 'body.service') });
    expect(await refused('away', { service: 'mme' })).toMatchObject({ status: 500, ...json('gateway_offline', 'not connected') });
    expect(await refused('nobody', { service: 'mme' })).toMatchObject({ status: 404, ...json('not_found', 'nobody') });
  });

  it('leaves an audit row, as one that can be does', async () => {
    const rows = (await auditOf(test, 'gw1')).filter(({ action }) => action === 'command.tail_logs');
    expect(rows[0]).toMatchObject({ outcome: 'ok', detail: { service: 'mme' } });
    expect(rows.at(-1)).toMatchObject({ outcome: 'refused', detail: { service: '', code: 'not_found' } });
    expect(await auditOf(test, 'away')).toMatchObject([
      {},
      { action: 'command.tail_logs', outcome: 'failed', detail: { code: 'gateway_offline' } },
    ]);
  });
});
