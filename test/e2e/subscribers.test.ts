import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureNetwork } from '../../local/demo/network.ts';
import { call } from '../../local/fixture/client.ts';
import { adminOf, type Holder } from '../harness/identities.ts';
import { startTestPlatform, type TestPlatform } from '../harness/platform.ts';
import { apnBody } from '../support/lte.ts';
import { imsi, subscriberBody } from '../support/subscribers.ts';

const LTE = '/magma/v1/lte/many';
let test: TestPlatform;
let admin: Holder;

beforeAll(async () => {
  test = await startTestPlatform();
  admin = adminOf(test);
  await ensureNetwork(test.rest, 'many', 'many');
  const made = await send('POST', '/apns', { 'content-type': 'application/json' }, JSON.stringify(apnBody('internet')));
  expect(made.status).toBe(201);
});
afterAll(() => test?.close());

const send = (method: string, path: string, headers: Record<string, string> = {}, body?: string) =>
  call(admin, `${test.platform.addresses.api}${LTE}${path}`, { method, headers, ...(body === undefined ? {} : { body }) });
const json = (answer: { text: string }) => JSON.parse(answer.text) as Record<string, unknown>;

describe('20,000 subscribers in one call', () => {
  it('are there within three seconds, and once only under their Idempotency-Key', async () => {
    const body = Array.from({ length: 20_000 }, (_, index) => JSON.stringify(subscriberBody(index))).join('\n');
    const headers = { 'content-type': 'application/x-ndjson', 'idempotency-key': 'first' };
    const began = performance.now();
    const answer = await send('POST', '/subscribers:bulk', headers, body);
    const took = performance.now() - began;
    expect([answer.status, json(answer)]).toEqual([
      200,
      { total: 20_000, created: 20_000, updated: 0, failed: 0, failures: [], unlisted: 0, repeated: false },
    ]);
    console.log(`20,000 subscribers in ${Math.round(took)} ms`);
    expect(took).toBeLessThan(3_000);
    expect(json(await send('POST', '/subscribers:bulk', headers, body))).toMatchObject({ created: 20_000, repeated: true });
    expect(json(await send('GET', '/subscribers?page_size=1'))).toMatchObject({
      total_count: 20_000,
      subscribers: { [imsi(0)]: { name: 'Phone 0' } },
    });
  });

  it('are told what is wrong with them within three seconds too, line by line', async () => {
    const wrong = (index: number) => ({ ...subscriberBody(index), name: 7, active_apns: ['none'], static_ips: { ims: '10.0.0.1' } });
    const body = Array.from({ length: 20_000 }, (_, index) => JSON.stringify(wrong(index))).join('\n');
    const began = performance.now();
    const answer = json(await send('POST', '/subscribers:bulk', { 'content-type': 'application/x-ndjson' }, body));
    const took = performance.now() - began;
    console.log(`20,000 wrong subscribers in ${Math.round(took)} ms`);
    expect(took).toBeLessThan(3_000);
    expect(answer).toMatchObject({ created: 0, updated: 0, failed: 20_000 });
    const [first] = answer['failures'] as { faults: { path: string }[] }[];
    expect(first?.faults.map(({ path }) => path)).toEqual(['name', 'static_ips.ims', 'active_apns[0]']);
  });

  it('are looked at line by line without being kept, in a dry run', async () => {
    const { name: _, ...nameless } = subscriberBody(30_001);
    const body = [subscriberBody(30_000), { ...nameless, id: 'IMSI1' }, subscriberBody(0)].map((line) => JSON.stringify(line)).join('\n');
    const answer = json(await send('POST', '/subscribers:bulk?dry_run=true', { 'content-type': 'application/x-ndjson' }, body));
    expect(answer).toMatchObject({ dry_run: true, changes: [{ key: imsi(30_000) }, { key: imsi(0) }] });
    expect(answer['answer']).toMatchObject({ created: 1, updated: 1, failed: 1, failures: [{ line: 2, id: 'IMSI1' }] });
    expect((await send('GET', `/subscribers/${imsi(30_000)}`)).status).toBe(404);
  });

  it('are refused as something else, or when there is too much of them', async () => {
    expect((await send('POST', '/subscribers:bulk', { 'content-type': 'application/json' }, '[]')).status).toBe(400);
    const large = 'x'.repeat(17 * 1024 * 1024);
    expect((await send('POST', '/subscribers:bulk', { 'content-type': 'text/csv' }, large)).status).toBe(413);
    expect((await send('GET', '/subscribers:bulk')).status).toBe(405);
  });
});
