import { connect as connectHttp2 } from 'node:http2';
import { connect as connectTcp } from 'node:net';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GrpcError, GrpcStatus, prefixMessage } from '../../core/wire/grpc.ts';
import { MAX_FRAME_BYTES } from '../../core/wire/limits.ts';
import type { GrpcClient } from '../testing/grpc-client.ts';
import { settle, until } from '../testing/manual-clock.ts';
import type { TestProxy } from '../testing/proxy.ts';
import { startTestProxy } from '../testing/proxy.ts';
import { PROXY_PLACES } from './gate.ts';

const PATH = '/magma.orc8r.Streamer/GetUpdates';
const REQUEST = Uint8Array.of(1, 2, 3);

let test: TestProxy;
let client: GrpcClient;

beforeEach(async () => {
  test = await startTestProxy();
  client = test.client();
  test.proxy.up();
});
afterEach(() => test.close());

/** The `count`-th call that went up. */
async function carried(count = 1) {
  await until(() => test.carried.length >= count, `call ${count}`);
  const call = test.carried[count - 1];
  if (!call) throw new Error('no call');
  return call;
}

describe('a call to the cloud', () => {
  it('goes up with its path, its bare message and its time-out; messages and status come back', async () => {
    const answer = client.call(PATH, REQUEST, { timeoutMs: 7000 });
    const { path, payload, timeoutMs, sink } = await carried();
    expect([path, [...payload]]).toEqual([PATH, [...REQUEST]]);
    expect(timeoutMs).toBeGreaterThan(6000);
    expect(timeoutMs).toBeLessThanOrEqual(7000);
    sink.message(Uint8Array.of(4));
    sink.message(new Uint8Array());
    sink.message(Uint8Array.of(5, 6));
    sink.end(GrpcStatus.OK, '');
    const { code, messages } = await answer;
    expect([code, messages.map((message) => [...message])]).toEqual(['OK', [[4], [], [5, 6]]]);
  });

  it('takes 30 s without a deadline, and no longer with a distant one', async () => {
    void client.call(PATH, REQUEST);
    void client.call(PATH, REQUEST, { timeoutMs: 3600_000 });
    expect([(await carried(1)).timeoutMs, (await carried(2)).timeoutMs]).toEqual([30_000, 30_000]);
  });

  it('keeps the code and any text of a refusal, before the first message and after it', async () => {
    const text = 'stream “x” does not exist: 100% gone\n';
    test.answer = ({ sink }) => sink.end(GrpcStatus.NOT_FOUND, text);
    expect(await client.call(PATH, REQUEST)).toMatchObject({ code: 'NOT_FOUND', details: text, messages: [] });
    test.answer = ({ sink }) => {
      sink.message(REQUEST);
      sink.end(GrpcStatus.ABORTED, text);
    };
    expect(await client.call(PATH, REQUEST)).toMatchObject({ code: 'ABORTED', details: text, messages: [Buffer.from(REQUEST)] });
  });

  it('carries requests and answers of any size up to the limits', async () => {
    test.answer = ({ payload, sink }) => {
      sink.message(payload);
      sink.end(GrpcStatus.OK, '');
    };
    for (const size of [0, 1, 16_383, 16_384, 65_536, MAX_FRAME_BYTES]) {
      const request = new Uint8Array(size).fill(size % 251);
      const { code, messages } = await client.call(PATH, request);
      expect([code, messages.length, messages[0]?.equals(request)]).toEqual(['OK', 1, true]);
    }
    const large = Buffer.alloc(20_000_000, 7);
    test.answer = ({ sink }) => {
      sink.message(large);
      sink.end(GrpcStatus.OK, '');
    };
    expect((await client.call(PATH, REQUEST)).messages[0]?.equals(large)).toBe(true);
    await until(() => test.proxy.held === 0, 'nothing held');
  });

  it('is told to the cloud when the client gives it up', async () => {
    const abort = new AbortController();
    const answer = client.call(PATH, REQUEST, { signal: abort.signal });
    const call = await carried();
    abort.abort();
    expect((await answer).code).toBe('CANCELLED');
    await until(() => call.givenUp, 'the end of the call');
    call.sink.message(REQUEST);
    call.sink.end(GrpcStatus.OK, '');
  });

  it('ends at its deadline by our clock, whatever the client does', async () => {
    const session = connectHttp2(`http://${test.address}`);
    const stream = session.request({ ...rawHeaders(), 'grpc-timeout': '1500m' });
    stream.end(prefixMessage(REQUEST));
    const status = new Promise((resolve) => stream.on('response', (headers) => resolve(headers['grpc-status'])));
    const call = await carried();
    expect(call.timeoutMs).toBe(1500);
    await test.clock.advance(1499);
    expect(call.givenUp).toBe(false);
    await test.clock.advance(1);
    expect(await status).toBe('4');
    expect(call.givenUp).toBe(true);
    session.destroy();
  });

  it('is one of many: hundreds at once, each with its own answer, some places at a time', async () => {
    const count = 1500;
    const answers = Array.from({ length: count }, (_, index) => client.call(PATH, Uint8Array.of(index & 255, index >> 8)));
    await until(() => test.carried.length === PROXY_PLACES, 'the places to be taken');
    await settle();
    expect(test.carried.length).toBe(PROXY_PLACES);
    test.answer = ({ payload, sink }) => {
      sink.message(payload);
      sink.end(GrpcStatus.OK, '');
    };
    for (const call of [...test.carried]) test.answer(call);
    const outcomes = await Promise.all(answers);
    expect(outcomes.map(({ code, messages }) => [code, messages[0]?.readUInt16LE()])).toEqual(
      Array.from({ length: count }, (_, index) => ['OK', index]),
    );
    expect(test.proxy.held).toBe(0);
  });
});

describe('the uplink', () => {
  it('that is lost ends calls and refuses new ones at once, until it is back', async () => {
    const waiting = client.call(PATH, REQUEST);
    const call = await carried();
    test.proxy.down(new GrpcError(GrpcStatus.UNAVAILABLE, 'the line is cut'));
    call.sink.end(GrpcStatus.UNAVAILABLE, 'the line is cut');
    expect(await waiting).toMatchObject({ code: 'UNAVAILABLE', details: 'the line is cut' });
    expect(await client.call(PATH, REQUEST)).toMatchObject({ code: 'UNAVAILABLE', details: 'the line is cut' });
    test.proxy.down(new GrpcError(GrpcStatus.PERMISSION_DENIED, 'certificate_revoked'));
    expect(await client.call(PATH, REQUEST)).toMatchObject({ code: 'PERMISSION_DENIED' });
    test.answer = ({ sink }) => sink.end(GrpcStatus.OK, '');
    test.proxy.up();
    expect((await client.call(PATH, REQUEST)).code).toBe('OK');
  });

  it('that is lost refuses those that wait for a place as well', async () => {
    const calls = Array.from({ length: PROXY_PLACES + 5 }, () => client.call(PATH, REQUEST));
    await until(() => test.carried.length === PROXY_PLACES, 'the places to be taken');
    await settle();
    test.proxy.down(new GrpcError(GrpcStatus.UNAVAILABLE, 'cut'));
    for (const { sink } of test.carried) sink.end(GrpcStatus.UNAVAILABLE, 'cut');
    expect((await Promise.all(calls)).map(({ code }) => code)).toEqual(Array(PROXY_PLACES + 5).fill('UNAVAILABLE'));
    expect(test.carried.length).toBe(PROXY_PLACES);
  });

  it('that is expected is waited for, but not for long', async () => {
    test.answer = ({ sink }) => sink.end(GrpcStatus.OK, '');
    test.proxy.down(new GrpcError(GrpcStatus.UNAVAILABLE, 'starting'));
    test.proxy.expect();
    const first = client.call(PATH, REQUEST);
    await settle(50);
    test.proxy.up();
    expect((await first).code).toBe('OK');
    test.proxy.expect();
    test.proxy.down(new GrpcError(GrpcStatus.UNAVAILABLE, 'again'));
    const second = client.call(PATH, REQUEST);
    await settle(50);
    await test.clock.advance(5000);
    expect(await second).toMatchObject({ code: 'UNAVAILABLE', details: 'again' });
  });
});

const rawHeaders = (more: Record<string, string> = {}) => ({
  ':method': 'POST',
  ':path': PATH,
  ':authority': 'streamer.magma.test',
  'content-type': 'application/grpc',
  te: 'trailers',
  ...more,
});

/** One call by hand: these bytes in these pieces; gives HTTP status, gRPC status and message. */
function raw(
  pieces: readonly Uint8Array[],
  headers: Record<string, string> = {},
): Promise<{ http: unknown; code: unknown; message: unknown }> {
  return new Promise((resolve, reject) => {
    const session = connectHttp2(`http://${test.address}`);
    session.on('error', reject);
    const stream = session.request(rawHeaders(headers));
    let head: Record<string, unknown> = {};
    stream.on('response', (received) => {
      head = { ...received };
    });
    stream.on('trailers', (received) => Object.assign(head, received));
    stream.on('error', () => undefined);
    stream.on('close', () => {
      session.destroy();
      resolve({ http: head[':status'], code: head['grpc-status'], message: head['grpc-message'] });
    });
    stream.resume();
    for (const piece of pieces) stream.write(piece);
    stream.end();
  });
}

describe('framing', () => {
  it('does not mind how a request is cut', async () => {
    test.answer = ({ payload, sink }) => sink.end(payload.length === 300 ? GrpcStatus.OK : GrpcStatus.DATA_LOSS, '');
    const whole = prefixMessage(new Uint8Array(300).fill(9));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 304 }), { maxLength: 5 }), async (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), whole.length];
        const pieces = at.slice(1).map((end, index) => whole.subarray(at[index], end));
        expect(await raw(pieces)).toMatchObject({ http: 200, code: '0' });
      }),
      { numRuns: 20, seed: 3 },
    );
  });

  it.each([
    ['a compressed message', [Uint8Array.of(1, 0, 0, 0, 0)], '12'],
    ['an unknown flag', [Uint8Array.of(7, 0, 0, 0, 0)], '13'],
    ['a message over the limit', [Uint8Array.of(0, 0xff, 0, 0, 0), new Uint8Array(100_000)], '8'],
    ['a message that breaks off', [Uint8Array.of(0, 0, 0, 0, 9, 1)], '13'],
    ['a prefix that breaks off', [Uint8Array.of(0, 0)], '13'],
    ['no message', [], '3'],
    ['two messages', [prefixMessage(REQUEST), prefixMessage(REQUEST)], '12'],
  ])('refuses %s', async (_, pieces, code) => {
    expect(await raw(pieces)).toMatchObject({ http: 200, code, message: expect.any(String) });
    expect(test.carried).toEqual([]);
    expect(test.proxy.held).toBe(0);
  });

  it('refuses what is no gRPC, and a deadline that is none', async () => {
    expect(await raw([], { ':method': 'GET' })).toMatchObject({ http: 405 });
    expect(await raw([prefixMessage(REQUEST)], { 'content-type': 'application/json' })).toMatchObject({ http: 415 });
    expect(await raw([prefixMessage(REQUEST)], { 'grpc-timeout': '1 week' })).toMatchObject({ code: '3' });
  });

  it('shortens a reason that no client would take', async () => {
    test.answer = ({ sink }) => sink.end(GrpcStatus.INTERNAL, 'ä'.repeat(100_000));
    const { code, message } = await raw([prefixMessage(REQUEST)]);
    expect(code).toBe('13');
    expect(decodeURIComponent(String(message))).toMatch(/^ä{800}$/);
  });
});

describe('a peer without manners', () => {
  it.each([
    ['bytes that are no HTTP/2', Buffer.from('GET / HTTP/1.1\r\nhost: x\r\n\r\n')],
    ['a preface and then noise', Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), Buffer.alloc(4096, 0xab)])],
    [
      'a frame larger than HTTP/2 allows',
      Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), Buffer.from('ffffff000000000001', 'hex')]),
    ],
  ])('that sends %s loses its connection; others go on', async (_, bytes) => {
    test.answer = ({ sink }) => sink.end(GrpcStatus.OK, '');
    const socket = connectTcp({ host: '127.0.0.1', port: test.proxy.ports.local });
    const closed = new Promise((resolve) => socket.on('close', resolve));
    socket.on('error', () => undefined);
    socket.resume();
    socket.write(bytes);
    await closed;
    expect((await client.call(PATH, REQUEST)).code).toBe('OK');
  });

  it('may send anything at all', async () => {
    test.answer = ({ sink }) => sink.end(GrpcStatus.OK, '');
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.boolean(), async (noise, framed) => {
        const socket = connectTcp({ host: '127.0.0.1', port: test.proxy.ports.local });
        const closed = new Promise((resolve) => socket.on('close', resolve));
        socket.on('error', () => undefined);
        socket.resume();
        const preface = framed ? 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0' : '';
        socket.end(Buffer.concat([Buffer.from(preface, 'latin1'), noise]));
        await closed;
      }),
      { numRuns: 100, seed: 5 },
    );
    expect((await client.call(PATH, REQUEST)).code).toBe('OK');
  });

  it('may ping as often as it likes, and is answered', async () => {
    const session = connectHttp2(`http://${test.address}`);
    await new Promise((resolve) => session.once('connect', resolve));
    const ping = () => new Promise<Error | null>((resolve) => void session.ping((error) => resolve(error)));
    for (let count = 0; count < 50; count++) expect(await ping()).toBeNull();
    session.destroy();
  });

  it('that never finishes its request is not waited for', async () => {
    const session = connectHttp2(`http://${test.address}`);
    const stream = session.request(rawHeaders());
    const status = new Promise((resolve) => stream.on('response', (headers) => resolve(headers['grpc-status'])));
    stream.on('error', () => undefined);
    stream.write(prefixMessage(new Uint8Array(5000)).subarray(0, 4000));
    await until(() => test.proxy.held === 4000, 'what it sent');
    await test.clock.advance(30_000);
    expect(await status).toBe('4');
    // The rest of its stream is closed half a minute later.
    await test.clock.advance(30_000);
    await until(() => test.proxy.held === 0, 'the memory to be free');
    session.destroy();
  });

  it('that cuts the connection in mid-call takes its calls along', async () => {
    const session = connectHttp2(`http://${test.address}`);
    session.on('error', () => undefined);
    const stream = session.request(rawHeaders());
    stream.on('error', () => undefined);
    stream.end(prefixMessage(REQUEST));
    const call = await carried();
    session.destroy();
    await until(() => call.givenUp, 'the end of the call');
    call.sink.message(REQUEST);
    expect(test.proxy.held).toBe(0);
  });

  it('that does not read costs bounded memory and its own calls only', async () => {
    const sessions: { destroy(): void }[] = [];
    const refused: unknown[] = [];
    for (let count = 0; count < 6; count++) {
      const session = connectHttp2(`http://${test.address}`, { settings: { initialWindowSize: 1000 } });
      session.on('error', () => undefined);
      sessions.push(session);
      const stream = session.request(rawHeaders());
      stream.on('error', () => undefined);
      stream.on('response', (headers) => refused.push(headers['grpc-status']));
      stream.end(prefixMessage(REQUEST));
      const call = await carried(count + 1);
      call.sink.message(new Uint8Array(30 * 1024 * 1024));
    }
    expect(test.proxy.held).toBeLessThanOrEqual(128 * 1024 * 1024);
    await until(() => refused.length === 6, 'the calls beyond the budget');
    expect(refused.filter((status) => status !== undefined)).toEqual(['8', '8']);
    for (const call of test.carried) call.sink.end(GrpcStatus.OK, '');
    // Answers that are complete wait half a minute for their reader.
    await test.clock.advance(30_000);
    await until(() => test.proxy.held === 0, 'the memory to be free');
    test.answer = ({ sink }) => sink.end(GrpcStatus.OK, '');
    expect((await client.call(PATH, REQUEST)).code).toBe('OK');
    for (const session of sessions) session.destroy();
  });
});
