import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureNetwork } from '../../local/demo/network.ts';
import type { Answer } from '../../local/fixture/client.ts';
import { addGateway } from '../harness/identities.ts';
import { startTestPlatform, type TestPlatform } from '../harness/platform.ts';
import { expectRefusal, type Sent, sendTo } from '../harness/requests.ts';

/** The table "Limits of a request" of docs/operations.md, a test for each line; what is beyond a limit is told by the envelope. */

const NETWORK = 'limits';
const ONE = `/magma/v1/lte/${NETWORK}`;
const MEBIBYTE = 1024 * 1024;
const MOST_SUBSCRIBERS = 20_000;
const LARGEST_PAGE = 15_000;

let test: TestPlatform;

beforeAll(async () => {
  test = await startTestPlatform();
  await ensureNetwork(test.rest, NETWORK, NETWORK);
});
afterAll(() => test?.close());

const send = (method: string, path: string, sent?: Sent): Promise<Answer> => sendTo(test, method, path, sent);
const imsi = (number: number): string => `IMSI00101${String(number).padStart(10, '0')}`;
const lte = { state: 'INACTIVE', auth_algo: 'MILENAGE', auth_key: 'AAAAAAAAAAAAAAAAAAAAAA==', sub_profile: 'default' };
const subscribers = (count: number): string => JSON.stringify(Array.from({ length: count }, (_, number) => ({ id: imsi(number), lte })));

describe('a body', () => {
  it('of JSON has 5 MiB at most', async () => {
    const full = Buffer.alloc(5 * MEBIBYTE, ' ');
    full.write('{}');
    await expectRefusal(send('POST', '/magma/v1/lte', { body: full }), 400, 'invalid', /body\.id/);
    await expectRefusal(send('POST', '/magma/v1/lte', { body: Buffer.concat([full, Buffer.from(' ')]) }), 413, 'too_large');
  });

  it('of subscribers in bulk has 16 MiB at most', async () => {
    const lines = Buffer.from(`${JSON.stringify({ id: imsi(1), lte: { ...lte, auth_key: 'short' } })}\n`);
    const headers = { 'content-type': 'application/x-ndjson' };
    const full = Buffer.concat([lines, Buffer.alloc(16 * MEBIBYTE - lines.length, '\n')]);
    expect((await send('POST', `${ONE}/subscribers:bulk`, { headers, body: full })).status).not.toBe(413);
    await expectRefusal(
      send('POST', `${ONE}/subscribers:bulk`, { headers, body: Buffer.concat([full, Buffer.from('\n')]) }),
      413,
      'too_large',
    );
  });

  it('has 32 levels at most', async () => {
    const nested = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
    await expectRefusal(send('POST', '/magma/v1/lte', { body: nested(32) }), 400, 'invalid', /body\.id/);
    await expectRefusal(send('POST', '/magma/v1/lte', { body: nested(33) }), 400, 'invalid', /more than 32 levels/);
  });
});

describe('subscribers in bulk', () => {
  const bulk = (body: string) => send('POST', `${ONE}/subscribers:bulk`, { headers: { 'content-type': 'application/x-ndjson' }, body });
  const line = (number: number) => JSON.stringify({ id: imsi(number), lte });

  it('are 20,000 at most', async () => {
    const lines = Array.from({ length: MOST_SUBSCRIBERS + 1 }, () => '{}');
    await expectRefusal(bulk(lines.join('\n')), 413, 'too_large', /more than 20000/);
  });

  it('have 65,536 characters a line, and a longer one refuses all of them', async () => {
    const of = (length: number) => line(1).padEnd(length, ' ');
    await expectRefusal(bulk(`${line(2)}\n${of(65_537)}\n`), 400, 'invalid', /line 2 is longer/);
    const { text } = await bulk(`${of(65_536)}\n{"id":"no"}\n`);
    expect(JSON.parse(text)).toMatchObject({ created: 1, failed: 1, failures: [{ line: 2 }] });
    await send('DELETE', `${ONE}/subscribers/${imsi(1)}`);
  });
});

describe('a command that is to wait', () => {
  it('has 256 KiB of parameters at most', async () => {
    await addGateway(test, NETWORK, 'away');
    await test.rest.must('PUT', `/magma/v1/networks/${NETWORK}/allowed_commands`, { allow: [{ name: 'note' }] });
    const give = (length: number) =>
      send('POST', `/magma/v1/networks/${NETWORK}/gateways/away/command/generic?queue=true`, {
        body: JSON.stringify({ command: 'note', params: { text: 'x'.repeat(length) } }),
      });
    expect((await give(256 * 1024 - 100)).status).toBe(202);
    await expectRefusal(give(256 * 1024), 413, 'too_large');
  });
});

describe('a URL', () => {
  it('has 8192 characters at most in path and query together', async () => {
    const of = (length: number): string => `${ONE}?${'x'.repeat(length - ONE.length - 1)}`;
    expect((await send('GET', of(8192))).status).toBe(200);
    const refused = await expectRefusal(send('GET', of(8193)), 414, 'uri_too_long', /^path and query are longer than 8192 characters$/);
    expect((await send('GET', of(8193))).headers['x-request-id']).toMatch(/[\w-]{8,}/);
    expect(refused.faults).toBeUndefined();
    // Longer than what the front takes of a header.
    await expectRefusal(send('GET', of(40_000)), 414, 'uri_too_long');
  });

  it('has 255 characters at most in an id', async () => {
    const at = (length: number): string => `${ONE}/apns/${'x'.repeat(length)}`;
    await expectRefusal(send('GET', at(255)), 404, 'not_found');
    expect((await expectRefusal(send('GET', at(256)), 400, 'invalid')).faults?.map(({ path }) => path)).toEqual(['path.apn_name']);
    await expectRefusal(send('DELETE', at(256)), 400, 'invalid', /path\.apn_name/);
  });
});

describe('the headers', () => {
  it('have 32 KiB at most together', async () => {
    const some = Object.fromEntries(Array.from({ length: 3 }, (_, number) => [`x-some-${number}`, 'x'.repeat(10_000)]));
    expect((await send('GET', ONE, { headers: some })).status).toBe(200);
    await expectRefusal(send('GET', ONE, { headers: { ...some, 'x-more': 'x'.repeat(4000) } }), 431, 'too_large');
  });
});

describe('subscribers', () => {
  const list = `${ONE}/subscribers?verbose=false`;
  const page = async (query: string): Promise<{ count: number; next: string; total: number }> => {
    const { status, text } = await send('GET', `${list}${query}`);
    expect(status, text).toBe(200);
    const body = JSON.parse(text) as { subscribers: string[]; next_page_token: string; total_count: number };
    return { count: body.subscribers.length, next: body.next_page_token, total: body.total_count };
  };

  // What is answered by mistake would fill the screen.
  const refused = async (sent: Promise<Answer>): Promise<readonly string[]> => {
    expect((await sent).status).toBe(400);
    return (await expectRefusal(sent, 400, 'invalid')).faults?.map(({ path }) => path) ?? [];
  };

  it(`are ${MOST_SUBSCRIBERS} at most in one POST`, async () => {
    expect(await refused(send('POST', `${ONE}/subscribers`, { body: subscribers(MOST_SUBSCRIBERS + 1) }))).toEqual(['body']);
    expect((await page('')).total).toBe(0);
    expect((await send('POST', `${ONE}/subscribers`, { body: subscribers(MOST_SUBSCRIBERS) })).status).toBe(201);
  });

  it(`come ${LARGEST_PAGE} at a time, unless fewer are asked for`, async () => {
    const whole = { count: LARGEST_PAGE, next: expect.stringMatching(/./), total: MOST_SUBSCRIBERS };
    for (const query of ['', '&page_size=0', `&page_size=${LARGEST_PAGE}`, `&page_size=${LARGEST_PAGE + 1}`, '&page_size=4294967295'])
      expect(await page(query), query).toEqual(whole);
    expect(await page('&page_size=7')).toEqual({ ...whole, count: 7 });
    const { next } = await page('');
    expect(await page(`&page_token=${encodeURIComponent(next)}`)).toEqual({ ...whole, count: MOST_SUBSCRIBERS - LARGEST_PAGE, next: '' });
  });

  it.each(['-1', '1.5', 'many', '4294967296', '1e3', '%20'])('are not counted by a page size of %s', async (size) => {
    expect(await refused(send('GET', `${list}&page_size=${size}`))).toEqual(['query.page_size']);
  });
});
