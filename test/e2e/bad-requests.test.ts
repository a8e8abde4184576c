import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import openapi from '../../docs/openapi.json' with { type: 'json' };
import { ensureNetwork, lteGateway, lteNetwork } from '../../local/demo/network.ts';
import type { Answer } from '../../local/fixture/client.ts';
import { addGateway } from '../harness/identities.ts';
import { type JsonObject, mutated } from '../harness/mutations.ts';
import { startTestPlatform, type TestPlatform } from '../harness/platform.ts';
import { configuration, envelope, expectRefusal, type Sent, sendTo } from '../harness/requests.ts';

const NETWORK = 'requests';
const LTE = '/magma/v1/lte';
const ONE = `${LTE}/${NETWORK}`;
const MEGABYTE = 1024 * 1024;

let test: TestPlatform;

beforeAll(async () => {
  test = await startTestPlatform();
  await ensureNetwork(test.rest, NETWORK, NETWORK);
  await test.rest.must('POST', '/magma/v1/networks', {
    id: 'plain',
    name: 'plain',
    description: 'of another type',
    type: 'generic',
    dns: { enable_caching: false, local_ttl: 0, records: [] },
  });
});
afterAll(() => test?.close());

/** One request as it stands, as the operator unless told otherwise. */
const send = (method: string, path: string, sent?: Sent): Promise<Answer> => sendTo(test, method, path, sent);

async function* chunks(total: number, size = 64 * 1024): AsyncGenerator<Uint8Array> {
  for (let sent = 0; sent < total; sent += size) yield Buffer.alloc(Math.min(size, total - sent), 0x20);
}

describe('a body', () => {
  it('over the limit is refused, announced or not', async () => {
    await expectRefusal(send('POST', LTE, { body: Buffer.alloc(5 * MEGABYTE + 1, 0x20) }), 413, 'too_large', /5242880 bytes/);
    await expectRefusal(send('POST', LTE, { body: chunks(6 * MEGABYTE) }), 413, 'too_large', /5242880 bytes/);
    await expectRefusal(send('POST', LTE, { body: chunks(55 * MEGABYTE, MEGABYTE) }), 413, 'too_large');
    await expectRefusal(
      send('POST', LTE, { headers: { 'content-length': String(60 * MEGABYTE) }, body: chunks(60 * MEGABYTE, MEGABYTE) }),
      413,
      'too_large',
    );
  });

  it('at the limit is read', async () => {
    const body = Buffer.alloc(5 * MEGABYTE, 0x20);
    body.write('{}');
    expect((await expectRefusal(send('POST', LTE, { body }), 400, 'invalid')).faults).toContainEqual({
      path: 'body.id',
      message: 'is required',
    });
  });

  it('that nobody was going to read does not hide the answer', async () => {
    await expectRefusal(send('POST', LTE, { body: Buffer.alloc(4 * MEGABYTE), known: false }), 401, 'credentials_required');
    await expectRefusal(send('POST', '/magma/v1/nowhere', { body: Buffer.alloc(4 * MEGABYTE) }), 404, 'not_found');
    await expectRefusal(send('PATCH', LTE, { body: Buffer.alloc(4 * MEGABYTE) }), 405, 'method_not_allowed');
  });

  it.each(['text/plain', 'application/xml', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', ''])(
    'of content type %j is refused',
    async (type) => {
      await expectRefusal(
        send('POST', LTE, { headers: { 'content-type': type }, body: '{}' }),
        400,
        'unsupported_media_type',
        /application\/json/,
      );
    },
  );

  it.each(['application/json', 'application/json; charset=utf-8', 'APPLICATION/JSON', 'application/merge-patch+json'])(
    'of content type %j is read',
    async (type) => {
      await expectRefusal(send('POST', LTE, { headers: { 'content-type': type }, body: '{}' }), 400, 'invalid', /body\.id/);
    },
  );

  it.each(['{', '{"id": "x",}', "{'id': 1}", '[1, 2', '\u0000', 'undefined', '{"id":"a"}{"id":"b"}'])(
    'that is no JSON is refused: %j',
    async (body) => {
      await expectRefusal(send('POST', LTE, { body }), 400, 'invalid', /not JSON/);
    },
  );

  it('that is not UTF-8 is refused', async () => {
    const body = Buffer.concat([Buffer.from('{"id":"'), Buffer.of(0xff, 0xfe, 0xc3), Buffer.from('"}')]);
    await expectRefusal(send('POST', LTE, { body }), 400, 'invalid', /UTF-8/);
    await expectRefusal(send('POST', LTE, { body: Buffer.from('{"id":"\u00e9"}').subarray(0, -3) }), 400, 'invalid', /UTF-8/);
  });

  it.each(['null', '[]', '"text"', '17', 'true', '{}'])('of the wrong shape is refused: %s', async (body) => {
    await expectRefusal(send('POST', LTE, { body }), 400, 'invalid', /body/);
  });

  it('that is missing is refused', async () => {
    await expectRefusal(send('POST', LTE), 400, 'invalid', /body/);
  });

  it('with several faults is told all of them, with their places', async () => {
    const { cellular, ...network } = lteNetwork('several', 'Several');
    const wrong = {
      ...network,
      id: 'Not An Id',
      name: 7,
      cellular: { ...cellular, epc: { ...cellular.epc, mcc: 'abc', tac: -1 }, ran: { ...cellular.ran, bandwidth_mhz: 7 } },
    };
    const { faults, message } = await expectRefusal(send('POST', LTE, { body: JSON.stringify(wrong) }), 400, 'invalid');
    const places = faults?.map(({ path }) => path) ?? [];
    for (const place of ['body.id', 'body.name', 'body.cellular.epc.mcc', 'body.cellular.epc.tac', 'body.cellular.ran.bandwidth_mhz']) {
      expect(places).toContain(place);
      expect(message).toContain(place);
    }
    expect((await send('GET', `${LTE}/several`)).status).toBe(404);
  });

  it('of extreme nesting or with dangerous names is refused or read, and harms nothing', async () => {
    const deep = `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`;
    const wide = JSON.stringify({
      ...lteNetwork('wide', 'Wide'),
      ...Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [`k${at}`, at])),
    });
    const proto = '{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}, "id": 5}';
    for (const body of [deep, proto]) await expectRefusal(send('POST', LTE, { body }), 400, 'invalid');
    expect((await send('POST', LTE, { body: wide })).status).toBeLessThan(500);
    expect((await send('GET', '/healthz')).status).toBe(200);
  });
});

describe('a path', () => {
  it.each([
    `${LTE}/nothere`,
    `${LTE}/nothere/gateways`,
    `${LTE}/nothere/gateways/g1`,
    `${LTE}/nothere/cellular/ran`,
    '/magma/v1/networks/nothere',
    '/magma/v1/networks/nothere/tiers',
    '/magma/v1/networks/nothere/convergence',
    `${ONE}/gateways/nothere`,
    `${ONE}/gateways/nothere/status`,
    `/magma/v1/networks/${NETWORK}/tiers/nothere`,
  ])('of something that is not there is 404: %s', async (path) => {
    await expectRefusal(send('GET', path), 404, 'not_found', /was not found/);
  });

  it('of a network of another type is 400', async () => {
    await expectRefusal(send('GET', `${LTE}/plain`), 400, 'invalid', /not a lte network|not an lte network/);
    await expectRefusal(send('PUT', `${LTE}/plain`, { body: JSON.stringify(lteNetwork('plain', 'Plain')) }), 400, 'invalid');
    expect((await send('GET', '/magma/v1/networks/plain')).status).toBe(200);
  });

  it.each([
    '/magma/v1',
    '/magma/v1/nowhere',
    '/magma/v2/networks',
    '/nothing',
    '/magma/v1/networks/',
    `${ONE}/gateways/g/nothing`,
    '/magma/v1/%2e%2e/%2e%2e/etc/passwd',
    '/magma/v1/networks/%00',
    '/magma/v1/networks/%ff',
  ])('that leads nowhere is 404 or 400, with an envelope: %s', async (path) => {
    const answer = await send('GET', path);
    expect([400, 404]).toContain(answer.status);
    envelope(answer);
  });

  it('takes no other verb than those it has, and names them', async () => {
    for (const [path, allowed] of [
      ['/', ['GET', 'HEAD']],
      ['/healthz', ['GET', 'HEAD']],
      ['/docs', ['GET', 'HEAD']],
      ['/docs/openapi.json', ['GET', 'HEAD']],
      [LTE, ['GET', 'HEAD', 'POST']],
      [ONE, ['DELETE', 'GET', 'HEAD', 'PUT']],
      [`${ONE}/cellular/ran`, ['GET', 'HEAD', 'PUT']],
      [`/magma/v1/networks/${NETWORK}/gateways/g1/command/ping`, ['POST']],
    ] as const) {
      if ((allowed as readonly string[]).includes('HEAD')) expect((await send('HEAD', path)).status, path).toBe(200);
      for (const verb of ['PATCH', 'OPTIONS', 'DELETE', 'GET', 'POST', 'PUT'].filter(
        (name) => !(allowed as readonly string[]).includes(name),
      )) {
        const answer = await send(verb, path);
        expect({ path, verb, status: answer.status, allow: answer.headers.allow?.split(', ').sort() }).toEqual({
          path,
          verb,
          status: 405,
          allow: allowed,
        });
        expect(envelope(answer).code).toBe('method_not_allowed');
      }
    }
  });

  it('that is too long is 414, a header that is too large 431', async () => {
    await expectRefusal(send('GET', `${LTE}/${'x'.repeat(9000)}`), 414, 'uri_too_long');
    await expectRefusal(send('GET', `${LTE}?${'x'.repeat(9000)}`), 414, 'uri_too_long');
    await expectRefusal(send('GET', LTE, { headers: { 'x-large': 'x'.repeat(40_000) } }), 431, 'too_large');
  });

  it('with a wrong query is 400 and names the parameter', async () => {
    const { faults } = await expectRefusal(send('GET', `${ONE}/gateways?page_size=many`), 400, 'invalid', /page_size/);
    expect(faults?.map(({ path }) => path)).toEqual(['query.page_size']);
  });

  it('tells the request id that a client chose, and none that could not be one', async () => {
    const chosen = randomUUID();
    const answer = await send('GET', `${LTE}/nothere`, { headers: { 'x-request-id': chosen } });
    expect(envelope(answer).request_id).toBe(chosen);
    expect(answer.headers['x-request-id']).toBe(chosen);
    expect(envelope(await send('GET', `${LTE}/nothere`, { headers: { 'x-request-id': 'a b"c' } })).request_id).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe('without credentials', () => {
  const operations = Object.entries(openapi.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      open: 'security' in operation && operation.security.length === 0,
    })),
  );

  it('only the login is open', () => {
    expect(operations.filter(({ open }) => open).map(({ method, path }) => `${method} ${path}`)).toEqual(['POST /magma/v1/user/login']);
  });

  it('every other operation answers 401, whatever is sent, and nothing is done', async () => {
    const before = await configuration(test);
    expect(operations.length).toBeGreaterThan(100);
    for (const { method, path } of operations.filter(({ open }) => !open)) {
      const url = path.replace('{network_id}', NETWORK).replaceAll(/\{[^}]+\}/g, 'x');
      const answer = await send(method, url, { known: false, ...(method === 'POST' || method === 'PUT' ? { body: '{"id": 1' } : {}) });
      expect({ method, path, status: answer.status, code: envelope(answer).code }).toEqual({
        method,
        path,
        status: 401,
        code: 'credentials_required',
      });
    }
    expect(await configuration(test)).toEqual(before);
  });

  it.each(['Bearer', 'Bearer ', 'Bearer x y', 'Basic !!!', 'Digest abc', `Bearer ${'x'.repeat(5000)}`, 'Basic Og=='])(
    'a broken Authorization is 401: %s',
    async (authorization) => {
      const answer = await send('GET', LTE, { headers: { authorization }, known: false });
      expect(answer.status).toBe(401);
      expect(['credentials_required', 'token_unknown']).toContain(envelope(answer).code);
    },
  );
});

describe('mutated bodies', () => {
  /** Sends each body; a refusal leaves everything as it was, a success is taken away again. */
  async function tryAll(path: string, body: JsonObject, seed: number): Promise<Map<number, number>> {
    const seen = new Map<number, number>();
    await fc.assert(
      fc.asyncProperty(mutated(body), async (candidate) => {
        const before = await configuration(test);
        const answer = await send('POST', path, { body: JSON.stringify(candidate) });
        seen.set(answer.status, (seen.get(answer.status) ?? 0) + 1);
        if (answer.status === 201) {
          const shown = await send('GET', `${path}/${String(candidate['id'])}`);
          expect(shown.status).toBe(200);
          expect((await send('DELETE', `${path}/${String(candidate['id'])}`)).status).toBe(204);
          return;
        }
        expect([400, 404, 409]).toContain(answer.status);
        envelope(answer);
        expect(await configuration(test)).toEqual(before);
      }),
      { numRuns: 150, seed },
    );
    return seen;
  }

  it('of POST /lte never fail and leave nothing behind', async () => {
    const seen = await tryAll(LTE, lteNetwork('mutant', 'Mutant'), 21);
    expect(seen.get(400)).toBeGreaterThan(50);
    expect(seen.get(201)).toBeGreaterThan(0);
  });

  it('of POST gateways never fail and leave nothing behind', async () => {
    const gateway = lteGateway('mutant', { hardwareId: 'hw-mutant', keyType: 'SOFTWARE_ECDSA_SHA256', publicKey: '' });
    const seen = await tryAll(`${ONE}/gateways`, { ...gateway, device: { hardware_id: 'hw-mutant', key: { key_type: 'ECHO' } } }, 22);
    expect(seen.get(400)).toBeGreaterThan(50);
    expect(seen.get(201)).toBeGreaterThan(0);
  });

  it('leave a gateway whole or absent when one of its parts is in the way', async () => {
    const body = {
      ...lteGateway('second', { hardwareId: 'hw-one', keyType: 'SOFTWARE_ECDSA_SHA256', publicKey: '' }),
      device: { hardware_id: 'hw-one', key: { key_type: 'ECHO' } },
    };
    await addGateway(test, NETWORK, 'one');
    const before = await configuration(test);
    await expectRefusal(send('POST', `${ONE}/gateways`, { body: JSON.stringify(body) }), 409, 'conflict', /hardware id|hw-one/);
    await expectRefusal(
      send('POST', `${ONE}/gateways`, {
        body: JSON.stringify({ ...body, device: { hardware_id: 'hw-new', key: { key_type: 'ECHO' } }, tier: 'nothere' }),
      }),
      400,
      'invalid',
      /nothere/,
    );
    await expectRefusal(
      send('POST', `${ONE}/gateways`, {
        body: JSON.stringify({ ...body, id: 'one', device: { hardware_id: 'hw-new', key: { key_type: 'ECHO' } } }),
      }),
      409,
      'conflict',
      /one/,
    );
    expect(await configuration(test)).toEqual(before);
  });
});

describe('two writers', () => {
  const path = `${ONE}/cellular/ran`;
  const read = async () => {
    const answer = await send('GET', path);
    return { etag: String(answer.headers.etag), ran: JSON.parse(answer.text) as { bandwidth_mhz: number } };
  };
  const write = (ran: object, etag?: string) =>
    send('PUT', path, { body: JSON.stringify(ran), ...(etag === undefined ? {} : { headers: { 'if-match': etag } }) });

  it('who has not seen the newest is told by 412, and changes nothing', async () => {
    const { etag, ran } = await read();
    expect(etag).toMatch(/^"[^"]+"$/);
    expect((await write({ ...ran, bandwidth_mhz: 15 }, etag)).status).toBe(204);
    const now = await read();
    expect(now.etag).not.toBe(etag);
    await expectRefusal(write({ ...ran, bandwidth_mhz: 10 }, etag), 412, 'precondition_failed', /ETag/);
    expect(await read()).toEqual(now);
    expect((await write({ ...ran, bandwidth_mhz: 5 }, `"other", ${now.etag}`)).status).toBe(204);
    expect((await write({ ...ran, bandwidth_mhz: 20 }, '*')).status).toBe(204);
  });

  it('who send an If-Match that says nothing, or send one where it guards nothing, are told', async () => {
    const { ran } = await read();
    for (const none of ['', ' '])
      expect((await expectRefusal(write({ ...ran, bandwidth_mhz: 3 }, none), 400, 'invalid')).faults?.[0]?.path).toBe('header.if-match');
    for (const [at, type] of [
      [`${ONE}/apns`, 'application/json'],
      [`${ONE}/subscribers:bulk`, 'application/x-ndjson'],
    ] as const) {
      const headers = { 'if-match': '"17"', 'content-type': type };
      expect((await expectRefusal(send('POST', at, { body: '{}', headers }), 400, 'invalid')).faults?.[0]?.path).toBe('header.if-match');
    }
    expect((await read()).ran).toEqual(ran);
  });

  it('with the same If-Match, one of those who write at the same moment wins', async () => {
    const { etag, ran } = await read();
    const widths = [3, 5, 10, 15];
    const answers = await Promise.all(widths.map((bandwidth_mhz) => write({ ...ran, bandwidth_mhz }, etag)));
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 412, 412, 412]);
    expect((await read()).ran.bandwidth_mhz).toBe(widths[answers.findIndex(({ status }) => status === 204)]);
  });

  it('without it, the last one wins whole, and each write that was answered stands in the history', async () => {
    const d1 = await test.platform.d1();
    const version = async () =>
      (await d1.prepare('SELECT version FROM networks WHERE id = ?').bind(NETWORK).first<{ version: number }>())?.version ?? 0;
    const before = await version();
    const { ran } = await read();
    const [one, two] = await Promise.all([write({ ...ran, bandwidth_mhz: 3 }), write({ ...ran, bandwidth_mhz: 5 })]);
    expect([one?.status, two?.status]).toEqual([204, 204]);
    expect([3, 5]).toContain((await read()).ran.bandwidth_mhz);
    expect(await version()).toBe(before + 2);
    const { results } = await d1
      .prepare('SELECT version FROM revisions WHERE network_id = ? AND version > ? ORDER BY version')
      .bind(NETWORK, before)
      .all<{ version: number }>();
    expect(results.map((row) => row.version)).toEqual([before + 1, before + 2]);
  });
});
