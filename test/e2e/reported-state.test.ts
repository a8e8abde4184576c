import { create, type DescMethodUnary, fromBinary, type MessageInitShape, type MessageShape, toBinary } from '@bufbuild/protobuf';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { GrpcStatus } from '../../core/wire/grpc.ts';
import { ensureNetwork } from '../../local/demo/network.ts';
import { GetEnodebOffloadStateResponse_EnodebOffloadState as OffloadState, Ha } from '../../proto/gen/lte/protos/ha_orc8r_pb.js';
import { GatewayDirectoryService } from '../../proto/gen/orc8r/protos/directoryd_pb.js';
import { StateService } from '../../proto/gen/orc8r/protos/state_pb.js';
import { addGateway, holderOf } from '../harness/identities.ts';
import { startTestPlatform, type TestPlatform } from '../harness/platform.ts';
import { connectRaw, type RawGateway } from '../harness/raw-gateway.ts';

const NETWORK = 'states';
const IMSI = 'IMSI001010000000001';
const lte = `/magma/v1/lte/${NETWORK}`;
const { reportStates, deleteStates } = StateService.method;

let test: TestPlatform;
let one: RawGateway;
let two: RawGateway;
let calls = 0;

/** A gateway of the network, connected. */
async function gateway(id: string): Promise<RawGateway> {
  const socket = await connectRaw(test, await holderOf(test, { subject: await addGateway(test, NETWORK, id) }));
  await socket.hello();
  return socket;
}

/** A southbound call on a gateway's socket that has to succeed. */
async function call<M extends DescMethodUnary>(socket: RawGateway, method: M, request: MessageInitShape<M['input']>) {
  calls += 1;
  const id = calls;
  const path = `/${method.parent.typeName}/${method.name}`;
  socket.frame({ case: 'call', value: { id, path, payload: toBinary(method.input, create(method.input, request)) } });
  const reply = await socket.take('reply', (value) => value.id === id);
  expect(reply).toMatchObject({ code: GrpcStatus.OK, message: '' });
  return fromBinary(method.output, reply.payload) as MessageShape<M['output']>;
}

const report = (socket: RawGateway, type: string, deviceID: string, value: unknown) =>
  call(socket, reportStates, {
    states: [{ type, deviceID, value: new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value)) }],
  });
const body = async (path: string) => (await test.rest.call('GET', path)).body;
/** Waits until it holds; fails with what is wrong then. */
const comes = (holds: () => Promise<void>): Promise<void> => vi.waitFor(holds, { timeout: 20_000, interval: 50 });
const becomes = (path: string, wanted: unknown): Promise<void> => comes(async () => expect(await body(path)).toEqual(wanted));

const seen = {
  enodeb_configured: true,
  enodeb_connected: true,
  fsm_state: 'Completed provisioning eNB.',
  gps_connected: false,
  gps_latitude: '42.1',
  gps_longitude: '-71.2',
  mme_connected: true,
  opstate_enabled: true,
  ptp_connected: false,
  rf_tx_desired: true,
  rf_tx_on: true,
  ues_connected: 3,
};

beforeAll(async () => {
  test = await startTestPlatform();
  await ensureNetwork(test.rest, NETWORK, NETWORK);
  const managed = { device_class: 'Baicells ID TDD/FDD', transmit_enabled: true, cell_id: 77 };
  await test.rest.must('POST', `${lte}/enodebs`, {
    serial: 'cell-1',
    name: 'Mast',
    config: managed,
    enodeb_config: { config_type: 'MANAGED', managed_config: managed },
  });
  const subscription = { state: 'ACTIVE', auth_algo: 'MILENAGE', auth_key: 'AAECAwQFBgcICQoLDA0ODw==', sub_profile: 'default' };
  await test.rest.must('POST', `${lte}/subscribers`, [{ id: IMSI, name: 'Phone', lte: subscription }]);
  one = await gateway('one');
  two = await gateway('two');
});
afterAll(() => test?.close());

describe('what gateways report on their sockets', () => {
  it('shows in a subscriber, and he is found by his address, until it is deleted', async () => {
    await report(one, 'mobilityd_ipdesc_record', `${IMSI}.oai.ipv4`, { state: 'ALLOCATED', ip: { address: 'wKiADA==' } });
    await report(one, 'MME', IMSI, { emmContext: { isAttached: true } });
    await report(one, 'icmp_monitoring', IMSI, { latency_ms: 2.5 });
    const state = { mme: { emmContext: { isAttached: true } }, mobility: [{ apn: 'oai.ipv4', ip: '192.168.128.12' }] };
    await becomes(`${lte}/subscriber_state`, { [IMSI]: state });
    const shown = (await body(`${lte}/subscribers/${IMSI}`)) as { monitoring: unknown };
    expect(shown).toMatchObject({ state, monitoring: { icmp: { latency_ms: 2.5, last_reported_time: expect.any(Number) } } });
    expect(await body(`${lte}/subscribers`)).toMatchObject({ subscribers: { [IMSI]: { state } } });
    expect(await body(`${lte}/subscribers?ip=192.168.128.12&verbose=false`)).toEqual([IMSI]);
    const ids = [
      { type: 'mobilityd_ipdesc_record', deviceID: `${IMSI}.oai.ipv4` },
      { type: 'icmp_monitoring', deviceID: IMSI },
    ];
    await call(one, deleteStates, { ids });
    await becomes(`${lte}/subscriber_state/${IMSI}`, { mme: state.mme });
    expect(await body(`${lte}/subscribers?ip=192.168.128.12`)).toEqual({});
  });

  it('of one eNodeB by two gateways is that of the last, and the other one again when that one leaves', async () => {
    await report(one, 'single_enodeb', 'cell-1', seen);
    await becomes(`${lte}/enodebs/cell-1/state`, { ...seen, time_reported: expect.any(Number), reporting_gateway_id: 'one' });
    await report(two, 'single_enodeb', 'cell-1', { ...seen, ues_connected: 5 });
    await becomes(`${lte}/enodebs/cell-1/state`, {
      ...seen,
      ues_connected: 5,
      time_reported: expect.any(Number),
      reporting_gateway_id: 'two',
    });
    await test.rest.must('DELETE', `${lte}/gateways/two`);
    await becomes(`${lte}/enodebs/cell-1/state`, { ...seen, time_reported: expect.any(Number), reporting_gateway_id: 'one' });
    expect((await two.closed).code).toBe(4403);
  });

  it('and cannot be read is named, and harms nothing', async () => {
    await report(one, 'S1AP', IMSI, '{"half":');
    const index = `/magma/v1/networks/${NETWORK}/state_index`;
    await comes(async () => {
      expect(await body(index)).toMatchObject({
        faulty: [{ type: 'S1AP', device_id: IMSI, hardware_id: 'hw-one', fault: 'is not JSON' }],
        indexers: [
          { name: 'directory', version: 1, reindexing: null },
          { name: 'subscribers', version: 1, reindexing: null },
        ],
      });
    });
    expect(await body(`${lte}/subscriber_state/${IMSI}`)).toMatchObject({ mme: { emmContext: { isAttached: true } } });
    await report(one, 'S1AP', IMSI, { s1UeState: 'S1AP_UE_CONNECTED' });
    await comes(async () => {
      expect(await body(index)).toMatchObject({ faulty: [] });
    });
  });
});

describe('what gateways ask of one another', () => {
  it('is where a subscriber is', async () => {
    const three = await gateway('three');
    await call(one, GatewayDirectoryService.method.updateRecord, { id: IMSI, location: 'hwid', fields: { ipv4_addr: '10.0.0.1' } });
    const ask = { id: IMSI, fieldKey: 'ipv4_addr' };
    expect(await call(one, GatewayDirectoryService.method.getDirectoryField, ask)).toMatchObject({ value: '10.0.0.1' });
    expect(await call(three, GatewayDirectoryService.method.getDirectoryField, ask)).toMatchObject({ value: '10.0.0.1' });
    const { records } = await call(three, GatewayDirectoryService.method.getAllDirectoryRecords, {});
    expect(records).toMatchObject([{ id: IMSI, locationHistory: ['hw-one'], fields: { ipv4_addr: '10.0.0.1' } }]);
    await call(one, GatewayDirectoryService.method.deleteRecord, { id: IMSI });
    expect((await call(one, GatewayDirectoryService.method.getAllDirectoryRecords, {})).records).toEqual([]);
    await three.end();
  });

  it('is whether a primary of the pool serves its eNodeBs again', async () => {
    await test.rest.must('POST', `${lte}/gateway_pools`, {
      gateway_pool_id: 'pool',
      gateway_pool_name: 'Pool',
      config: { mme_group_id: 1 },
    });
    const primary = await gateway('primary');
    const secondary = await gateway('secondary');
    for (const [id, capacity] of [
      ['primary', 255],
      ['secondary', 1],
    ] as const)
      await test.rest.must('PUT', `${lte}/gateways/${id}/cellular/pooling`, [
        { gateway_pool_id: 'pool', mme_code: capacity, mme_relative_capacity: capacity },
      ]);
    await test.rest.must('PUT', `${lte}/gateways/primary/connected_enodeb_serials`, ['cell-1']);
    const offload = async () => (await call(secondary, Ha.method.getEnodebOffloadState, {})).enodebOffloadStates;
    expect(await offload()).toEqual({});
    await report(primary, 'gw_state', 'hw-primary', { meta: {} });
    await report(primary, 'single_enodeb', 'cell-1', seen);
    await comes(async () => {
      expect(await offload()).toEqual({ 77: OffloadState.PRIMARY_CONNECTED_AND_SERVING_UES });
    });
    await report(primary, 'single_enodeb', 'cell-1', { ...seen, mme_connected: false });
    await comes(async () => {
      expect(await offload()).toEqual({ 77: OffloadState.NO_OP });
    });
  });
});
