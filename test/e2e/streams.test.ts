import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Agent } from '../../agent/agent.ts';
import { pathsOf } from '../../agent/storage/paths.ts';
import { StreamStore } from '../../agent/streams/store.ts';
import { ensureNetwork } from '../../local/demo/network.ts';
import {
  CheckInSyncRequestSchema,
  CheckInSyncResponseSchema,
  ListSubscribersRequestSchema,
  ListSubscribersResponseSchema,
  SubscriberDataSchema,
  SyncRequestSchema,
  SyncResponseSchema,
} from '../../proto/gen/lte/protos/subscriberdb_pb.js';
import { DataUpdateBatchSchema, StreamRequestSchema } from '../../proto/gen/orc8r/protos/streamer_pb.js';
import type { StreamUpdate } from '../../proto/gen/orc8r/sync/v1/frame_pb.js';
import { addGateway, adminOf, holderOf } from '../harness/identities.ts';
import { call } from '../../local/fixture/client.ts';
import { eventually, next, startTestPlatform, type TestPlatform } from '../harness/platform.ts';
import { connectRaw, type RawGateway } from '../harness/raw-gateway.ts';
import { seenAs, viewOf } from '../harness/views.ts';
import { apnBody } from '../support/lte.ts';
import { imsi, subscriberBody } from '../support/subscribers.ts';

const NETWORK = 'streams';
const LTE = `/magma/v1/lte/${NETWORK}`;
/** More than fits one part of an update. */
const COUNT = 2500;
const hash = (value: Uint8Array) => createHash('md5').update(value).digest('hex');

let test: TestPlatform;
let agents: readonly [Agent, Agent];

/** What an agent holds of a stream on its disk, by hash. */
function heldBy(gateway: string, stream = 'subscriberdb'): Map<string, string> {
  const store = new StreamStore(pathsOf(join(test.folder, 'agents', `${NETWORK}-${gateway}`)).streams);
  try {
    return new Map([...store.items(stream)].map(({ key, value }) => [key, hash(value)]));
  } finally {
    store.close();
  }
}

async function put(number: number, more: object = {}): Promise<void> {
  await test.rest.must('PUT', `${LTE}/subscribers/${imsi(number)}`, { ...subscriberBody(number), ...more });
}

async function bulk(from: number, to: number): Promise<void> {
  const lines = Array.from({ length: to - from }, (_, index) => JSON.stringify(subscriberBody(from + index)));
  const headers = { 'content-type': 'application/x-ndjson' };
  const answer = await call(adminOf(test), `${test.platform.addresses.api}${LTE}/subscribers:bulk`, {
    method: 'POST',
    headers,
    body: lines.join('\n'),
  });
  expect(answer.status).toBe(200);
}

/** A gateway that is registered and connected by hand, for the frames themselves. */
async function raw(id: string): Promise<() => Promise<RawGateway>> {
  const hardwareId = await addGateway(test, NETWORK, id);
  const holder = await holderOf(test, { kind: 'gateway', subject: hardwareId });
  return () => connectRaw(test, holder);
}

let calls = 0;
/** Calls a southbound method and answers its first message, put together from its parts. */
async function ask(gateway: RawGateway, path: string, payload: Uint8Array): Promise<Uint8Array> {
  calls += 1;
  const id = calls;
  gateway.frame({ case: 'call', value: { id, path, payload, parts: true } });
  const pieces: Uint8Array[] = [];
  for (;;) {
    const reply = await gateway.take('reply', (one) => one.id === id);
    if (reply.code !== 0) throw new Error(`${reply.code}: ${reply.message}`);
    pieces.push(reply.payload);
    if (!reply.more) return Buffer.concat(pieces);
  }
}

const ackOf = ({ stream, version, digest, resume }: StreamUpdate) => ({ case: 'ack', value: { stream, version, digest, resume } }) as const;

beforeAll(async () => {
  test = await startTestPlatform();
  await ensureNetwork(test.rest, NETWORK, NETWORK);
  await test.rest.must('POST', `${LTE}/apns`, apnBody('internet'));
  agents = [await test.join(NETWORK, 'g1'), await test.join(NETWORK, 'g2')];
  for (const id of ['g1', 'g2']) await seenAs(test, NETWORK, id, 'in_sync');
});
afterAll(() => test?.close());

describe('2,500 subscribers in one call', () => {
  it('are with both gateways, which hold the same and say so', async () => {
    await bulk(0, COUNT);
    for (const id of ['g1', 'g2']) {
      await eventually(
        async () => heldBy(id).size,
        (size) => size === COUNT,
      );
      await seenAs(test, NETWORK, id, 'in_sync');
    }
    expect(heldBy('g1')).toEqual(heldBy('g2'));
    const { streams } = await viewOf(test, NETWORK, 'g1');
    expect(streams.map(({ stream }) => stream)).toEqual(
      expect.arrayContaining(['configs', 'subscriberdb', 'policydb', 'apn_rule_mappings']),
    );
  });

  it('of which one is changed: each gateway gets that one alone', async () => {
    const connect = await raw('watcher');
    const watcher = await connect();
    await watcher.hello([{ stream: 'subscriberdb' }]);
    const updates: StreamUpdate[] = [];
    do {
      updates.push(await watcher.take('update'));
      watcher.frame(ackOf(updates.at(-1) as StreamUpdate));
    } while (updates.at(-1)?.more);
    expect(updates.flatMap(({ batch }) => batch?.updates ?? [])).toHaveLength(COUNT);
    const [before, applied] = [heldBy('g1'), Promise.all(agents.map((agent) => next(agent, 'stream-applied')))];
    await put(7, { lte: { ...subscriberBody(7).lte, state: 'INACTIVE' } });
    await applied;
    const update = await watcher.take('update', ({ stream }) => stream === 'subscriberdb');
    expect(update).toMatchObject({ more: false, deleted: [], batch: { resync: false } });
    expect(update.batch?.updates.map(({ key }) => key)).toEqual([imsi(7)]);
    const after = heldBy('g1');
    expect([...after].filter(([id, value]) => before.get(id) !== value).map(([id]) => id)).toEqual([imsi(7)]);
    expect(after.get(imsi(7))).toBe(hash(update.batch?.updates[0]?.value ?? new Uint8Array()));
    // Back with what it confirmed: nothing comes again, and what it did not confirm does.
    await watcher.end();
    const held = updates.at(-1) as StreamUpdate;
    const back = await connect();
    await back.hello([{ stream: 'subscriberdb', version: held.version, digest: held.digest }]);
    const again = await back.take('update');
    expect([again.baseDigest, again.batch?.updates.map(({ key }) => key)]).toEqual([held.digest, [imsi(7)]]);
    back.frame(ackOf(again));
    await eventually(
      async () => (await viewOf(test, NETWORK, 'watcher')).streams.find(({ stream }) => stream === 'subscriberdb')?.acked_version,
      (version) => version === Number(again.version),
    );
    await back.end();
    const third = await connect();
    await third.hello([{ stream: 'subscriberdb', version: again.version, digest: again.digest }]);
    await ask(third, '/magma.lte.SubscriberDBCloud/CheckInSync', new Uint8Array());
    await expect(third.take('update', undefined, 300)).rejects.toThrow('no update came');
    await third.end();
  });

  it('of which one is deleted while a gateway is taking them: it ends without that one', async () => {
    const connect = await raw('slow');
    const slow = await connect();
    await slow.hello([{ stream: 'subscriberdb' }]);
    const items = new Map<string, string>();
    let last: StreamUpdate | undefined;
    for (let part = 0; !last || last.more; part += 1) {
      last = await slow.take('update');
      for (const { key, value } of last.batch?.updates ?? []) items.set(key, hash(value));
      for (const key of last.deleted) items.delete(key);
      if (part === 0) {
        // A slow consumer: nothing more comes before it has confirmed this part.
        await expect(slow.take('update', undefined, 200)).rejects.toThrow('no update came');
        const first = [...items.keys()][0] ?? '';
        await test.rest.must('DELETE', `${LTE}/subscribers/${first}`);
        await eventually(
          async () => heldBy('g1').has(first),
          (there) => !there,
        );
      }
      slow.frame(ackOf(last));
    }
    expect(items).toEqual(heldBy('g1'));
    expect(items.size).toBe(COUNT - 1);
    await eventually(
      async () => (await viewOf(test, NETWORK, 'slow')).streams.find(({ stream }) => stream === 'subscriberdb'),
      (view) => view?.acked_version === view?.desired_version,
    );
    await slow.end();
  });
});

describe('a gateway that polls', () => {
  it('gets the same bytes as those that take pushes', async () => {
    const connect = await raw('poller');
    const poller = await connect();
    await poller.hello([]);
    const service = '/magma.lte.SubscriberDBCloud';
    const items = new Map<string, string>();
    let digests: { root: string; leaves: readonly { id: string; digest: string }[] } = { root: '', leaves: [] };
    let pageToken = '';
    do {
      const request = create(ListSubscribersRequestSchema, { pageSize: 700, pageToken });
      const page = fromBinary(
        ListSubscribersResponseSchema,
        await ask(poller, `${service}/ListSubscribers`, toBinary(ListSubscribersRequestSchema, request)),
      );
      for (const data of page.subscribers) items.set(`IMSI${data.sid?.id}`, hash(toBinary(SubscriberDataSchema, data)));
      if (page.digests) {
        const leaves = page.digests.leafDigests.map(({ id, digest }) => ({ id, digest: digest?.md5Base64Digest ?? '' }));
        digests = { root: page.digests.rootDigest?.md5Base64Digest ?? '', leaves };
      }
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    expect(items).toEqual(heldBy('g1'));
    const inSync = async () => {
      const request = create(CheckInSyncRequestSchema, { rootDigest: { md5Base64Digest: digests.root } });
      return fromBinary(CheckInSyncResponseSchema, await ask(poller, `${service}/CheckInSync`, toBinary(CheckInSyncRequestSchema, request)))
        .inSync;
    };
    expect(await inSync()).toBe(true);
    const applied = next(agents[0], 'stream-applied');
    await put(9, { lte: { ...subscriberBody(9).lte, state: 'INACTIVE' } });
    await applied;
    expect(await inSync()).toBe(false);
    const leafDigests = digests.leaves.map(({ id, digest }) => ({ id, digest: { md5Base64Digest: digest } }));
    const request = toBinary(SyncRequestSchema, create(SyncRequestSchema, { leafDigests }));
    const { resync, changeset } = fromBinary(SyncResponseSchema, await ask(poller, `${service}/Sync`, request));
    const renewed = (changeset?.toRenew ?? []).flatMap((any) => anyUnpack(any, SubscriberDataSchema) ?? []);
    expect([resync, renewed.map(({ sid }) => `IMSI${sid?.id}`)]).toEqual([false, [imsi(9)]]);
    for (const data of renewed) items.set(`IMSI${data.sid?.id}`, hash(toBinary(SubscriberDataSchema, data)));
    expect(items).toEqual(heldBy('g1'));
    for (const stream of ['subscriberdb', 'apn_rule_mappings', 'policydb']) {
      const poll = toBinary(StreamRequestSchema, create(StreamRequestSchema, { streamName: stream }));
      const batch = fromBinary(DataUpdateBatchSchema, await ask(poller, '/magma.orc8r.Streamer/GetUpdates', poll));
      expect(batch.resync).toBe(true);
      expect(new Map(batch.updates.map(({ key, value }) => [key, hash(value)]))).toEqual(heldBy('g1', stream));
    }
    await poller.end();
  });
});
