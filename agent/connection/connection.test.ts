import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FrameBody } from '../../core/wire/frame.ts';
import { GrpcError } from '../../core/wire/grpc.ts';
import { MAX_FRAME_BYTES } from '../../core/wire/limits.ts';
import { StateService } from '../../proto/gen/orc8r/protos/state_pb.js';
import type { Credentials } from '../bootstrap/credentials.ts';
import { parseCredentials } from '../bootstrap/credentials.ts';
import { controllerUrl } from '../options.ts';
import { makeAuthority } from '../testing/authority.ts';
import type { TestCloud } from '../testing/cloud.ts';
import { startTestCloud } from '../testing/cloud.ts';
import { ManualClock, settle, until } from '../testing/manual-clock.ts';
import { RECONNECT } from './backoff.ts';
import { Connection } from './connection.ts';
import { isCertificateAlert } from './socket.ts';

let cloud: TestCloud;
let clock: ManualClock;
let connection: Connection;
let credentials: Credentials;
let waits: number[];
let seen: { welcomes: string[]; downs: string[]; renewals: string[]; updates: bigint[]; requests: number[] };

beforeEach(async () => {
  cloud = await startTestCloud();
  clock = new ManualClock();
  const issued = await cloud.authority.issue('hw-1');
  credentials = parseCredentials(issued.certificate, issued.key);
  waits = [];
  seen = { welcomes: [], downs: [], renewals: [], updates: [], requests: [] };
  connection = new Connection({
    url: controllerUrl(cloud.controller),
    ca: cloud.authority.ca,
    clock,
    log: (_level, message, fields) => {
      if (message === 'not connected') waits.push(Number(fields?.['retry_in_ms']));
      if (message === 'connecting again') waits.push(Number(fields?.['in_ms']));
    },
    times: RECONNECT,
    credentials: () => credentials,
    hello: () => ({ agentVersion: 'test', positions: [{ stream: 'configs', version: 5n, digest: 'd5' }] }),
    renew: async (reason) => void seen.renewals.push(reason),
    onWelcome: ({ gatewayId }) => void seen.welcomes.push(gatewayId),
    onDown: (reason) => void seen.downs.push(reason),
    onUpdate: ({ version }) => void seen.updates.push(version),
    onSyncRequest: ({ reqId }) => void seen.requests.push(reqId),
  });
});
afterEach(async () => {
  await connection.stop();
  await cloud.close();
});

async function connected(count = 1) {
  const peer = await cloud.peer(count);
  await until(() => connection.connected, 'the welcome');
  return peer;
}

/** The next wait that the agent announces; it has really set a timer for it. */
async function nextWait(): Promise<number> {
  await until(() => waits.length > 0, 'the wait before the next attempt');
  const wait = waits.shift() ?? -1;
  expect(clock.timers.map(Math.round)).toContain(wait);
  return wait;
}

async function code(promise: Promise<unknown>): Promise<[number, string]> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof GrpcError) return [error.code, error.message];
    throw error;
  }
  throw new Error('the call succeeded');
}

const report = (timeoutMs?: number) => connection.calls.call(StateService.method.reportStates, { states: [] }, timeoutMs);

describe('an open connection', () => {
  it("shows the gateway's certificate and says hello with what it holds", async () => {
    connection.start();
    const peer = await connected();
    expect(peer.commonName).toBe('hw-1');
    expect(peer.socket.protocol).toBe('orc8r.v1');
    expect(peer.frames).toHaveLength(1);
    expect(await peer.next('hello')).toMatchObject({ agentVersion: 'test', positions: [{ stream: 'configs', version: 5n, digest: 'd5' }] });
    expect(seen.welcomes).toEqual(['gw1']);
  });

  it('hands on updates and calls of the cloud', async () => {
    connection.start();
    const peer = await connected();
    peer.send({ case: 'update', value: { stream: 'configs', version: 6n } });
    peer.send({ case: 'syncRequest', value: { reqId: 9 } });
    await until(() => seen.requests.length === 1, 'the call');
    expect(seen).toMatchObject({ updates: [6n], requests: [9] });
  });

  it('makes calls: replies in any order find their callers, refusals keep their code', async () => {
    connection.start();
    const peer = await connected();
    const [first, second, third] = [report(), code(report(1500)), code(report())];
    await peer.next('call', 3);
    const calls = peer.all('call');
    expect(calls.map(({ path }) => path)).toEqual(Array(3).fill('/magma.orc8r.StateService/ReportStates'));
    expect(new Set(calls.map(({ id }) => id)).size).toBe(3);
    expect(calls.map(({ timeoutMs }) => timeoutMs)).toEqual([30_000, 1500, 30_000]);
    peer.send({ case: 'reply', value: { id: calls[1]?.id, code: 3, message: 'no states' } });
    peer.send({ case: 'reply', value: { id: 4711 } });
    peer.send({ case: 'reply', value: { id: calls[0]?.id } });
    expect(await first).toMatchObject({ unreportedStates: [] });
    expect(await second).toEqual([3, 'no states']);
    peer.socket.close(1001);
    expect(await third).toEqual([14, expect.stringContaining('1001')]);
  });

  it('gives up a call that is never answered, refuses a 65th, and one without a connection', async () => {
    expect(await code(report())).toEqual([14, 'there is no connection to the cloud']);
    connection.start();
    await connected();
    const open = Array.from({ length: 64 }, () => code(report(1000)));
    expect(await code(report())).toMatchObject([8, expect.any(String)]);
    await clock.advance(3_000);
    expect(new Set((await Promise.all(open)).map(([status]) => status))).toEqual(new Set([4]));
  });

  it('refuses to send what does not fit a frame', async () => {
    connection.start();
    const peer = await connected();
    const states = [{ type: 'x', value: new Uint8Array(MAX_FRAME_BYTES) }];
    expect(await code(connection.calls.call(StateService.method.reportStates, { states }))).toMatchObject([
      8,
      expect.stringContaining('limit'),
    ]);
    expect(peer.closed).toBeUndefined();
  });
});

describe('keep-alive', () => {
  it('sends ping each 30 s; a connection that answers stays', async () => {
    connection.start();
    const peer = await connected();
    for (let count = 1; count <= 4; count++) {
      await clock.advance(30_000);
      await until(() => peer.texts.length === count, `ping ${count}`);
      // A marker behind the pong shows that the pong has arrived.
      peer.send({ case: 'syncRequest', value: { reqId: count } });
      await until(() => seen.requests.length === count, 'the marker');
    }
    expect(peer.texts).toEqual(Array(4).fill('ping'));
    expect(seen.downs).toEqual([]);
  });

  it.each([
    [10, 10_000],
    // Not more seldom than half of what the cloud waits, and never without a pause; 0 is no wish.
    [600, 37_500],
    [0, 30_000],
  ])('takes the interval that the cloud asks for: %d s gives %d ms', async (asked, due) => {
    cloud.onPeer = (peer) => peer.welcome(asked);
    connection.start();
    await until(() => connection.connected, 'the welcome');
    expect(clock.timers.map(Math.round)).toEqual([due, 75_000]);
  });

  it.each([
    [0, 24_000],
    [0.999999, 35_999],
  ])('jitters by up to a fifth: chance %d gives %d ms', async (chance, due) => {
    clock.chance = chance;
    connection.start();
    await connected();
    expect(clock.timers.map(Math.floor)).toEqual([due, 75_000]);
  });

  it('notices a dead connection after 75 s without a pong and connects again', async () => {
    connection.start();
    const peer = await connected();
    peer.answersPings = false;
    await clock.advance(74_000);
    expect(seen.downs).toEqual([]);
    await clock.advance(1_000);
    expect(seen.downs).toEqual(['no pong from the cloud in time']);
    await clock.advance(await nextWait());
    await connected(2);
  });
});

describe('what the cloud must not send', () => {
  const cases: [string, (peer: Awaited<ReturnType<typeof connected>>) => void, number][] = [
    ['text', (peer) => peer.socket.send('hello'), 1003],
    ['bytes that are no frame', (peer) => peer.socket.send(Uint8Array.of(0xff, 0xff)), 4400],
    ['a second welcome', (peer) => peer.welcome(), 4400],
    ["a gateway's frame", (peer) => peer.send({ case: 'ack', value: {} } as FrameBody), 4400],
    ['a frame over the limit', (peer) => peer.socket.send(new Uint8Array(MAX_FRAME_BYTES + 1)), 1009],
  ];
  it.each(cases)('%s: closed with the documented code, and connected again', async (_name, send, expected) => {
    connection.start();
    const peer = await connected();
    send(peer);
    expect(await peer.end()).toBe(expected);
    await clock.advance(await nextWait());
    await connected(2);
  });

  it('anything before the welcome', async () => {
    cloud.onPeer = (peer) => peer.send({ case: 'update', value: { stream: 'configs' } });
    connection.start();
    expect(await (await cloud.peer(1)).end()).toBe(4400);
    expect(seen.updates).toEqual([]);
  });

  it('nothing at all: a connection without a welcome is given up', async () => {
    cloud.onPeer = () => undefined;
    connection.start();
    const peer = await cloud.peer(1);
    await peer.next('hello');
    await clock.advance(20_000);
    await peer.end();
    expect(seen.downs).toEqual([]);
  });
});

describe('reconnecting', () => {
  it('waits longer after each failure, and starts anew after a connection of 60 s', async () => {
    cloud.refusal = { status: 503, body: '{"code":"unavailable","message":"later"}' };
    connection.start();
    const taken: number[] = [];
    for (let attempt = 1; attempt <= 8; attempt++) {
      await until(() => cloud.refused === attempt, `attempt ${attempt}`);
      taken.push(await nextWait());
      if (attempt === 8) cloud.refusal = undefined;
      await clock.advance(taken.at(-1) ?? 0);
    }
    expect(taken).toEqual([250, 500, 1000, 2000, 4000, 8000, 15_000, 15_000]);
    (await connected(1)).socket.close(1001);
    expect(await nextWait()).toBe(15_000);
    await clock.advance(15_000);
    const good = await connected(2);
    await clock.advance(60_000);
    good.socket.close(1001);
    expect(await nextWait()).toBe(250);
  });

  const closes: [number, number, boolean][] = [
    [1001, 250, false],
    [4400, 250, false],
    [4401, 250, true],
    [4403, 60_250, false],
    [4408, 250, false],
    [4409, 30_250, false],
  ];
  it.each(closes)('after close %i waits %i ms (bootstrap: %s)', async (closeCode, wait, bootstrap) => {
    connection.start();
    (await connected()).socket.close(closeCode, 'why');
    expect(await nextWait()).toBe(wait);
    expect(seen.renewals).toEqual(bootstrap ? [`closed with ${closeCode}: why`] : []);
    expect(seen.downs).toEqual([`closed with ${closeCode}: why`]);
  });

  it('bootstraps again when the certificate is refused, and comes back with the new one', async () => {
    cloud.refusal = { status: 403, body: '{"code":"certificate_revoked","message":"the certificate was revoked","request_id":"r"}' };
    connection.start();
    const wait = await nextWait();
    expect(seen.renewals).toEqual(['refused with 403 certificate_revoked: the certificate was revoked']);
    const issued = await cloud.authority.issue('hw-1');
    credentials = parseCredentials(issued.certificate, issued.key);
    cloud.refusal = undefined;
    await clock.advance(wait);
    expect((await connected()).serial).toBe(credentials.serial);
  });

  it('comes back with a new certificate soon, however long the cloud was away before, and backs off when that is refused too', async () => {
    cloud.refusal = { status: 503, body: '{"code":"unavailable","message":"later"}' };
    connection.start();
    for (let attempt = 1; attempt <= 7; attempt++) {
      await until(() => cloud.refused === attempt, `attempt ${attempt}`);
      if (attempt === 7) cloud.refusal = { status: 403, body: '{"code":"certificate_unknown","message":"who is that?"}' };
      await clock.advance(await nextWait());
    }
    const taken: number[] = [];
    for (let attempt = 8; attempt <= 11; attempt++) {
      await until(() => cloud.refused === attempt, `attempt ${attempt}`);
      taken.push(await nextWait());
      await clock.advance(taken.at(-1) ?? 0);
    }
    expect(taken).toEqual([250, 500, 1000, 2000]);
    expect(seen.renewals).toHaveLength(4);
  });

  it('understands other refusals: unregistered, overloaded, and a body that is no JSON', async () => {
    cloud.refusal = { status: 403, body: '{"code":"unregistered_gateway","message":"hw-1 is not registered"}' };
    connection.start();
    expect(await nextWait()).toBe(60_250);
    cloud.refusal = { status: 429, body: 'busy', headers: { 'retry-after': '7' } };
    await clock.advance(60_250);
    await until(() => cloud.refused === 2, 'the second refusal');
    expect(await nextWait()).toBe(7500);
    expect(seen.renewals).toEqual([]);
  });

  it('backs off when TLS drops the connection without saying why', async () => {
    const issued = await (await makeAuthority()).issue('hw-1');
    credentials = parseCredentials(issued.certificate, issued.key);
    connection.start();
    expect(await nextWait()).toBe(250);
    expect(cloud.peers).toEqual([]);
    expect(seen).toMatchObject({ renewals: [], welcomes: [] });
  });

  it('tells TLS alerts about the certificate from other faults', () => {
    for (const alert of [
      'TLSV13_ALERT_CERTIFICATE_REQUIRED',
      'TLSV1_ALERT_UNKNOWN_CA',
      'SSL/TLS_ALERT_CERTIFICATE_EXPIRED',
      'SSL/TLS_ALERT_BAD_CERTIFICATE',
      'SSLV3_ALERT_CERTIFICATE_REVOKED',
    ]) {
      expect(isCertificateAlert(`ERR_SSL_${alert}`), alert).toBe(true);
    }
    for (const other of [
      'ECONNRESET',
      'ERR_SSL_WRONG_VERSION_NUMBER',
      'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE',
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'CERT_HAS_EXPIRED',
    ]) {
      expect(isCertificateAlert(other), other).toBe(false);
    }
  });

  it('refuses a controller that the root CA did not sign', async () => {
    const stranger = await makeAuthority();
    const outages: string[] = [];
    connection = new Connection({ ...optionsOf(connection), ca: stranger.ca, onOutage: ({ message }) => void outages.push(message) });
    connection.start();
    await nextWait();
    expect(outages).toEqual([expect.stringContaining('an authority that is not trusted here: the root CA (--ca')]);
    expect(cloud.peers).toEqual([]);
    expect(seen.renewals).toEqual([]);
  });

  it('reconnect opens the next connection without a wait', async () => {
    connection.start();
    const first = await connected();
    connection.reconnect('new certificate');
    const second = await cloud.peer(2);
    expect(await first.end()).toBe(1000);
    await until(() => connection.connected, 'the second welcome');
    await second.next('hello');
    expect(seen.downs).toHaveLength(1);
  });

  it('stops for good', async () => {
    connection.start();
    const peer = await connected();
    await connection.stop();
    expect(await peer.end()).toBe(1000);
    expect(clock.timers).toEqual([]);
    await clock.advance(600_000);
    await settle();
    expect(cloud.peers).toHaveLength(1);
    expect(clock.timers).toEqual([]);
  });
});

function optionsOf(from: Connection) {
  return (from as unknown as { options: ConstructorParameters<typeof Connection>[0] }).options;
}
