import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Mutation } from '../../core/configurator/mutations.ts';
import { CloseCode } from '../../core/wire/limits.ts';
import { BEACON, BROKEN } from '../../test/workers/beacon.ts';
import { bindings, gateway, migrateD1, network } from '../../test/workers/environment.ts';
import { countD1, rebind, unreliable } from '../../test/workers/faults.ts';
import { createNetwork, gatewayId, lamp, MAGMAD, newGateway, paint, write } from '../../test/workers/fleet.ts';
import { client, connect, type TestSocket, until } from '../../test/workers/socket.ts';
import { MAX_CONTENT_BYTES } from './renderer.ts';

let count = 0;
let net: string;
/** Hardware ids are unique over all networks. */
const hw = (key: string) => `${net}-${key}`;
const tier = { type: 'upgrade_tier', key: 'default' };
const pool = { type: 'pool', key: 'p' };
const notice = { type: 'notice', key: 'n' };

const beaconOf = async (key: string) => (await gateway(hw(key)).port.presence()).streams?.find(({ stream }) => stream === BEACON);
const versions = async (...keys: string[]) => Promise.all(keys.map(async (key) => (await beaconOf(key))?.version ?? null));
const member = async (key: string) => (await network(net).port.convergence(net)).gateways.find((found) => found.gatewayId === key);
const streamOf = async (key: string) => (await member(key))?.streams.find(({ stream }) => stream === BEACON);
const outbox = async () =>
  Number((await bindings.DB.prepare('SELECT COUNT(*) AS n FROM outbox WHERE network_id = ?').bind(net).first<{ n: number }>())?.n);
/** The rows of a moment are taken off together. */
const emptied = () => until(async () => (await outbox()) === 0 || undefined);
const nudge = async (): Promise<void> => {
  await network(net).port.changed(net);
};
const text = (update: { batch?: { updates: { value: Uint8Array }[] } | undefined } | undefined) =>
  new TextDecoder().decode(update?.batch?.updates[0]?.value);

async function join(key: string, hardwareId = hw(key)): Promise<TestSocket> {
  const socket = await connect(client(hardwareId, net, key));
  await socket.hello([{ stream: BEACON }]);
  await socket.nth('update');
  return socket;
}

/** Has the network object call gateways through stubs that fail for `broken`; answers the calls made from now on. */
async function watchCalls(broken: (name: string) => boolean = () => false): Promise<string[]> {
  const calls: string[] = [];
  await rebind(network(net).stub, () => ({ GATEWAY: unreliable(bindings.GATEWAY, broken, calls) }));
  return calls;
}

/** A D1 from which nothing can be deleted. */
function withoutDeletes(DB: D1Database): D1Database {
  const prepare = (sql: string): D1PreparedStatement => {
    if (sql.startsWith('DELETE')) throw new Error('D1_ERROR: lost');
    return DB.prepare(sql);
  };
  return { prepare, batch: (statements: D1PreparedStatement[]) => DB.batch(statements) } as unknown as D1Database;
}

beforeAll(migrateD1);
beforeEach(async () => {
  count += 1;
  net = `net${count}`;
  await createNetwork(net, 'hello');
  await write(net, ...['g1', 'g2', 'g3'].flatMap((key) => newGateway(key, hw(key), 'red')));
  vi.spyOn(console, 'warn').mockImplementation(() => {});
  vi.spyOn(console, 'error').mockImplementation(() => {});
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('a commit', () => {
  it('reaches the objects of the gateways it touches and no others, in one read and one write of D1', async () => {
    await nudge();
    expect(await versions('g1', 'g2', 'g3')).toEqual([2, 2, 2]);
    const [trips, calls] = [await countD1(network(net).stub), await watchCalls()];
    await paint(net, 'g2', 'blue');
    await nudge();
    expect(calls).toEqual([`${hw('g2')}.setDesired`]);
    expect(await versions('g1', 'g2', 'g3')).toEqual([2, 3, 2]);
    await emptied();
    expect(trips).toMatchObject({ reads: 1, writes: 1 });
    await nudge();
    expect(trips).toMatchObject({ reads: 2, writes: 1 });
    expect(calls).toHaveLength(1);
  });

  it('is dealt with together with those that came while another was', async () => {
    await nudge();
    const trips = await countD1(network(net).stub);
    await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        await paint(net, 'g1', `colour${index}`);
        await nudge();
      }),
    );
    expect((await beaconOf('g1'))?.version).toBe(22);
    expect(trips.reads).toBeLessThanOrEqual(20);
    const before = trips.reads;
    trips.delay = 250;
    await Promise.all(Array.from({ length: 50 }, nudge));
    expect(trips.reads - before).toBeLessThanOrEqual(4);
    await emptied();
  });

  it('that changes no content is sent to nobody', async () => {
    await nudge();
    const calls = await watchCalls();
    await write(net, { do: 'update_entity', id: lamp('g1'), config: { colour: 'red' } });
    await nudge();
    expect(calls).toEqual([]);
    await emptied();
  });

  it('of a pool touches its gateways, of a notice or the network all, of a tier only those whose content shows it', async () => {
    await nudge();
    await write(
      net,
      { do: 'create_entity', id: tier, config: { version: '1', images: [], gateways: [] } },
      { do: 'set_children', id: tier, type: 'magmad_gateway', keys: ['g1', 'g2'] },
    );
    await write(
      net,
      { do: 'create_entity', id: pool, config: { colour: 'pink' } },
      { do: 'set_children', id: pool, type: 'magmad_gateway', keys: ['g2'] },
    );
    await nudge();
    expect(await versions('g1', 'g2', 'g3')).toEqual([2, 4, 2]);
    const { version: pooled } = await write(net, { do: 'update_entity', id: pool, config: { colour: 'blue' } });
    await nudge();
    expect(await versions('g1', 'g2', 'g3')).toEqual([2, pooled, 2]);
    const { version: noticed } = await write(net, { do: 'create_entity', id: notice, config: { colour: 'loud' } });
    await nudge();
    expect(await versions('g1', 'g2', 'g3')).toEqual([noticed, noticed, noticed]);
    const { version: renamed } = await write(net, { do: 'update_network', description: 'bye' });
    await nudge();
    expect(await versions('g1', 'g2', 'g3')).toEqual([renamed, renamed, renamed]);
    const { version: removed } = await write(net, { do: 'delete_entity', id: pool }, { do: 'delete_entity', id: notice });
    await nudge();
    expect(await versions('g1', 'g2', 'g3')).toEqual([removed, removed, removed]);
    await write(net, { do: 'update_entity', id: tier, config: { version: '2', images: [], gateways: [] } });
    await nudge();
    expect(await versions('g1', 'g2', 'g3')).toEqual([removed, removed, removed]);
    const configs = (await gateway(hw('g1')).port.presence()).streams?.find(({ stream }) => stream === 'configs');
    expect(configs?.version).toBeGreaterThan(removed);
  });
});

describe('gateways that come and go', () => {
  it('are told when they are made, and listed', async () => {
    await nudge();
    const { version } = await write(net, ...newGateway('g4', hw('g4'), 'green'), ...newGateway('g5', null, 'none'));
    await nudge();
    expect(await versions('g4')).toEqual([version]);
    expect((await network(net).port.convergence(net)).gateways.map(({ gatewayId: id, hardwareId }) => [id, hardwareId])).toEqual([
      ['g1', hw('g1')],
      ['g2', hw('g2')],
      ['g3', hw('g3')],
      ['g4', hw('g4')],
      ['g5', null],
    ]);
  });

  it('are cut off when they are removed, and no longer listed', async () => {
    const [first, second] = [await join('g1'), await join('g2')];
    await write(net, { do: 'delete_entity', id: gatewayId('g1') });
    await nudge();
    expect(await first.ended()).toMatchObject({ code: CloseCode.gatewayRemoved });
    expect(second.closed).toBeUndefined();
    expect(await member('g1')).toBeUndefined();
    expect(await network(net).port.status('g1')).toBeNull();
  });

  it('are cut off when they are removed and made again before anybody looked', async () => {
    const socket = await join('g1');
    await write(net, { do: 'delete_entity', id: gatewayId('g1') }, { do: 'delete_entity', id: lamp('g1') });
    await write(net, ...newGateway('g1', hw('g1'), 'new'));
    await evictDurableObject(network(net).stub);
    await nudge();
    expect(await socket.ended()).toMatchObject({ code: CloseCode.gatewayRemoved });
    expect(text(await (await join('g1')).nth('update'))).toBe('hello lamp/g1=new');
  });

  it('start over under new hardware, and the old one is cut off and not believed any more', async () => {
    const socket = await join('g1');
    const { version, digest } = await socket.nth('update');
    socket.send({ case: 'ack', value: { stream: BEACON, version, digest } });
    await until(async () => ((await streamOf('g1'))?.ackedVersion === 2 ? true : undefined));
    const stale = await gateway(hw('g1')).port.presence();
    await write(net, { do: 'update_entity', id: gatewayId('g1'), physicalId: hw('g1-new') });
    await nudge();
    expect(await socket.ended()).toMatchObject({ code: CloseCode.gatewayRemoved });
    expect(await versions('g1-new')).toEqual([2]);
    await network(net).port.report('g1', { ...stale, checkin: { at: 5, state: '{"old":true}' } });
    expect(await member('g1')).toMatchObject({ hardwareId: hw('g1-new'), connected: false, lastCheckin: null, roundTripMs: null });
    expect(await streamOf('g1')).toMatchObject({ desiredVersion: 2, sentVersion: null, ackedVersion: null });
    expect(text(await (await join('g1', hw('g1-new'))).nth('update'))).toBe('hello lamp/g1=red');
  });

  it('all leave with their network, whose outbox is empty then', async () => {
    const sockets = [await join('g1'), await join('g2')];
    await write(net, { do: 'delete_network' });
    await nudge();
    for (const socket of sockets) expect(await socket.ended()).toMatchObject({ code: CloseCode.gatewayRemoved });
    expect(await network(net).port.convergence(net)).toEqual({ networkId: net, version: 0, gateways: [] });
    await emptied();
  });

  it('have nothing in common with a network that had the id before', async () => {
    const socket = await join('g1');
    await write(net, { do: 'delete_network' });
    // Networks are told apart by when they were made.
    await new Promise((resolve) => setTimeout(resolve, 2));
    await createNetwork(net, 'again');
    const { version } = await write(net, ...newGateway('g9', hw('g9'), 'green'));
    await nudge();
    expect(await socket.ended()).toMatchObject({ code: CloseCode.gatewayRemoved });
    const { gateways, version: now } = await network(net).port.convergence(net);
    expect(gateways.map(({ gatewayId: id }) => id)).toEqual(['g9']);
    expect(now).toBe(version);
    expect(await versions('g9')).toEqual([version]);
  });

  it('is not deleted from the outbox what was committed after the read', async () => {
    await nudge();
    await write(net, { do: 'delete_network' });
    const seen: string[] = [];
    await rebind(network(net).stub, ({ DB }) => ({
      DB: new Proxy(DB, {
        get(target, name) {
          if (name !== 'batch') return (Reflect.get(target, name) as (...args: unknown[]) => unknown).bind(target);
          return async (statements: D1PreparedStatement[]) => {
            const rows = await target.batch(statements);
            // Twice: the refresh that finds the network gone reads once more.
            if (seen.push('batch') === 2) await createNetwork(net, 'again');
            return rows;
          };
        },
      }),
    }));
    await nudge();
    expect(seen).toHaveLength(2);
    await until(async () => (await outbox()) < 2 || undefined);
    expect(await outbox()).toBe(1);
  });
});

describe('faults', () => {
  it('of one gateway’s content stop no other, keep its last good one, are shown, and end with the repair', async () => {
    const socket = (await join('g1')).obey();
    await write(
      net,
      { do: 'update_entity', id: lamp('g1'), config: { colour: BROKEN } },
      { do: 'update_entity', id: lamp('g2'), config: { colour: 'blue' } },
    );
    await nudge();
    expect(await versions('g1', 'g2')).toEqual([2, 3]);
    expect(await streamOf('g1')).toMatchObject({ desiredVersion: 2, nack: { reason: 'cannot be rendered: lamp g1 is broken' } });
    expect((await member('g1'))?.streams.find(({ stream }) => stream === 'configs')?.nack).toBeNull();
    await emptied();
    const { version } = await paint(net, 'g1', 'green');
    await nudge();
    expect(text(await socket.nth('update', 1))).toBe('hello lamp/g1=green');
    expect(await streamOf('g1')).toMatchObject({ desiredVersion: version, nack: null });
  });

  it('of content too large to send are shown like that', async () => {
    await nudge();
    await paint(net, 'g1', 'x'.repeat(MAX_CONTENT_BYTES));
    await nudge();
    expect((await streamOf('g1'))?.nack?.reason).toMatch(/^cannot be rendered: it has \d+ bytes, at most 1900000 can be sent$/);
    expect(await versions('g1')).toEqual([2]);
  });

  it('of a gateway’s object delay no other, and the alarm tells it later', async () => {
    await nudge();
    await watchCalls((name) => name === hw('g1'));
    for (const key of ['g1', 'g2']) await paint(net, key, 'blue');
    await nudge();
    expect(await versions('g1', 'g2')).toEqual([2, 4]);
    await emptied();
    expect(await runDurableObjectAlarm(network(net).stub)).toBe(true);
    expect(await versions('g1')).toEqual([2]);
    await evictDurableObject(network(net).stub);
    expect(await runDurableObjectAlarm(network(net).stub)).toBe(true);
    expect(await versions('g1')).toEqual([4]);
    expect(await runDurableObjectAlarm(network(net).stub)).toBe(false);
  });

  it('of a gateway’s object that answers nothing hold up the others for ten seconds only', async () => {
    await nudge();
    const hang = (name: string) => (name === hw('g1') ? { setDesired: () => new Promise(() => {}) } : bindings.GATEWAY.getByName(name));
    await rebind(network(net).stub, () => ({ GATEWAY: { getByName: hang } as unknown as DurableObjectNamespace }));
    await write(net, { do: 'update_network', description: 'bye' });
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const told = nudge();
    await until(async () => {
      await runInDurableObject(network(net).stub, () => void vi.advanceTimersByTime(3));
      return (await versions('g2', 'g3')).every((version) => version === 3) || undefined;
    });
    await runInDurableObject(network(net).stub, () => void vi.advanceTimersByTime(10_000));
    await told;
    vi.useRealTimers();
    expect(await versions('g1')).toEqual([2]);
    await rebind(network(net).stub, () => ({ GATEWAY: bindings.GATEWAY }));
    expect(await runDurableObjectAlarm(network(net).stub)).toBe(true);
    expect(await versions('g1')).toEqual([3]);
  });

  it('of a removed gateway’s object: it is cut off later, even when the network object was evicted meanwhile', async () => {
    const socket = await join('g1');
    await watchCalls((name) => name === hw('g1'));
    await write(net, { do: 'delete_entity', id: gatewayId('g1') });
    await nudge();
    expect(socket.closed).toBeUndefined();
    await evictDurableObject(network(net).stub);
    expect(await runDurableObjectAlarm(network(net).stub)).toBe(true);
    expect(await socket.ended()).toMatchObject({ code: CloseCode.gatewayRemoved });
    expect(await runDurableObjectAlarm(network(net).stub)).toBe(false);
  });

  it('of D1 fail the nudge and lose nothing: the next one brings all', async () => {
    await nudge();
    const trips = await countD1(network(net).stub);
    await paint(net, 'g1', 'blue');
    trips.fail = true;
    await expect(nudge()).rejects.toThrow();
    trips.fail = false;
    await paint(net, 'g2', 'blue');
    await nudge();
    expect(await versions('g1', 'g2', 'g3')).toEqual([4, 4, 2]);
    await emptied();
  });

  it('of D1 between delivery and the outbox leave the row, which is harmless to deal with again', async () => {
    await rebind(network(net).stub, ({ DB }) => ({ DB: withoutDeletes(DB) }));
    await paint(net, 'g1', 'blue');
    await expect(nudge()).rejects.toThrow();
    expect(await versions('g1')).toEqual([3]);
    expect(await outbox()).toBe(3);
    await evictDurableObject(network(net).stub);
    const calls = await watchCalls();
    await nudge();
    expect(calls).toEqual([]);
    await emptied();
  });

  it('survives an eviction before the outbox is written to: nothing is lost, and nothing is sent twice', async () => {
    await nudge();
    await paint(net, 'g1', 'blue');
    await nudge();
    await paint(net, 'g2', 'blue');
    await evictDurableObject(network(net).stub);
    expect(await outbox()).toBeGreaterThanOrEqual(1);
    const calls = await watchCalls();
    await nudge();
    expect(await versions('g1', 'g2', 'g3')).toEqual([3, 4, 2]);
    expect(calls).toEqual([`${hw('g2')}.setDesired`]);
    await emptied();
  });

  it('survives an eviction between decision and delivery: what is desired and not delivered is delivered by the next refresh', async () => {
    await nudge();
    await watchCalls((name) => name === hw('g1'));
    await paint(net, 'g1', 'blue');
    await nudge();
    await runInDurableObject(network(net).stub, (_, { storage }) => storage.deleteAlarm());
    await evictDurableObject(network(net).stub);
    expect(await versions('g1')).toEqual([2]);
    await nudge();
    expect(await versions('g1')).toEqual([3]);
  });
});

describe('reports', () => {
  const report = (revision: number, more: object) => network(net).port.report('g1', { hardwareId: hw('g1'), revision, ...more });

  it('that were overtaken do not undo newer ones', async () => {
    await nudge();
    const later = Date.now() * 1024 + 2 ** 40;
    const connection = { since: 5, certificateExpiresAt: 10 };
    await report(later + 2, { connection: null });
    await report(later + 1, { connection, checkin: { at: 7, state: '{}' } });
    expect(await member('g1')).toMatchObject({ connected: false, lastCheckin: 7 });
    await report(later + 3, { connection });
    expect(await member('g1')).toMatchObject({ connected: true, connectedSince: 5, certificateExpiresAt: 10 });
  });

  it('of who is connected are verified after the memory was lost', async () => {
    await join('g1');
    await until(async () => ((await member('g1'))?.connected ? true : undefined));
    await report(Date.now() * 1024 + 2 ** 40, { connection: { since: 5, certificateExpiresAt: 10 } });
    await network(net).port.report('g2', { hardwareId: hw('g2'), revision: 1, connection: { since: 5, certificateExpiresAt: 10 } });
    expect(await member('g2')).toMatchObject({ connected: true });
    await evictDurableObject(network(net).stub);
    const calls = await watchCalls();
    expect(await member('g2')).toMatchObject({ connected: false });
    expect((await member('g1'))?.connectedSince).toBeGreaterThan(5);
    expect(calls.filter((call) => call.endsWith('.presence')).sort()).toEqual([`${hw('g1')}.presence`, `${hw('g2')}.presence`]);
  });

  it('come in pages that fit a call, each gateway once', async () => {
    const size = 1_500_000;
    await nudge();
    for (const key of ['g1', 'g2', 'g3']) {
      await network(net).port.report(key, {
        hardwareId: hw(key),
        revision: 1,
        checkin: { at: 1, state: JSON.stringify({ pad: 'x'.repeat(size) }) },
      });
    }
    await write(net, ...newGateway('g4', hw('g4')));
    await nudge();
    await network(net).port.report('g4', { hardwareId: hw('g4'), revision: 1, checkin: { at: 1, state: '{}' } });
    const asked = ['g1', 'g2', 'g3', 'g4'];
    const first = await network(net).port.statuses(asked, 0);
    expect([first.reports.map(([id]) => id), first.next]).toEqual([['g1', 'g2', 'g3'], 3]);
    const second = await network(net).port.statuses(asked, 3);
    expect([second.reports.map(([id]) => id), second.next]).toEqual([['g4'], null]);
  });
});

describe('attaching', () => {
  it('in a storm costs one read of the network', async () => {
    const keys = Array.from({ length: 40 }, (_, index) => `s${String(index).padStart(2, '0')}`);
    await write(net, ...keys.flatMap((key) => newGateway(key, hw(key), key)));
    await nudge();
    await evictDurableObject(network(net).stub);
    const trips = await countD1(network(net).stub);
    const sockets = await Promise.all(keys.map((key) => join(key)));
    expect(await Promise.all(sockets.map(async (socket) => text(await socket.nth('update'))))).toEqual(
      keys.map((key) => `hello lamp/${key}=${key}`),
    );
    expect(trips).toMatchObject({ reads: 1, writes: 0 });
    const { gateways } = await network(net).port.convergence(net);
    expect(gateways.filter(({ connected }) => connected).map(({ gatewayId: id }) => id)).toEqual(keys);
  });

  it('answers what the object lacks, and null to who is no gateway of the network', async () => {
    const { port } = network(net);
    const request = (key: string, digests: Record<string, string>) => ({
      hardwareId: hw(key),
      revision: 1,
      gatewayId: key,
      digests,
      contents: [],
    });
    const all = (await port.attach(net, request('g1', {})))?.streams;
    expect(all?.map(({ stream }) => stream).sort()).toEqual([BEACON, 'configs']);
    const digests = Object.fromEntries(all?.map(({ stream, digest }) => [stream, digest]) ?? []);
    expect(await port.attach(net, request('g1', digests))).toEqual({ streams: [], contents: [] });
    expect((await port.attach(net, request('g1', { ...digests, [BEACON]: 'other' })))?.streams.map(({ stream }) => stream)).toEqual([
      BEACON,
    ]);
    expect(await port.attach(net, { ...request('g1', {}), hardwareId: hw('g2') })).toBeNull();
    expect(await port.attach(net, request('nobody', {}))).toBeNull();
    expect(await network('no-such-network').port.attach('no-such-network', request('g1', {}))).toBeNull();
  });

  it('gives the content of one stream to who polls', async () => {
    const { port } = network(net);
    expect(await port.desired(net, 'g1', BEACON)).toMatchObject({ stream: BEACON, version: 2, updates: [{ key: 'g1' }] });
    expect(await port.desired(net, 'g1', 'no-such-stream')).toBeNull();
    expect(await port.desired(net, 'nobody', BEACON)).toBeNull();
  });
});

describe('the preview of a change', () => {
  const period = (seconds: number): Mutation => ({
    do: 'update_entity',
    id: gatewayId('g1'),
    config: { ...MAGMAD, checkin_interval: seconds },
  });

  it('shows what the mconfigs would become, while nothing is kept or sent', async () => {
    const socket = await join('g1');
    await until(async () => ((await member('g1'))?.connected ? true : undefined));
    const before = [await versions('g1', 'g2', 'g3'), await network(net).port.convergence(net)];
    const previewed = await network(net).port.preview(net, [period(90)]);
    expect(previewed).toEqual({
      total: 1,
      unexamined: 0,
      gateways: [
        {
          gatewayId: 'g1',
          change: 'update',
          differences: [{ path: '/configsByKey/magmad/checkinInterval', before: 60, after: 90 }],
          leftOut: 0,
          error: null,
        },
      ],
    });
    expect([await versions('g1', 'g2', 'g3'), await network(net).port.convergence(net)]).toEqual(before);
    expect(socket.all('update')).toHaveLength(1);
    expect(await network(net).port.preview(net, [{ do: 'update_entity', id: lamp('g1'), config: { colour: 'blue' } }])).toMatchObject({
      total: 0,
    });
  });

  it('starts from what was committed a moment ago, and promises what the commit then does', async () => {
    await network(net).port.convergence(net);
    await write(net, period(70));
    const { gateways } = await network(net).port.preview(net, [period(90)]);
    expect(gateways[0]?.differences).toEqual([{ path: '/configsByKey/magmad/checkinInterval', before: 70, after: 90 }]);
    await write(net, period(90));
    await nudge();
    expect(await network(net).port.preview(net, [period(90)])).toMatchObject({ total: 0 });
  });

  it('of a network that is not there finds nobody', async () => {
    expect(await network(`${net}-none`).port.preview(`${net}-none`, [period(90)])).toEqual({ total: 0, unexamined: 0, gateways: [] });
  });
});
