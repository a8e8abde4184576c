import { createHash } from 'node:crypto';
import { toBinary } from '@bufbuild/protobuf';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commit } from '../../../core/configurator/commit.ts';
import type { Mutation } from '../../../core/configurator/mutations.ts';
import { Database } from '../../../core/db/database.ts';
import type { GatewayContext } from '../../../core/module/facets.ts';
import { SharedContent } from '../../../durable-objects/network/content/shared-content.ts';
import { networkMigrations } from '../../../durable-objects/network/schema.ts';
import { type SubscriberData, SubscriberDataSchema, SubscriberDBCloud } from '../../../proto/gen/lte/protos/subscriberdb_pb.js';
import { objectStorage } from '../../../test/support/object-sql.ts';
import { type TestD1, testD1 } from '../../../test/support/d1.ts';
import { imsi, subscription } from '../../../test/support/subscribers.ts';
import { call, fakeContext } from '../../orc8r/southbound/testing/fake-context.ts';
import { contents } from '../contents/index.ts';
import { putSubscribers } from '../services/subscriber/model.ts';
import { MAX_LEAVES, digestTree } from './changeset.ts';
import { southbound } from './index.ts';

const DAY = 86_400_000;
const { checkInSync, sync, listSubscribers, listSuciProfiles } = SubscriberDBCloud.method;
/** Short, so that a failure can be read. */
const hash = (bytes: Uint8Array) => createHash('md5').update(bytes).digest('hex');

let store: TestD1;
let shared: SharedContent;
let now: number;
let taken: Map<string, number>;
let context: GatewayContext;
let at = 1_000;

const write = async (...mutations: Mutation[]): Promise<void> => {
  at += 1;
  const change = { networkId: 'n1', action: 'test', target: 'n1', mutations };
  await commit(new Database(store.d1), change, { actor: 'test', requestId: `r${at}`, at });
  await refresh();
};
const refresh = async (): Promise<void> => {
  shared.note({ since: undefined, version: -1, madeAt: null, types: new Set() });
  await shared.refresh(new Database(store.d1), 'n1', true);
};
const put = (numbers: readonly number[], more: object = {}): Mutation[] =>
  putSubscribers(numbers.map((number) => ({ id: imsi(number), lte: { ...subscription, ...more } as never, active_apns: ['internet'] })));
const remove = (...numbers: number[]): Mutation => ({ do: 'delete_entities', type: 'subscriber', keys: numbers.map(imsi) });
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);
const cellular = (epc: object = {}, ngc?: object) => ({ configs: { cellular_network: { epc, ...(ngc ? { ngc } : {}) } } });
const apn = { ambr: { max_bandwidth_ul: 1, max_bandwidth_dl: 2 }, qos_profile: {} };

/** The items as the network's object has them for this gateway. */
const held = () =>
  Object.fromEntries(shared.items('gw1', 'subscriberdb', null, { count: 1e6, bytes: 1e9 }).items.map(({ id, value }) => [id, hash(value)]));

/** A gateway's subscriberdb, which polls: what it holds, and what it was told last. */
class PollingGateway {
  readonly items = new Map<string, string>();
  root = '';
  leaves = new Map<string, string>();
  /** What the last poll came to. */
  did = '';

  async poll(pageSize = 0): Promise<void> {
    const [answer] = await call(southbound, checkInSync, context, { rootDigest: { md5Base64Digest: this.root } });
    this.did = 'nothing';
    if (answer?.inSync) return;
    const leafDigests = [...this.leaves].map(([id, md5Base64Digest]) => ({ id, digest: { md5Base64Digest } }));
    const [difference] = await call(southbound, sync, context, { leafDigests });
    if (!difference || difference.resync) return this.#takeAll(pageSize);
    this.did = 'sync';
    for (const any of difference.changeset?.toRenew ?? []) this.#take(anyUnpack(any, SubscriberDataSchema));
    for (const id of difference.changeset?.deleted ?? []) this.items.delete(id);
    this.#told(difference.digests);
  }

  async #takeAll(pageSize: number): Promise<void> {
    this.did = 'resync';
    this.items.clear();
    for (let pageToken = ''; ; ) {
      const [page] = await call(southbound, listSubscribers, context, { pageSize, pageToken });
      for (const data of page?.subscribers ?? []) this.#take(data);
      if (pageToken === '') this.#told(page?.digests);
      else expect(page?.digests).toBeUndefined();
      this.did += ` ${page?.subscribers.length}`;
      pageToken = page?.nextPageToken ?? '';
      if (pageToken === '') return;
    }
  }

  #take(data: SubscriberData | undefined): void {
    if (data) this.items.set(`IMSI${data.sid?.id}`, hash(toBinary(SubscriberDataSchema, data)));
  }

  #told(
    digests:
      | {
          rootDigest?: { md5Base64Digest: string } | undefined;
          leafDigests: readonly { id: string; digest?: { md5Base64Digest: string } | undefined }[];
        }
      | undefined,
  ): void {
    this.root = digests?.rootDigest?.md5Base64Digest ?? '';
    this.leaves = new Map(digests?.leafDigests.map(({ id, digest }) => [id, digest?.md5Base64Digest ?? '']));
  }
}

beforeEach(async () => {
  store = testD1();
  now = DAY;
  taken = new Map();
  shared = new SharedContent(objectStorage(networkMigrations), new Map(contents.map((set) => [set.name, set])), () => now);
  const reader = (name: string) => ({
    head: async () => shared.head('gw1', name),
    leaves: async (after: string | null) => shared.leaves('gw1', name, after),
    items: async (after: string | null, limit: { count: number; bytes: number }) => shared.items('gw1', name, after, limit),
    named: async (ids: readonly string[]) => shared.named('gw1', name, ids),
    takenWhole: () => taken.get(name),
    tookWhole: () => void taken.set(name, now),
  });
  context = { ...fakeContext().context, now: () => now, content: reader };
  await write(
    { do: 'create_network', type: 'lte', name: '', description: '', ...cellular() },
    { do: 'create_entity', id: { type: 'apn', key: 'internet' }, config: apn },
  );
});
afterEach(() => store.close());

describe('a gateway that polls', () => {
  it('takes everything page by page, then nothing, then what differs', async () => {
    await write(...put(range(0, 12)));
    const gateway = new PollingGateway();
    await gateway.poll(5);
    expect([gateway.did, Object.fromEntries(gateway.items)]).toEqual(['resync 5 5 2', held()]);
    expect(gateway.root).toHaveLength(48);
    expect([...gateway.leaves.keys()]).toEqual(range(0, 12).map(imsi));
    await gateway.poll();
    expect(gateway.did).toBe('nothing');
    await write(...put([3], { state: 'INACTIVE' }), ...put([99]), remove(5));
    const before = store.trips();
    await gateway.poll();
    expect([gateway.did, Object.fromEntries(gateway.items)]).toEqual(['sync', held()]);
    expect([gateway.items.size, store.trips()]).toEqual([12, before]);
    await gateway.poll();
    expect(gateway.did).toBe('nothing');
  });

  it('takes everything anew when more than 500 differ, and not with 500', async () => {
    await write(...put(range(0, 600)));
    const gateway = new PollingGateway();
    await gateway.poll();
    await write(...put(range(0, 500), { state: 'INACTIVE' }));
    await gateway.poll();
    expect(gateway.did).toBe('sync');
    await write(...put(range(0, 499)), ...put([500, 501], { state: 'INACTIVE' }));
    await gateway.poll();
    expect([gateway.did, Object.fromEntries(gateway.items)]).toEqual(['resync 600', held()]);
  });

  it('takes everything anew after a day and some of another, at a time of its own', async () => {
    await write(...put([1]));
    const gateway = new PollingGateway();
    await gateway.poll();
    now += DAY;
    await gateway.poll();
    expect(gateway.did).toBe('nothing');
    now += DAY / 2;
    await gateway.poll();
    expect(gateway.did).toBe('resync 1');
    await gateway.poll();
    expect(gateway.did).toBe('nothing');
  });

  it('with nothing to take is told so, and a page ends early rather than not fit', async () => {
    const gateway = new PollingGateway();
    await gateway.poll();
    expect([gateway.did, gateway.items.size]).toEqual(['resync 0', 0]);
    const entities = range(0, 9).map((number) => ({
      key: imsi(number),
      name: '',
      config: { lte: { ...subscription, sub_profile: 'x'.repeat(500_000) } },
      children: [],
    }));
    await write({ do: 'put_entities', type: 'subscriber', entities });
    await gateway.poll();
    expect([gateway.did, Object.fromEntries(gateway.items)]).toEqual(['resync 4 4 1', held()]);
  });

  it('loses a subscriber that was deleted while it was taking them', async () => {
    await write(...put(range(0, 10)));
    const gateway = new PollingGateway();
    const [first] = await call(southbound, listSubscribers, context, { pageSize: 5 });
    await write(remove(2, 7), ...put([8], { state: 'INACTIVE' }));
    const [second] = await call(southbound, listSubscribers, context, { pageSize: 5, pageToken: first?.nextPageToken ?? '' });
    for (const data of [...(first?.subscribers ?? []), ...(second?.subscribers ?? [])])
      gateway.items.set(`IMSI${data.sid?.id}`, hash(toBinary(SubscriberDataSchema, data)));
    gateway.root = first?.digests?.rootDigest?.md5Base64Digest ?? '';
    gateway.leaves = new Map(first?.digests?.leafDigests.map(({ id, digest }) => [id, digest?.md5Base64Digest ?? '']));
    await gateway.poll();
    expect([gateway.did, Object.fromEntries(gateway.items)]).toEqual(['sync', held()]);
  });

  it('is given nothing of a network that keeps its subscribers in the cloud', async () => {
    await write(...put([1]), { do: 'update_network', ...cellular({ cloud_subscriberdb_enabled: true }) });
    await expect(call(southbound, sync, context, {})).rejects.toMatchObject({ code: 'precondition_failed' });
    await expect(call(southbound, listSubscribers, context, {})).rejects.toThrow('cloud_subscriberdb_enabled');
  });

  it('is given the keys of concealed identities each time it asks', async () => {
    expect((await call(southbound, listSuciProfiles, context, {}))[0]?.suciProfiles).toEqual([]);
    const profile = { home_network_public_key_identifier: 3, home_network_private_key: 'AQI=', protection_scheme: 'ProfileA' };
    await write({ do: 'update_network', ...cellular({}, { suci_profiles: [profile] }) });
    const [list] = await call(southbound, listSuciProfiles, context, {});
    expect(list?.suciProfiles).toMatchObject([{ homeNetPublicKeyId: 3, homeNetPrivateKey: Uint8Array.of(1, 2) }]);
  });

  it('is not told more digests than fit an answer', () => {
    const leaves = range(0, MAX_LEAVES + 1).map((number) => ({ id: imsi(number), digest: 'd' }));
    const head = { version: 1, digest: 'root', count: leaves.length };
    expect(digestTree(head, leaves)).toEqual({ rootDigest: { md5Base64Digest: 'root' }, leafDigests: [] });
    expect(digestTree(head, leaves.slice(1)).leafDigests).toHaveLength(MAX_LEAVES);
  });

  it('ends with what the network has, whatever was written and whenever it asked', async () => {
    const number = fc.nat(7);
    const step = fc.oneof(
      {
        weight: 4,
        arbitrary: fc.tuple(number, fc.constantFrom('ACTIVE', 'INACTIVE')).map(
          ([one, state]) =>
            () =>
              write(...put([one], { state })),
        ),
      },
      { weight: 2, arbitrary: number.map((one) => () => write(remove(one))) },
      {
        weight: 1,
        arbitrary: fc.nat(3).map((ul) => () => {
          const config = { ...apn, ambr: { max_bandwidth_ul: ul, max_bandwidth_dl: 2 } };
          return write({ do: 'update_entity', id: { type: 'apn', key: 'internet' }, config });
        }),
      },
      { weight: 4, arbitrary: fc.nat(3).map((page) => (gateway: PollingGateway) => gateway.poll(page)) },
    );
    const gateway = new PollingGateway();
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        for (const one of steps) await one(gateway);
        await gateway.poll();
        expect(Object.fromEntries(gateway.items)).toEqual(held());
        await gateway.poll();
        expect(gateway.did === 'nothing' || gateway.items.size === 0).toBe(true);
      }),
      { numRuns: 60 },
    );
  }, 60_000);
});
