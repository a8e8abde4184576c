import { evictDurableObject, runDurableObjectAlarm } from 'cloudflare:test';
import { fromBinary } from '@bufbuild/protobuf';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Mutation } from '../../../core/configurator/mutations.ts';
import { SubscriberDataSchema } from '../../../proto/gen/lte/protos/subscriberdb_pb.js';
import type { StreamUpdate } from '../../../proto/gen/orc8r/sync/v1/frame_pb.js';
import { bindings, gateway, migrateD1, network } from '../../../test/workers/environment.ts';
import { countD1, rebind, unreliable } from '../../../test/workers/faults.ts';
import { createNetwork, gatewayId, newGateway, write } from '../../../test/workers/fleet.ts';
import { client, connect, type TestSocket, until } from '../../../test/workers/socket.ts';

let count = 0;
let net: string;
const hw = (key: string) => `${net}-${key}`;
const policy = (key: string) => ({ type: 'policy', key });
const rule = (priority: number) => ({ flow_list: [], priority });
const RULES = 'policydb';
const SUBSCRIBERS = 'subscriberdb';
const subscription = { state: 'ACTIVE', auth_algo: 'MILENAGE', auth_key: 'AAECAwQFBgcICQoLDA0ODw==', sub_profile: 'default' };
const subscriber = (key: string, state = 'ACTIVE'): Mutation => ({
  do: 'put_entities',
  type: 'subscriber',
  entities: [{ key, name: '', config: { lte: { ...subscription, state } }, children: [{ type: 'apn', key: 'internet' }] }],
});
const apn: Mutation = {
  do: 'create_entity',
  id: { type: 'apn', key: 'internet' },
  config: { ambr: { max_bandwidth_ul: 1, max_bandwidth_dl: 2 }, qos_profile: {} },
};

const nudge = async (): Promise<void> => {
  await network(net).port.changed(net);
};
const change = async (...mutations: Mutation[]): Promise<number> => {
  const { version } = await write(net, ...mutations);
  await nudge();
  return version;
};
const keysOf = (update: StreamUpdate) => update.batch?.updates.map(({ key }) => key);
const ack = (socket: TestSocket, { stream, version, digest, resume }: StreamUpdate) =>
  socket.send({ case: 'ack', value: { stream, version, digest, resume } });
/** Opens a gateway's socket that takes the streams; answers it with its first update of each confirmed. */
async function join(key: string, ...streams: string[]): Promise<TestSocket> {
  const socket = await connect(client(hw(key), net, key));
  await socket.hello(streams.map((stream) => ({ stream })));
  for (let index = 0; index < streams.length; index += 1) ack(socket, await socket.nth('update', index));
  return socket;
}
const streamOf = async (key: string, stream: string) =>
  (await network(net).port.convergence(net)).gateways.find(({ gatewayId: id }) => id === key)?.streams.find((one) => one.stream === stream);
const acked = (key: string, stream: string, version: number) =>
  until(async () => ((await streamOf(key, stream))?.ackedVersion === version ? true : undefined));

beforeAll(migrateD1);
beforeEach(async () => {
  count += 1;
  net = `content${count}`;
  await createNetwork(net);
  await write(net, ...['g1', 'g2'].flatMap((key) => newGateway(key, hw(key))));
  vi.spyOn(console, 'warn').mockImplementation(() => {});
});
afterEach(() => vi.restoreAllMocks());

describe('content that gateways share', () => {
  it('reaches all who take it, each change alone, with one read of D1 however many there are', async () => {
    await change({ do: 'create_entity', id: policy('r1'), config: rule(1) });
    const sockets = [await join('g1', RULES), await join('g2', RULES)];
    const trips = await countD1(network(net).stub);
    const version = await change({ do: 'create_entity', id: policy('r2'), config: rule(2) });
    for (const socket of sockets) {
      const update = await socket.nth('update', 1);
      expect([update.version, keysOf(update), update.batch?.resync]).toEqual([BigInt(version), ['r2'], false]);
      ack(socket, update);
    }
    for (const key of ['g1', 'g2']) await acked(key, RULES, version);
    expect(trips).toMatchObject({ reads: 1 });
    expect(await streamOf('g1', RULES)).toMatchObject({ desiredVersion: version, sentVersion: version, nack: null });
  });

  it('asks D1 for nothing while nothing happens, and nothing again after an eviction', async () => {
    await change({ do: 'create_entity', id: policy('r1'), config: rule(1) });
    const socket = await join('g1', RULES);
    await evictDurableObject(network(net).stub);
    const trips = await countD1(network(net).stub);
    expect(await network(net).port.contentHead({ networkId: net, gatewayId: 'g1', name: RULES })).toMatchObject({ count: 1 });
    expect(trips).toMatchObject({ reads: 0, writes: 0 });
    socket.close();
    await join('g2', RULES);
    expect(trips).toMatchObject({ reads: 1, writes: 0 });
  });

  it('is told later to a gateway whose object was out of reach', async () => {
    const socket = await join('g1', RULES);
    await rebind(network(net).stub, () => ({ GATEWAY: unreliable(bindings.GATEWAY, (name) => name === hw('g1')) }));
    await change({ do: 'create_entity', id: policy('r1'), config: rule(1) });
    expect(socket.all('update')).toHaveLength(1);
    await rebind(network(net).stub, () => ({ GATEWAY: bindings.GATEWAY }));
    expect(await runDurableObjectAlarm(network(net).stub)).toBe(true);
    expect(keysOf(await socket.nth('update', 1))).toEqual(['r1']);
  });

  it('is sent on when the network’s object is back that could not be asked', async () => {
    await change({ do: 'create_entity', id: policy('r1'), config: rule(1) });
    await rebind(gateway(hw('g1')).stub, () => ({ NETWORK: unreliable(bindings.NETWORK, () => true) }));
    const socket = await connect(client(hw('g1'), net, 'g1'));
    await socket.hello([{ stream: RULES }]);
    await rebind(gateway(hw('g1')).stub, () => ({ NETWORK: bindings.NETWORK }));
    expect(await until(async () => ((await runDurableObjectAlarm(gateway(hw('g1')).stub)) ? true : undefined))).toBe(true);
    expect(keysOf(await socket.nth('update'))).toEqual(['r1']);
  });

  it('that a gateway refuses is shown with its reason', async () => {
    const socket = await connect(client(hw('g1'), net, 'g1'));
    await socket.hello([{ stream: RULES }]);
    const { version } = await socket.nth('update');
    socket.send({ case: 'nack', value: { stream: RULES, version, reason: 'the disk is full', path: 'x' } });
    await until(async () => (await streamOf('g1', RULES))?.nack ?? undefined);
    expect(await streamOf('g1', RULES)).toMatchObject({ ackedVersion: null, nack: { reason: 'the disk is full', path: 'x' } });
  });

  it('is another when the network was made anew under its id', async () => {
    await change({ do: 'create_entity', id: policy('r1'), config: rule(1) });
    await join('g1', RULES);
    await write(net, { do: 'delete_network' });
    await new Promise((resolve) => setTimeout(resolve, 2));
    await createNetwork(net);
    await change(...newGateway('g1', hw('g1')), { do: 'create_entity', id: policy('r9'), config: rule(1) });
    const socket = await connect(client(hw('g1'), net, 'g1'));
    await socket.hello([{ stream: RULES }]);
    expect(keysOf(await socket.nth('update'))).toEqual(['r9']);
  });
});

describe('subscribers', () => {
  it('get the resources of the gateway they are sent to, and come anew when those change', async () => {
    await change(apn, subscriber('IMSI001010000000001'));
    const sockets = [await join('g1', SUBSCRIBERS), await join('g2', SUBSCRIBERS)];
    const resource = (vlan: number) => ({ id: 'r', apn_name: 'internet', vlan_id: vlan });
    await change(
      { do: 'create_entity', id: { type: 'cellular_gateway', key: 'g1' }, config: {} },
      { do: 'create_entity', id: { type: 'apn_resource', key: 'r' }, config: resource(7) },
      { do: 'set_children', id: { type: 'cellular_gateway', key: 'g1' }, type: 'apn_resource', keys: ['r'] },
      { do: 'set_children', id: gatewayId('g1'), type: 'cellular_gateway', keys: ['g1'] },
    );
    const vlanOf = (update: StreamUpdate) =>
      fromBinary(SubscriberDataSchema, update.batch?.updates[0]?.value ?? new Uint8Array()).non3gpp?.apnConfig[0]?.resource?.vlanId;
    const [first, second] = sockets as [TestSocket, TestSocket];
    const update = await first.nth('update', 1);
    expect([update.batch?.resync, vlanOf(update)]).toEqual([true, 7]);
    ack(first, update);
    await change(subscriber('IMSI001010000000001', 'INACTIVE'));
    const [ours, theirs] = [await first.nth('update', 2), await second.nth('update', 1)];
    expect([ours.batch?.resync, vlanOf(ours), vlanOf(theirs)]).toEqual([false, 7, undefined]);
    const { digest } = await network(net).port.contentHead({ networkId: net, gatewayId: 'g1', name: SUBSCRIBERS });
    expect([ours.digest, ours.digest.length]).toEqual([digest, 48]);
    expect(second.all('update')).toHaveLength(2);
  });

  it('do not leave a network that keeps them in the cloud, by push or by poll', async () => {
    const cellular = (withheld: boolean) => ({ cellular_network: { epc: { cloud_subscriberdb_enabled: withheld } } });
    await change(apn, subscriber('IMSI001010000000001'), { do: 'update_network', configs: cellular(true) });
    const socket = await connect(client(hw('g1'), net, 'g1'));
    await socket.hello([{ stream: SUBSCRIBERS }, { stream: RULES }]);
    expect((await socket.nth('update')).stream).toBe(RULES);
    for (const path of ['/magma.lte.SubscriberDBCloud/Sync', '/magma.lte.SubscriberDBCloud/ListSubscribers']) {
      const answer = await gateway(hw('g1')).port.southbound(client(hw('g1'), net, 'g1'), path, new Uint8Array());
      expect(answer).toMatchObject({ ok: false, code: 9 });
    }
    expect(socket.all('update').map(({ stream }) => stream)).toEqual([RULES]);
    await change({ do: 'update_network', configs: cellular(false) });
    expect(keysOf(await socket.nth('update', 1))).toEqual(['IMSI001010000000001']);
  });
});
