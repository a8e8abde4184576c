import { fromBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { shareDigest } from '../../../core/content/digest.ts';
import type { ContentSet } from '../../../core/module/content.ts';
import { decodeFrame } from '../../../core/wire/frame.ts';
import { DataUpdateBatchSchema } from '../../../proto/gen/orc8r/protos/streamer_pb.js';
import type { StreamUpdate } from '../../../proto/gen/orc8r/sync/v1/frame_pb.js';
import { objectSql, objectStorage } from '../../../test/support/object-sql.ts';
import { after, type ContentNews } from '../../content-ports.ts';
import { ContentItems } from '../../network/content/items.ts';
import { ContentParts } from '../../network/content/parts.ts';
import { networkMigrations } from '../../network/schema.ts';
import { gatewayMigrations } from '../schema.ts';
import { ContentSender } from './sender.ts';

const utf8 = (text: string) => new TextEncoder().encode(text);
const text = (value: Uint8Array) => new TextDecoder().decode(value);

const plain: ContentSet = { name: 'rules', description: '', stream: true, encoding: 1, root: 'rule', reads: [], encode: () => undefined };
const shared: ContentSet = {
  ...plain,
  name: 'phones',
  share: { reads: [], of: () => undefined, apply: (item, share) => utf8(`${text(item)}+${text(share)}`) },
};
const sets = new Map([plain, shared].map((set) => [set.name, set]));

/** The network's side: its items, and what it has to tell. */
class Network {
  readonly items = new ContentItems(objectStorage(networkMigrations).sql);
  readonly parts = new ContentParts(this.items);
  share: Uint8Array | null = null;

  constructor() {
    for (const { name } of sets.values()) this.items.create(name, 1);
  }

  standing(name: string) {
    const { version, digest, withheld } = this.items.set(name) ?? { version: 0, digest: '', withheld: null };
    return { name, version, digest, withheld, share: name === 'phones' ? this.share : null };
  }

  write(name: string, version: number, changes: Record<string, string | null>): ContentNews {
    const { version: from, digest } = this.standing(name);
    const base = { version: from, digest };
    this.items.put(
      name,
      version,
      Object.entries(changes).map(([id, value]) => ({ id, value: value === null ? null : utf8(value) })),
    );
    this.items.publish(name, version);
    const part = this.parts.part(name, base, after(from));
    return { ...this.standing(name), ...(part?.next === null ? { delta: { base, part } } : {}) };
  }
}

/** The gateway's side, as docs/protocol.md has it. */
class Gateway {
  readonly held = new Map<string, { version: bigint; digest: string; items: Map<string, string> }>();
  readonly aside = new Map<string, { resume: string; whole: boolean; updates: StreamUpdate[] }>();
  /** Refuses, with this as the reason. */
  refuses: ((update: StreamUpdate) => string | undefined) | undefined;

  position(stream: string) {
    const { version, digest } = this.held.get(stream) ?? { version: 0n, digest: '' };
    return { stream, version, digest, resume: this.aside.get(stream)?.resume ?? '' };
  }

  take(update: StreamUpdate) {
    const { stream, version, digest, more, resume, follows } = update;
    const whole = update.batch?.resync === true;
    const aside = this.aside.get(stream);
    const before = follows === '' ? [] : aside?.resume === follows && aside.whole === whole ? aside.updates : undefined;
    const reason =
      this.refuses?.(update) ??
      (before ? undefined : 'it does not follow') ??
      (whole || this.position(stream).digest === update.baseDigest ? undefined : 'it does not fit');
    if (reason !== undefined || !before) {
      this.aside.delete(stream);
      return { case: 'nack', value: { stream, version, reason: reason ?? '', path: '' } } as const;
    }
    const updates = [...before, update];
    if (more) this.aside.set(stream, { resume, whole, updates });
    else {
      this.aside.delete(stream);
      const items = new Map(whole ? [] : this.held.get(stream)?.items);
      for (const { batch, deleted } of updates) {
        for (const { key, value } of batch?.updates ?? []) items.set(key, text(value));
        for (const key of deleted) items.delete(key);
      }
      this.held.set(stream, { version, digest, items });
    }
    return { case: 'ack', value: { stream, version, digest, resume } } as const;
  }
}

let network: Network;
let gateway: Gateway;
let sender: ContentSender;
let sent: StreamUpdate[];
let takes: string[];
let connected: boolean;
let broken: boolean;
let progressed: number;
let stuck: unknown[];
let now: number;
const gatewaySql = () => objectSql(gatewayMigrations);

function open(sql: SqlStorage): ContentSender {
  return new ContentSender(sql, sets, () => now, {
    takes: () => (connected ? takes : []),
    send: (frame) => {
      if (!connected) return false;
      const { body } = decodeFrame(frame);
      if (body.case === 'update') sent.push(body.value);
      return true;
    },
    part: async (name, base, cursor) => {
      if (broken) throw new Error('out of reach');
      return network.parts.part(name, base, cursor);
    },
    progressed: () => void (progressed += 1),
    stuck: (error) => void stuck.push(error),
  });
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 0));
/** Lets the gateway answer `count` updates, or all there are. */
async function exchange(count = Number.POSITIVE_INFINITY): Promise<StreamUpdate[]> {
  const taken: StreamUpdate[] = [];
  await settle();
  while (taken.length < count) {
    const update = sent.shift();
    if (!update) return taken;
    taken.push(update);
    const answer = gateway.take(update);
    if (answer.case === 'ack') sender.acked({ $typeName: 'orc8r.sync.v1.StreamAck', ...answer.value });
    else sender.nacked({ $typeName: 'orc8r.sync.v1.StreamNack', ...answer.value });
    await settle();
  }
  return taken;
}
function connect(): void {
  connected = true;
  sent = [];
  sender.begin();
  sender.hello(takes.map((stream) => ({ $typeName: 'orc8r.sync.v1.StreamPosition', ...gateway.position(stream) })));
  sender.stand(takes.map((stream) => network.standing(stream)));
  sender.resume();
}
const itemsOf = (stream: string) => Object.fromEntries(gateway.held.get(stream)?.items ?? []);
const progressOf = (stream: string) => sender.progress().find((one) => one.stream === stream);

beforeEach(() => {
  [network, gateway, sent, takes] = [new Network(), new Gateway(), [], ['rules']];
  [connected, broken, progressed, stuck, now] = [false, false, 0, [], 1000];
  sender = open(gatewaySql());
});

describe('a gateway that takes a stream', () => {
  it('gets the whole, then each change alone, and what it confirms is known', async () => {
    network.write('rules', 3, { a: '1', b: '2' });
    connect();
    expect(await exchange()).toMatchObject([{ version: 3n, more: false, follows: '', resume: '', batch: { resync: true } }]);
    expect([itemsOf('rules'), progressOf('rules')]).toEqual([
      { a: '1', b: '2' },
      { stream: 'rules', version: 3, sentVersion: 3, ackedVersion: 3, ackedAt: 1000, roundTripMs: 0, nack: null },
    ]);
    const { digest } = network.standing('rules');
    sender.news([network.write('rules', 4, { b: '3', c: '4', a: null })]);
    const [update] = await exchange();
    expect(update).toMatchObject({ version: 4n, baseDigest: digest, deleted: ['a'], batch: { resync: false } });
    expect(update?.batch?.updates.map(({ key }) => key)).toEqual(['b', 'c']);
    expect([itemsOf('rules'), progressed]).toEqual([{ b: '3', c: '4' }, 2]);
  });

  it('of which there is nothing is told so once', async () => {
    connect();
    expect(await exchange()).toMatchObject([{ version: 0n, batch: { resync: true, updates: [] } }]);
    connect();
    expect([await exchange(), progressOf('rules')?.ackedVersion]).toEqual([[], 0]);
  });

  it('is sent nothing again that it holds when it comes back, and only what changed meanwhile', async () => {
    network.write('rules', 3, { a: '1', b: '2' });
    connect();
    await exchange();
    connect();
    expect(await exchange()).toEqual([]);
    connected = false;
    sender.news([network.write('rules', 4, { a: '5' })]);
    sender.news([network.write('rules', 5, { c: '6' })]);
    connect();
    expect((await exchange()).map(({ version, batch }) => [version, batch?.updates.map(({ key }) => key)])).toEqual([[5n, ['a', 'c']]]);
    expect(itemsOf('rules')).toEqual({ a: '5', b: '2', c: '6' });
  });

  it('gets changes that came while it was busy together', async () => {
    connect();
    await settle();
    sender.news([network.write('rules', 3, { a: '1' })]);
    sender.news([network.write('rules', 4, { b: '1' })]);
    await settle();
    expect(sent).toHaveLength(1);
    expect((await exchange()).map(({ version }) => version)).toEqual([0n, 4n]);
  });

  it('is sent nothing that must not leave the cloud, and all of it when it may', async () => {
    network.write('rules', 3, { a: '1' });
    network.items.withhold('rules', 'secret');
    connect();
    expect(await exchange()).toEqual([]);
    network.items.withhold('rules', null);
    sender.news([network.standing('rules')]);
    expect(await exchange()).toHaveLength(1);
  });

  it('that the network cannot be asked for waits, and goes on when told to', async () => {
    network.write('rules', 3, { a: '1' });
    broken = true;
    connect();
    expect([await exchange(), stuck]).toEqual([[], [new Error('out of reach')]]);
    broken = false;
    sender.resume();
    expect(await exchange()).toHaveLength(1);
  });
});

describe('content in parts', () => {
  const large = (count: number, size = 100_000) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 'x'.repeat(size)]));

  it('goes one part at a time, the next when the last is confirmed', async () => {
    network.write('rules', 3, large(10));
    connect();
    await settle();
    expect(sent).toHaveLength(1);
    const parts = await exchange();
    expect(parts.map(({ more }) => more)).toEqual([true, true, true, true, false]);
    expect(new Set(parts.flatMap(({ batch }) => batch?.updates.map(({ key }) => key) ?? [])).size).toBe(10);
    expect(itemsOf('rules')).toEqual(large(10));
  });

  it('goes on where it stood after a lost connection, and with another instance of the object', async () => {
    network.write('rules', 3, large(10));
    const sql = gatewaySql();
    sender = open(sql);
    connect();
    expect(await exchange(2)).toHaveLength(2);
    sender = open(sql);
    connect();
    expect(await exchange()).toHaveLength(3);
    expect(itemsOf('rules')).toEqual(large(10));
  });

  it('takes in what changes on the way, wherever it is', async () => {
    network.write('rules', 3, large(10));
    connect();
    await exchange(2);
    sender.news([network.write('rules', 4, { k0: 'new', k1: null, k9: 'new', z: 'new' })]);
    await exchange();
    const { k1: _, ...rest } = large(10);
    expect(itemsOf('rules')).toEqual({ ...rest, k0: 'new', k9: 'new', z: 'new' });
    expect(gateway.held.get('rules')?.digest).toBe(network.standing('rules').digest);
  });

  it('starts over when what it began with is no longer known', async () => {
    network.write('rules', 3, large(10));
    connect();
    await exchange(2);
    network.items.clear();
    network.items.create('rules', 1);
    network.write('rules', 5, large(3));
    connect();
    await exchange();
    expect(itemsOf('rules')).toEqual(large(3));
  });

  it('is not confused by a resume that is none of ours', async () => {
    network.write('rules', 3, { a: '1' });
    for (const resume of ['', '{}', '[true]', 'x', '[true,3,"?","",1,"k"]', '[false,3,"?","",1,"k"]']) {
      gateway = new Gateway();
      if (resume) gateway.aside.set('rules', { resume, whole: true, updates: [] });
      connect();
      await exchange();
      expect(itemsOf('rules')).toEqual({ a: '1' });
    }
  });
});

describe('a refusal', () => {
  it('of a change is answered with the whole, of the whole with nothing until there is something newer', async () => {
    network.write('rules', 3, { a: '1' });
    connect();
    await exchange();
    gateway.refuses = ({ batch }) => (batch?.resync ? undefined : 'it does not fit');
    sender.news([network.write('rules', 4, { b: '2' })]);
    expect((await exchange()).map(({ batch }) => batch?.resync)).toEqual([false, true]);
    expect([itemsOf('rules'), progressOf('rules')?.nack]).toEqual([{ a: '1', b: '2' }, null]);
    gateway.refuses = () => 'the disk is full';
    sender.news([network.write('rules', 5, { c: '3' })]);
    expect(await exchange()).toHaveLength(2);
    expect(progressOf('rules')).toMatchObject({ ackedVersion: 4, nack: { version: 5, reason: 'the disk is full' } });
    sender.resume();
    expect(await exchange()).toEqual([]);
    gateway.refuses = undefined;
    sender.news([network.write('rules', 6, { d: '4' })]);
    await exchange();
    expect([itemsOf('rules'), progressOf('rules')?.nack]).toEqual([{ a: '1', b: '2', c: '3', d: '4' }, null]);
  });

  it('that nobody waits for changes nothing', async () => {
    connect();
    await exchange();
    const before = sender.progress();
    const nack = { stream: 'rules', version: 9n, reason: '', path: '' };
    expect(sender.nacked({ $typeName: 'orc8r.sync.v1.StreamNack', ...nack })).toBe(true);
    expect(sender.acked({ $typeName: 'orc8r.sync.v1.StreamAck', ...nack, digest: 'x', resume: '' })).toBe(true);
    expect(sender.nacked({ $typeName: 'orc8r.sync.v1.StreamNack', ...nack, stream: 'configs' })).toBe(false);
    expect(sender.progress()).toEqual(before);
  });
});

describe('what a gateway has of its own', () => {
  beforeEach(() => {
    takes = ['phones'];
  });

  it('goes into every item and behind the digest; another share brings the whole again', async () => {
    network.share = utf8('roof');
    network.write('phones', 3, { a: '1' });
    connect();
    const [update] = await exchange();
    expect([itemsOf('phones'), update?.digest]).toEqual([{ a: '1+roof' }, network.standing('phones').digest + shareDigest(utf8('roof'))]);
    sender.news([network.write('phones', 4, { b: '2' })]);
    expect((await exchange())[0]?.batch?.resync).toBe(false);
    network.share = utf8('cellar');
    sender.news([network.standing('phones')]);
    expect(progressOf('phones')?.ackedVersion).toBeNull();
    expect((await exchange())[0]?.batch?.resync).toBe(true);
    expect(itemsOf('phones')).toEqual({ a: '1+cellar', b: '2+cellar' });
    network.share = null;
    sender.news([network.standing('phones')]);
    await exchange();
    expect([itemsOf('phones'), progressOf('phones')?.ackedVersion]).toEqual([{ a: '1', b: '2' }, 4]);
  });
});

it('any order of changes, losses and refusals ends with the same content', async () => {
  const key = fc.constantFrom('a', 'b', 'c', 'd', 'e');
  const step = fc.oneof(
    {
      weight: 4,
      arbitrary: fc
        .record({ key, size: fc.constantFrom(0, 1, 200_000), told: fc.boolean() })
        .map((change) => ({ do: 'write' as const, ...change })),
    },
    { weight: 4, arbitrary: fc.nat(3).map((count) => ({ do: 'exchange' as const, count })) },
    { weight: 2, arbitrary: fc.constant({ do: 'reconnect' as const }) },
    { weight: 1, arbitrary: fc.constant({ do: 'share' as const }) },
    { weight: 1, arbitrary: fc.constantFrom('x', undefined).map((reason) => ({ do: 'refuse' as const, reason })) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      [network, gateway, takes] = [new Network(), new Gateway(), ['phones']];
      sender = open(gatewaySql());
      connect();
      let version = 0;
      for (const one of steps) {
        if (one.do === 'write') {
          version += 1;
          const news = network.write('phones', version, { [one.key]: one.size === 0 ? null : String(version).repeat(one.size) });
          if (one.told) sender.news([news]);
        } else if (one.do === 'exchange') await exchange(one.count);
        else if (one.do === 'reconnect') connect();
        else if (one.do === 'share') {
          network.share = network.share ? null : utf8('s');
          sender.news([network.standing('phones')]);
        } else gateway.refuses = one.reason === undefined ? undefined : () => one.reason;
      }
      gateway.refuses = undefined;
      connect();
      await exchange();
      const suffix = network.share ? '+s' : '';
      const expected = [...network.items.items('phones', null)].map(({ id, value }) => [id, text(value) + suffix]);
      expect(itemsOf('phones')).toEqual(Object.fromEntries(expected));
      expect(gateway.held.get('phones')?.digest).toBe(network.standing('phones').digest + shareDigest(network.share ?? undefined));
    }),
    { numRuns: 100 },
  );
}, 60_000);

it('the parts of a whole are made once for all who ask for the same', () => {
  network.write('rules', 3, { a: '1' });
  const part = network.parts.part('rules', null, { version: -1, id: '' });
  expect(network.parts.part('rules', null, { version: -1, id: '' })).toBe(part);
  expect(fromBinary(DataUpdateBatchSchema, part?.batch ?? new Uint8Array()).updates).toHaveLength(1);
  network.write('rules', 4, { a: '2' });
  expect(network.parts.part('rules', null, { version: -1, id: '' })).not.toBe(part);
});
