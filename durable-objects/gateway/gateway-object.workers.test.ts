import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { encodeFrame } from '../../core/wire/frame.ts';
import { CloseCode, HELLO_TIMEOUT_MS, MAX_FRAME_BYTES } from '../../core/wire/limits.ts';
import { BEACON } from '../../test/workers/beacon.ts';
import { bindings, gateway, migrateD1, network } from '../../test/workers/environment.ts';
import { rebind, unreliable } from '../../test/workers/faults.ts';
import { createNetwork, gatewayId, lamp, newGateway, paint, write } from '../../test/workers/fleet.ts';
import { client, connect, type TestSocket, until } from '../../test/workers/socket.ts';
import type { GatewayObject } from './gateway-object.ts';
import { SILENCE_MS } from './liveness.ts';
import { PATIENCE_MS } from './streams.ts';

let count = 0;
let net: string;
let hw: string;

/** Content of `beacon` as a network object would hand it over. */
const beacon = (version: number, text: string) => ({
  stream: BEACON,
  version,
  digest: `d-${text}`,
  updates: [{ key: 'g1', value: new TextEncoder().encode(text) }],
});
const textOf = (update: { batch?: { updates: { value: Uint8Array }[] } | undefined }) =>
  new TextDecoder().decode(update.batch?.updates[0]?.value);
const progress = async () => (await gateway(hw).port.presence()).streams?.find(({ stream }) => stream === BEACON);
const memberOf = async () => (await network(net).port.convergence(net)).gateways.find((member) => member.gatewayId === 'g1');
const subscribed = [{ stream: BEACON }];

/** A socket that has said hello for `beacon` and got its first update. */
async function joined(): Promise<TestSocket> {
  const socket = await connect(client(hw, net, 'g1'));
  await socket.hello(subscribed);
  await socket.nth('update');
  return socket;
}

/** Lets faked time pass where the object's timers can run. */
const advance = (ms: number): Promise<void> => runInDurableObject(gateway(hw).stub, () => void vi.advanceTimersByTime(ms));

const ack = (socket: TestSocket, { stream, version, digest }: { stream: string; version: bigint; digest: string }) =>
  socket.send({ case: 'ack', value: { stream, version, digest } });

/** Lets the alarm ring as if that much time had gone by; false when none was set. */
async function ringAfter(ms: number): Promise<boolean> {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + ms });
  const rang = await runDurableObjectAlarm(gateway(hw).stub);
  vi.useRealTimers();
  return rang;
}

beforeAll(migrateD1);
beforeEach(async () => {
  count += 1;
  net = `net${count}`;
  hw = `hw${count}`;
  await createNetwork(net);
  await write(net, ...newGateway('g1', hw, 'red'));
  vi.spyOn(console, 'warn').mockImplementation(() => {});
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('joining', () => {
  it('welcomes a gateway and sends what it does not hold', async () => {
    const socket = await connect(client(hw, net, 'g1'));
    expect(await socket.hello(subscribed)).toMatchObject({
      networkId: net,
      gatewayId: 'g1',
      maxFrameBytes: MAX_FRAME_BYTES,
      keepaliveSeconds: 30,
    });
    const update = await socket.nth('update');
    expect(update).toMatchObject({ stream: BEACON, version: 2n, batch: { resync: true, updates: [{ key: 'g1' }] } });
    expect(textOf(update)).toBe('lamp/g1=red');
    ack(socket, update);
    const member = await until(async () => {
      const found = await memberOf();
      return found?.streams.find(({ stream }) => stream === BEACON)?.ackedVersion === 2 ? found : undefined;
    });
    expect(member).toMatchObject({ connected: true, hardwareId: hw });
    expect(member.roundTripMs).toBeGreaterThanOrEqual(0);
    expect(member.connectedSince).toBeLessThanOrEqual(Date.now());
  });

  it('sends only the streams asked for, and none that the gateway holds already', async () => {
    const first = await joined();
    const { digest } = await first.nth('update');
    const second = await connect(client(hw, net, 'g1'));
    await second.hello([{ stream: BEACON, version: 2n, digest }, { stream: 'nobody-has-this' }]);
    expect(await until(async () => ((await progress())?.ackedVersion === 2 ? true : undefined))).toBe(true);
    await gateway(hw).port.setDesired(net, 'g1', [beacon(9, 'blue')]);
    expect(textOf(await second.nth('update'))).toBe('blue');
    expect(second.all('update')).toHaveLength(1);
  });

  it('takes the word of a gateway that has lost what it acknowledged', async () => {
    const first = await joined();
    ack(first, await first.nth('update'));
    await until(async () => ((await progress())?.ackedVersion === 2 ? true : undefined));
    const second = await connect(client(hw, net, 'g1'));
    await second.hello(subscribed);
    await second.nth('update');
    expect(await progress()).toMatchObject({ version: 2, sentVersion: 2, ackedVersion: null });
  });

  it('replaces a connection that is still there', async () => {
    const first = await joined();
    const second = (await joined()).obey();
    expect(await first.ended()).toMatchObject({ code: CloseCode.replaced });
    await gateway(hw).port.setDesired(net, 'g1', [beacon(9, 'blue')]);
    expect(textOf(await second.nth('update', 1))).toBe('blue');
    expect(first.all('update')).toHaveLength(1);
    expect(await memberOf()).toMatchObject({ connected: true });
  });

  it('closes on a gateway that its network does not know', async () => {
    const socket = await connect(client('hw-stranger', net, 'g1'));
    await socket.hello(subscribed);
    expect(await socket.ended()).toMatchObject({ code: CloseCode.gatewayRemoved });
    expect(socket.all('update')).toEqual([]);
    expect(await memberOf()).toMatchObject({ hardwareId: hw, connected: false });
  });

  it('finds a gateway that was registered a moment ago and whose network has not been told', async () => {
    await network(net).port.convergence(net);
    await write(net, ...newGateway('g2', `${hw}b`, 'green'));
    const socket = await connect(client(`${hw}b`, net, 'g2'));
    await socket.hello(subscribed);
    expect(textOf(await socket.nth('update'))).toBe('lamp/g2=green');
  });

  it('serves what it knows while the network is out of reach, and asks again', async () => {
    await joined();
    await rebind(gateway(hw).stub, ({ NETWORK }) => ({ NETWORK: unreliable(NETWORK, () => true) }));
    await paint(net, 'g1', 'blue');
    const socket = (await connect(client(hw, net, 'g1'))).obey();
    await socket.hello(subscribed);
    expect(textOf(await socket.nth('update'))).toBe('lamp/g1=red');
    await rebind(gateway(hw).stub, () => ({ NETWORK: bindings.NETWORK }));
    await network(net).port.changed(net);
    await evictDurableObject(network(net).stub);
    expect(await runDurableObjectAlarm(gateway(hw).stub)).toBe(true);
    expect(textOf(await socket.nth('update', 1))).toBe('lamp/g1=blue');
  });

  it('gives a gateway its first content late when the network was out of reach at its hello', async () => {
    await gateway(hw).port.presence();
    const calls: string[] = [];
    await rebind(gateway(hw).stub, ({ NETWORK }) => ({ NETWORK: unreliable(NETWORK, () => true, calls) }));
    const socket = await connect(client(hw, net, 'g1'));
    await socket.hello(subscribed);
    await until(() => calls.includes(`${net}.attach`) || undefined);
    const alarm = () => runInDurableObject(gateway(hw).stub, (_, { storage }) => storage.getAlarm());
    await until(async () => ((await alarm()) ?? Number.POSITIVE_INFINITY) <= Date.now() + 10_000 || undefined);
    expect(socket.all('update')).toEqual([]);
    await rebind(gateway(hw).stub, () => ({ NETWORK: bindings.NETWORK }));
    await until(() => runDurableObjectAlarm(gateway(hw).stub).then((ran) => ran || undefined));
    expect(textOf(await socket.nth('update'))).toBe('lamp/g1=red');
    expect(await memberOf()).toMatchObject({ connected: true });
  });
});

describe('bad frames', () => {
  it.each([
    ['text', 'hello?', CloseCode.unexpectedText],
    ['bytes that are no frame', Uint8Array.of(0xff, 0xff, 0xff), CloseCode.badFrame],
    ['a frame without a body', new Uint8Array(), CloseCode.badFrame],
    ['a frame over the limit', new Uint8Array(MAX_FRAME_BYTES + 1), CloseCode.frameTooLarge],
    ['anything before the hello', { case: 'ack', value: { stream: BEACON } } as const, CloseCode.badFrame],
  ])('closes on %s', async (_, frame, code) => {
    const socket = await connect(client(hw, net, 'g1'));
    socket.send(frame);
    expect(await socket.ended()).toMatchObject({ code });
  });

  it.each([
    ['a second hello', { case: 'hello', value: { agentVersion: 'x' } } as const],
    ['what only the cloud sends', { case: 'welcome', value: {} } as const],
    ['a call numbered 0', { case: 'call', value: { id: 0, path: '/x' } } as const],
  ])('closes on %s', async (_, frame) => {
    const socket = await joined();
    socket.send(frame);
    expect(await socket.ended()).toMatchObject({ code: CloseCode.badFrame });
    await until(async () => ((await memberOf())?.connected === false ? true : undefined));
  });

  it('ignores what comes on a socket that was closed from here', async () => {
    const { version, digest } = await (await joined()).nth('update');
    const frame = encodeFrame({ case: 'ack', value: { stream: BEACON, version, digest } });
    await runInDurableObject(gateway(hw).stub, async (instance, state) => {
      const [socket] = state.getWebSockets();
      socket?.close(CloseCode.replaced, '');
      // It was on its way already.
      if (socket) await (instance as unknown as GatewayObject).webSocketMessage(socket, frame.buffer);
    });
    expect(await progress()).toMatchObject({ version: 2, ackedVersion: null });
  });
});

describe('what is desired', () => {
  it('ignores content older than what is held, and the same twice', async () => {
    const socket = (await joined()).obey();
    const { port } = gateway(hw);
    await port.setDesired(net, 'g1', [beacon(5, 'five')]);
    await socket.nth('update', 1);
    await port.setDesired(net, 'g1', [beacon(4, 'four')]);
    await port.setDesired(net, 'g1', [beacon(5, 'five')]);
    await port.setDesired(net, 'g1', [beacon(6, 'six')]);
    await socket.nth('update', 2);
    expect(socket.all('update').map(({ version }) => version)).toEqual([2n, 5n, 6n]);
    expect(socket.all('update').map(textOf)).toEqual(['lamp/g1=red', 'five', 'six']);
  });

  it('sends other content of the same version, and does not take the old content’s ACK for it', async () => {
    const socket = await joined();
    ack(socket, await socket.nth('update'));
    const { port } = gateway(hw);
    await port.setDesired(net, 'g1', [beacon(5, 'five')]);
    await socket.nth('update', 1);
    ack(socket, { stream: BEACON, version: 5n, digest: 'd-five' });
    await until(async () => ((await progress())?.ackedVersion === 5 ? true : undefined));
    await port.setDesired(net, 'g1', [beacon(5, 'cinq')]);
    expect(textOf(await socket.nth('update', 2))).toBe('cinq');
    expect(await progress()).toMatchObject({ version: 5, ackedVersion: null });
    ack(socket, { stream: BEACON, version: 5n, digest: 'd-five' });
    ack(socket, { stream: BEACON, version: 5n, digest: 'd-cinq' });
    await until(async () => ((await progress())?.ackedVersion === 5 ? true : undefined));
  });

  it('counts an ACK of an overtaken version for that version', async () => {
    const socket = await joined();
    await gateway(hw).port.setDesired(net, 'g1', [beacon(5, 'five')]);
    expect(await progress()).toMatchObject({ version: 5, sentVersion: 2, ackedVersion: null });
    ack(socket, await socket.nth('update'));
    await socket.nth('update', 1);
    expect(await progress()).toMatchObject({ version: 5, sentVersion: 5, ackedVersion: 2, roundTripMs: null });
  });

  it('keeps a refusal with its reason, does not repeat that version, offers it again after a reconnect, forgets it with the next ACK', async () => {
    const socket = await joined();
    ack(socket, await socket.nth('update'));
    const { port } = gateway(hw);
    await port.setDesired(net, 'g1', [beacon(5, 'five')]);
    await socket.nth('update', 1);
    socket.send({ case: 'nack', value: { stream: BEACON, version: 5n, reason: 'x'.repeat(2000), path: 'lamp.g1' } });
    const { nack } = await until(async () => {
      const now = await progress();
      return now?.nack ? now : undefined;
    });
    expect(nack).toMatchObject({ version: 5, reason: 'x'.repeat(1024), path: 'lamp.g1' });
    await until(async () =>
      (await memberOf())?.streams.find(({ stream }) => stream === BEACON)?.nack?.path === 'lamp.g1' ? true : undefined,
    );
    await port.setDesired(net, 'g1', [beacon(5, 'five')]);
    expect(socket.all('update')).toHaveLength(2);
    const second = await connect(client(hw, net, 'g1'));
    await second.hello([{ stream: BEACON, version: 2n, digest: 'other' }]);
    const offered = await second.nth('update');
    expect(offered.version).toBe(5n);
    ack(second, offered);
    await until(async () => ((await progress())?.nack === null ? true : undefined));
    second.send({ case: 'nack', value: { stream: BEACON, version: 2n, reason: 'late' } });
    second.send({ case: 'nack', value: { stream: BEACON, version: 99n, reason: 'of the future' } });
    ack(second, { stream: BEACON, version: 99n, digest: '' });
    ack(second, { stream: 'nobody-has-this', version: 1n, digest: '' });
    await port.setDesired(net, 'g1', [beacon(6, 'six')]);
    await second.nth('update', 1);
    expect(await progress()).toMatchObject({ ackedVersion: 5, nack: null });
  });

  it('takes nothing for another gateway than the one this hardware serves', async () => {
    const socket = (await joined()).obey();
    await gateway(hw).port.setDesired('elsewhere', 'g7', [beacon(99, 'theirs')]);
    await gateway(hw).port.cutOff('elsewhere', 'g7', CloseCode.gatewayRemoved, 'gone there');
    await gateway(hw).port.setDesired(net, 'g1', [beacon(5, 'ours')]);
    expect(textOf(await socket.nth('update', 1))).toBe('ours');
    expect(socket.closed).toBeUndefined();
  });

  it('forgets what was desired when the hardware becomes another gateway', async () => {
    await joined();
    await gateway(hw).port.setDesired(net, 'g1', [beacon(50, 'old role')]);
    await write(net, { do: 'update_entity', id: gatewayId('g1'), physicalId: null }, ...newGateway('g2', hw, 'green'));
    const socket = await connect(client(hw, net, 'g2'));
    await socket.hello(subscribed);
    expect(textOf(await socket.nth('update'))).toBe('lamp/g2=green');
    expect(socket.all('update').map(({ version }) => version)).toEqual([3n]);
  });

  it('is cut off: the socket closes, nothing is desired any more, and what comes later starts anew', async () => {
    const socket = await joined();
    await gateway(hw).port.cutOff(net, 'g1', CloseCode.gatewayRemoved, 'removed');
    expect(await socket.ended()).toEqual({ code: CloseCode.gatewayRemoved, reason: 'removed' });
    expect(await gateway(hw).port.presence()).toMatchObject({ connection: null, streams: [] });
    await gateway(hw).port.setDesired('elsewhere', 'g7', [beacon(1, 'new role')]);
    expect(await progress()).toMatchObject({ version: 1 });
  });
});

describe('a gateway that does not answer', () => {
  const desire = (...versions: number[]) =>
    versions.reduce(
      (before, version) => before.then(() => gateway(hw).port.setDesired(net, 'g1', [beacon(version, `v${version}`)])),
      Promise.resolve<unknown>(undefined),
    );
  it('is sent one update and, when it answers, the newest', async () => {
    const socket = await joined();
    await desire(5, 6, 7, 8);
    expect(socket.all('update').map(({ version }) => version)).toEqual([2n]);
    expect(await progress()).toMatchObject({ version: 8, sentVersion: 2 });
    ack(socket, await socket.nth('update'));
    expect(textOf(await socket.nth('update', 1))).toBe('v8');
    socket.send({ case: 'nack', value: { stream: BEACON, version: 8n, reason: 'no' } });
    await until(async () => (await progress())?.nack ?? undefined);
    await desire(9);
    expect(textOf(await socket.nth('update', 2))).toBe('v9');
  });

  it('is known after a hibernation: nothing is sent on top, and its answer counts', async () => {
    const socket = await joined();
    await until(async () => {
      const kept = await runInDurableObject(gateway(hw).stub, (_, { storage }) =>
        storage.sql.exec('SELECT awaited_version FROM streams').toArray(),
      );
      return kept[0]?.['awaited_version'] === 2 || undefined;
    });
    await evictDurableObject(gateway(hw).stub);
    await desire(5);
    expect(socket.all('update')).toHaveLength(1);
    ack(socket, await socket.nth('update'));
    expect(textOf(await socket.nth('update', 1))).toBe('v5');
  });

  it('is sent the newest all the same after half a minute, by the alarm', async () => {
    const socket = await joined();
    await desire(5, 6);
    expect(await ringAfter(PATIENCE_MS)).toBe(true);
    expect(textOf(await socket.nth('update', 1))).toBe('v6');
    expect(await progress()).toMatchObject({ sentVersion: 6, ackedVersion: null });
  });

  it('and goes away is not waited for: the alarm rests', async () => {
    const socket = await joined();
    await desire(5);
    socket.close();
    await until(async () => ((await memberOf())?.connected === false ? true : undefined));
    await ringAfter(PATIENCE_MS);
    const alarm = await runInDurableObject(gateway(hw).stub, (_, { storage }) => storage.getAlarm());
    expect(alarm ?? Number.POSITIVE_INFINITY).toBeGreaterThan(Date.now());
    const again = await connect(client(hw, net, 'g1'));
    await again.hello(subscribed);
    expect((await again.nth('update')).version).toBe(5n);
  });
});

describe('hibernation', () => {
  it('keeps sockets, subscriptions and facts', async () => {
    const socket = await joined();
    ack(socket, await socket.nth('update'));
    await until(async () => ((await progress())?.ackedVersion === 2 ? true : undefined));
    const before = await gateway(hw).port.presence();
    await evictDurableObject(gateway(hw).stub);
    const after = await gateway(hw).port.presence();
    expect(after).toMatchObject({ hardwareId: hw, connection: before.connection, streams: before.streams });
    expect(after.revision).toBeGreaterThan(before.revision);
    await evictDurableObject(gateway(hw).stub);
    await gateway(hw).port.setDesired(net, 'g1', [beacon(9, 'blue')]);
    expect(textOf(await socket.nth('update', 1))).toBe('blue');
    await evictDurableObject(gateway(hw).stub);
    ack(socket, await socket.nth('update', 1));
    await until(async () => ((await progress())?.ackedVersion === 9 ? true : undefined));
    expect(socket.closed).toBeUndefined();
  });

  it('answers ping without being woken', async () => {
    const socket = await joined();
    await evictDurableObject(gateway(hw).stub);
    socket.send('ping');
    await until(() => (socket.texts.includes('pong') ? true : undefined));
    // An object that is not running cannot be evicted: the ping did not start it.
    await expect(evictDurableObject(gateway(hw).stub)).rejects.toThrow();
  });

  it('tells the network when a socket closes that was opened before', async () => {
    const socket = await joined();
    await until(async () => ((await memberOf())?.connected ? true : undefined));
    await evictDurableObject(gateway(hw).stub);
    socket.close();
    await until(async () => ((await memberOf())?.connected === false ? true : undefined));
  });

  it('does not let a second connection in unseen: the first is replaced after a hibernation too', async () => {
    const first = await joined();
    await evictDurableObject(gateway(hw).stub);
    const second = await connect(client(hw, net, 'g1'));
    expect(await first.ended()).toMatchObject({ code: CloseCode.replaced });
    await second.hello(subscribed);
    await second.nth('update');
  });
});

describe('time', () => {
  it('closes a connection without a hello after ten seconds', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    const socket = await connect(client(hw, net, 'g1'));
    await advance(HELLO_TIMEOUT_MS - 1);
    expect(socket.closed).toBeUndefined();
    await advance(1);
    vi.useRealTimers();
    expect(await socket.ended()).toMatchObject({ code: CloseCode.helloTimeout });
  });

  it('waits for no hello that has come: nothing keeps the object awake', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const socket = await connect(client(hw, net, 'g1'));
    expect(vi.getTimerCount()).toBe(1);
    socket.send({ case: 'hello', value: { agentVersion: 'test', positions: subscribed } });
    await socket.nth('update');
    // What was sent is written within two seconds; until then the object must not hibernate.
    await until(async () => {
      await advance(2_000);
      return vi.getTimerCount() === 0 || undefined;
    });
    const kept = (_: unknown, { storage }: DurableObjectState) =>
      storage.sql.exec('SELECT * FROM streams WHERE stream = ?', BEACON).toArray();
    expect(await runInDurableObject(gateway(hw).stub, kept)).toMatchObject([{ version: 2, sent_version: 2 }]);
  });

  it('goes on waiting for a hello after an eviction', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    const socket = await connect(client(hw, net, 'g1'));
    vi.clearAllTimers();
    await evictDurableObject(gateway(hw).stub);
    vi.setSystemTime(Date.now() + HELLO_TIMEOUT_MS - 500);
    expect(await gateway(hw).port.presence()).toMatchObject({ connection: null });
    await advance(499);
    expect(socket.closed).toBeUndefined();
    await advance(1);
    vi.useRealTimers();
    expect(await socket.ended()).toMatchObject({ code: CloseCode.helloTimeout });
  });

  it('closes when the certificate runs out, and not before', async () => {
    const expires = Date.now() + 60_000;
    const socket = await connect(client(hw, net, 'g1', { certificateExpiresAt: expires }));
    await socket.hello(subscribed);
    await socket.nth('update');
    expect(await runDurableObjectAlarm(gateway(hw).stub)).toBe(true);
    expect(socket.closed).toBeUndefined();
    vi.useFakeTimers({ toFake: ['Date'], now: expires });
    expect(await runDurableObjectAlarm(gateway(hw).stub)).toBe(true);
    vi.useRealTimers();
    expect(await socket.ended()).toMatchObject({ code: CloseCode.certificateRefused });
    await until(async () => ((await memberOf())?.connected === false ? true : undefined));
    expect(await runDurableObjectAlarm(gateway(hw).stub)).toBe(false);
  });

  it('closes when its certificate is revoked, and for no other certificate; what was desired stays', async () => {
    const socket = await joined();
    await evictDurableObject(gateway(hw).stub);
    await gateway(hw).port.refuseCertificates(['A0', 'A2']);
    expect(socket.closed).toBeUndefined();
    await gateway(hw).port.refuseCertificates(['A0', 'A1']);
    expect(await socket.ended()).toEqual({ code: CloseCode.certificateRefused, reason: 'the certificate was revoked' });
    await until(async () => ((await memberOf())?.connected === false ? true : undefined));
    expect(await progress()).toMatchObject({ version: 2 });
    await gateway(hw).port.refuseCertificates(['A1']);
  });

  it('follows the certificate of the newest connection', async () => {
    const late = Date.now() + 3_600_000;
    await connect(client(hw, net, 'g1', { certificateExpiresAt: late }));
    const socket = await connect(client(hw, net, 'g1', { certificateExpiresAt: Date.now() + 300 }));
    expect(await socket.ended()).toMatchObject({ code: CloseCode.certificateRefused });
  });
});

describe('a lamp that changes', () => {
  it('reaches the gateway by the push of its network', async () => {
    const socket = (await joined()).obey();
    const { version } = await paint(net, 'g1', 'blue');
    await network(net).port.changed(net);
    expect(await socket.nth('update', 1)).toMatchObject({ version: BigInt(version) });
    expect(textOf(await socket.nth('update', 1))).toBe('lamp/g1=blue');
    await write(net, { do: 'delete_entity', id: lamp('g1') });
    await network(net).port.changed(net);
    expect(textOf(await socket.nth('update', 2))).toBe('');
  });
});

describe('a gateway that nothing is heard of', () => {
  it('is taken for gone after two and a half minutes, and no sooner', async () => {
    const socket = await joined();
    await ringAfter(SILENCE_MS - 5_000);
    expect(socket.closed).toBeUndefined();
    await ringAfter(SILENCE_MS);
    expect(await socket.ended()).toMatchObject({ code: CloseCode.silent });
    await until(async () => ((await memberOf())?.connected === false ? true : undefined));
  });

  it('is heard by its pings, which wake nobody', async () => {
    const socket = await joined();
    const alarmAt = () => runInDurableObject(gateway(hw).stub, (_, { storage }) => storage.getAlarm());
    const before = await alarmAt();
    socket.send('ping');
    await until(() => socket.texts[0]);
    await ringAfter(0);
    expect(Number(await alarmAt())).toBeGreaterThan(Number(before));
    expect(socket.closed).toBeUndefined();
  });
});
