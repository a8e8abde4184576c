import { fromBinary } from '@bufbuild/protobuf';
import { anyUnpack, BytesValueSchema } from '@bufbuild/protobuf/wkt';
import { describe, expect, it } from 'vitest';
import { OrcError } from '../../../core/errors.ts';
import { SouthboundConfigurator } from '../../../proto/gen/orc8r/cloud/go/services/configurator/protos/southbound_pb.js';
import { MetricsContainerSchema, MetricsController } from '../../../proto/gen/orc8r/protos/metricsd_pb.js';
import { CloudStateService, StateService } from '../../../proto/gen/orc8r/protos/state_pb.js';
import { Streamer } from '../../../proto/gen/orc8r/protos/streamer_pb.js';
import { build } from '../mconfig/testing/graph.ts';
import { configured, CREATED_AT } from '../mconfig/testing/graphs.ts';
import { mconfig } from '../mconfig/index.ts';
import { configs } from '../streams/configs.ts';
import { call, fakeContext } from './testing/fake-context.ts';
import { gatewayState } from './gateway-state.ts';
import { southbound } from './index.ts';
import { MAX_STATE_IDS, MAX_STATE_VALUE_BYTES, MAX_STATES_PER_REPORT } from './limits.ts';

const { reportStates, syncStates, deleteStates } = StateService.method;
const text = (value: string) => new TextEncoder().encode(value);
const gwState = { type: 'gw_state', deviceID: 'hw1', value: text('{"meta":{}}') };

describe('StateService', () => {
  it('stores what is reported, tells who waits for it, and names no unreported state', async () => {
    const { context, states, reported } = fakeContext();
    const [answer] = await call(southbound, reportStates, context, {
      states: [gwState, { ...gwState, type: 'single_enodeb', deviceID: 's1', version: 7n }],
    });
    expect(answer?.unreportedStates).toEqual([]);
    expect(states.list()).toEqual([
      { type: 'gw_state', deviceId: 'hw1', value: gwState.value, version: 0n, receivedAt: 1000, changed: true },
      { type: 'single_enodeb', deviceId: 's1', value: gwState.value, version: 7n, receivedAt: 1000, changed: true },
    ]);
    await call(southbound, reportStates, context, { states: [gwState] });
    expect(reported.map((given) => given.map(({ type, version, changed }) => [type, version, changed]))).toEqual([
      [
        ['gw_state', 0n, true],
        ['single_enodeb', 7n, true],
      ],
      [['gw_state', 1n, false]],
    ]);
  });

  it('keeps a value that is not JSON', async () => {
    const { context, states } = fakeContext();
    await call(southbound, reportStates, context, { states: [{ ...gwState, value: Uint8Array.of(0xff, 0) }] });
    expect(states.list()[0]?.value).toEqual(Uint8Array.of(0xff, 0));
  });

  const many = (count: number) => Array.from({ length: count }, (_, index) => ({ ...gwState, deviceID: `d${index}` }));
  it.each([
    ['an empty list', [], 'no states were given'],
    ['too many', many(MAX_STATES_PER_REPORT + 1), '50001 states in one request; at most 50000'],
  ])('refuses %s as invalid and stores nothing', async (_, states, message) => {
    const fake = fakeContext();
    const answer = call(southbound, reportStates, fake.context, { states });
    await expect(answer).rejects.toThrow(expect.objectContaining({ code: 'invalid', message: expect.stringContaining(message) }));
    expect(fake.states.list()).toEqual([]);
    expect(fake.reported).toEqual([]);
  });

  it('takes as many and as large as the limits allow', async () => {
    const { context, states } = fakeContext();
    await call(southbound, reportStates, context, { states: many(MAX_STATES_PER_REPORT) });
    await call(southbound, reportStates, context, { states: [{ ...gwState, value: new Uint8Array(MAX_STATE_VALUE_BYTES) }] });
    expect(states.list()).toHaveLength(MAX_STATES_PER_REPORT + 1);
  });

  it.each([
    [
      'whose value is too large',
      { value: new Uint8Array(MAX_STATE_VALUE_BYTES + 1) },
      'the value has 1048577 bytes; at most 1048576 are taken',
    ],
    ['without a type', { type: '' }, 'state.type must not be empty'],
    ['without a device', { deviceID: '' }, 'state.deviceID must not be empty'],
    ['of a device without end', { deviceID: 'x'.repeat(513) }, 'state.deviceID must have at most 512 characters'],
    ['of a version beyond counting', { version: 2n ** 53n }, 'the version must be at most 9007199254740991'],
  ])('names a state %s, and stores the others: a check-in does not fail for it', async (_, odd, error) => {
    const { context, states, reported } = fakeContext();
    const { type, deviceID, ...rest } = { ...gwState, type: 'single_enodeb', ...odd };
    const [answer] = await call(southbound, reportStates, context, { states: [{ type, deviceID, ...rest }, gwState] });
    expect(answer?.unreportedStates).toMatchObject([{ type, deviceID, error }]);
    expect(states.list().map((state) => state.type)).toEqual(['gw_state']);
    expect(reported).toMatchObject([[{ type: 'gw_state' }]]);
  });

  it('tells which states are missing here, as version 0, or held at another version', async () => {
    const { context } = fakeContext();
    const at = (deviceID: string, version: bigint) => ({ type: 'MME', deviceID, value: text('{}'), version });
    await call(southbound, reportStates, context, { states: [at('same', 3n), at('older', 2n), at('newer', 9n), at('zero', 0n)] });
    const ask = (deviceID: string, version: bigint) => ({ id: { type: 'MME', deviceID }, version });
    const [answer] = await call(southbound, syncStates, context, {
      states: [ask('same', 3n), ask('older', 3n), ask('newer', 3n), ask('zero', 0n), ask('missing', 3n), ask('unknown', 0n)],
    });
    expect(answer?.unsyncedStates.map(({ id, version }) => [id?.deviceID, version])).toEqual([
      ['older', 2n],
      ['newer', 9n],
      ['missing', 0n],
      ['unknown', 0n],
    ]);
    const [nameless] = await call(southbound, syncStates, context, { states: [{ version: 1n }] });
    expect(nameless?.unsyncedStates).toMatchObject([{ version: 0n }]);
    const endless = Array.from({ length: MAX_STATE_IDS + 1 }, () => ({}));
    await expect(call(southbound, syncStates, context, { states: endless })).rejects.toThrow('at most 100000');
  });

  it('deletes states, twice if need be, but only of the own network', async () => {
    const { context, states } = fakeContext();
    await call(southbound, reportStates, context, { states: many(2) });
    for (const networkID of ['', 'n1'])
      await call(southbound, deleteStates, context, { networkID, ids: [{ type: 'gw_state', deviceID: 'd0' }] });
    expect(states.list().map(({ deviceId }) => deviceId)).toEqual(['d1']);
    await expect(call(southbound, deleteStates, context, { networkID: 'n2', ids: [{ type: 'gw_state', deviceID: 'd1' }] })).rejects.toThrow(
      expect.objectContaining({ code: 'forbidden' }),
    );
    expect(states.list()).toHaveLength(1);
    const ids = many(MAX_STATE_IDS + 1).map(({ type, deviceID }) => ({ type, deviceID }));
    await expect(call(southbound, deleteStates, context, { ids })).rejects.toThrow('at most 100000');
  });
});

describe('CloudStateService', () => {
  const { getStates } = CloudStateService.method;
  const stored = { SerializedReportedState: Buffer.from('{"meta":{}}').toString('base64'), ReporterID: 'hw1', TimeMs: 1000 };

  /** A gateway that has reported itself and two subscribers, and somebody else a third. */
  async function reporting() {
    const { context, network } = fakeContext();
    const states = [gwState, ...['IMSI1', 'IMSI2'].map((deviceID) => ({ ...gwState, type: 'MME', deviceID, version: 7n }))];
    await call(southbound, reportStates, context, { states });
    network.tell('gw2', 'MME', 'IMSI3', {}, 1);
    return async (request: object) => (await call(southbound, getStates, context, request))[0]?.states ?? [];
  }

  it('shows a gateway what it reported itself, in the form of the original', async () => {
    const ask = await reporting();
    const ids = [
      { type: 'MME', deviceID: 'IMSI1' },
      { type: 'MME', deviceID: 'IMSI3' },
    ];
    const [only, ...more] = await ask({ networkID: 'n1', ids });
    expect(more).toEqual([]);
    expect(only).toMatchObject({ type: 'MME', deviceID: 'IMSI1', version: 7n });
    expect(JSON.parse(new TextDecoder().decode(only?.value))).toEqual({ ...stored, Version: 7 });
  });

  it.each([
    [{}, ['hw1', 'IMSI1', 'IMSI2']],
    [{ typeFilter: ['MME'] }, ['IMSI1', 'IMSI2']],
    [{ typeFilter: ['MME', 'gw_state'], idFilter: ['IMSI2', 'hw1'] }, ['hw1', 'IMSI2']],
    [{ idPrefix: 'IMSI' }, ['IMSI1', 'IMSI2']],
  ])('filters: %j', async (request, devices) => {
    const found = await (await reporting())(request);
    expect(found.map(({ deviceID }) => deviceID)).toEqual(devices);
    expect(found.every(({ value }) => value.byteLength === 0)).toBe(true);
    expect((await (await reporting())({ ...request, loadValues: true })).every(({ value }) => value.byteLength > 0)).toBe(true);
  });

  it('refuses another network, ids without text, and too many', async () => {
    const ask = await reporting();
    await expect(ask({ networkID: 'n2' })).rejects.toMatchObject({ code: 'forbidden' });
    await expect(ask({ ids: [{ type: '', deviceID: 'd' }] })).rejects.toMatchObject({ code: 'invalid' });
    await expect(ask({ idFilter: Array.from({ length: MAX_STATE_IDS + 1 }, () => 'd') })).rejects.toMatchObject({ code: 'invalid' });
  });
});

const stream = configs((input) => build(input, mconfig), { reads: ['magmad_gateway'], networkWide: ['network_probe_task'] });
const streams = async (name: string) =>
  name === 'configs' ? { updates: (await stream.render(configured)).updates(CREATED_AT) } : undefined;

describe('stream configs', () => {
  it('is one update under the gateway id, whose digest does not depend on the time', async () => {
    const { digest, updates } = await stream.render(configured);
    expect(digest).toMatch(/^[\da-f]{32}$/);
    expect((await stream.render(configured)).digest).toBe(digest);
    expect(updates(CREATED_AT).map(({ key }) => key)).toEqual(['gw1']);
    const document = JSON.parse(new TextDecoder().decode(updates(CREATED_AT)[0]?.value));
    expect(document).toMatchObject({ configsByKey: { magmad: { checkinInterval: 15 } }, metadata: { created_at: 1_790_000_000 } });
    expect(stream).toMatchObject({ reads: ['magmad_gateway'], networkWide: ['network_probe_task'] });
  });

  it('is answered to a poll as one batch with resync, whoever the request says is asking', async () => {
    const { context } = fakeContext(streams);
    const batches = await call(southbound, Streamer.method.getUpdates, context, { gatewayId: 'somebody else', streamName: 'configs' });
    expect(batches).toHaveLength(1);
    expect(batches[0]).toMatchObject({ resync: true, updates: [{ key: 'gw1', value: (await streams('configs'))?.updates[0]?.value }] });
  });

  it('is refused, never emptied, when there is no such stream or it cannot be made', async () => {
    const ask = (streamName: string, source: typeof streams) =>
      call(southbound, Streamer.method.getUpdates, fakeContext(source).context, { streamName });
    await expect(ask('policydb', streams)).rejects.toThrow(
      expect.objectContaining({ code: 'unavailable', message: 'stream policydb does not exist' }),
    );
    const broken = async () => Promise.reject(new TypeError('secret of the inside'));
    await expect(ask('configs', broken)).rejects.toThrow(
      expect.objectContaining({ code: 'aborted', message: 'the content of stream configs could not be made' }),
    );
    const told = async () => Promise.reject(new OrcError('aborted', 'network "n1" has no ran part'));
    await expect(ask('configs', told)).rejects.toThrow('network "n1" has no ran part');
  });

  it('is answered by GetMconfig with BytesValues of the JSON', async () => {
    const { context } = fakeContext(streams);
    const [answer] = await call(southbound, SouthboundConfigurator.method.getMconfig, context, {});
    expect(answer?.metadata?.createdAt).toBe(1_790_000_000n);
    expect(Object.keys(answer?.configsByKey ?? {})).toEqual([
      'control_proxy',
      'eventd',
      'magmad',
      'metricsd',
      'ovpn',
      'shared_mconfig',
      'state',
      'td-agent-bit',
    ]);
    const any = answer?.configsByKey['ovpn'];
    expect(any?.typeUrl).toBe('type.googleapis.com/google.protobuf.BytesValue');
    const json = new TextDecoder().decode(any && anyUnpack(any, BytesValueSchema)?.value);
    expect(json).toBe('{"@type":"type.googleapis.com/magma.mconfig.OpenVPN","enableShellAccess":true}');
    const none = fakeContext(async () => ({ updates: [] }));
    await expect(call(southbound, SouthboundConfigurator.method.getMconfig, none.context, {})).rejects.toThrow(
      expect.objectContaining({ code: 'aborted' }),
    );
  });

  it('has no door to the mconfig of another gateway', () => {
    expect(southbound.map(({ service, name }) => `${service.typeName}/${name}`)).not.toContain(
      'magma.orc8r.configurator.SouthboundConfigurator/GetMconfigInternal',
    );
  });
});

describe('MetricsController', () => {
  it('keeps metrics under the hardware id of the certificate', async () => {
    const { context, metrics } = fakeContext();
    const family = [{ name: 'cpu_percent', metric: [{ gauge: { value: 5 }, timestampMs: 9n }] }];
    await call(southbound, MetricsController.method.collect, context, { gatewayId: 'forged', family });
    expect(metrics.map((bytes) => fromBinary(MetricsContainerSchema, bytes))).toMatchObject([
      { gatewayId: 'hw1', family: [{ name: 'cpu_percent' }] },
    ]);
  });

  it('answers OK to no metrics and keeps nothing', async () => {
    const { context, metrics } = fakeContext();
    await expect(call(southbound, MetricsController.method.collect, context, {})).resolves.toHaveLength(1);
    expect(metrics).toEqual([]);
  });
});

describe('gw_state', () => {
  it('takes a real report, an empty one and keys it does not know', () => {
    const report = {
      machine_info: {
        cpu_info: { core_count: 4, threads_per_core: 1, architecture: 'x86_64', model_name: 'm' },
        network_info: {
          network_interfaces: [{ network_interface_id: 'eth0', status: 'UP', ip_addresses: ['10.0.0.1'], ipv6_addresses: null }],
          routing_table: [],
        },
      },
      meta: { enodeb_connected: '1' },
      platform_info: {
        vpn_ip: 'N/A',
        packages: [{ name: 'magma', version: '1.8.0' }],
        config_info: { mconfig_created_at: 1 },
        new_key: [1],
      },
      system_status: { time: 1, uptime_secs: 2, disk_partitions: [{ device: '/dev/sda', total: 1 }] },
      version: '1.8.0',
    };
    expect(gatewayState.schema.parse(report)).toEqual(report);
    expect(gatewayState.schema.safeParse({}).success).toBe(true);
  });

  it.each([[{ system_status: { time: 'noon' } }], [{ machine_info: 'a pc' }], ['text'], [{ meta: { a: 1 } }]])(
    'sees that %j does not fit',
    (value) => {
      expect(gatewayState.schema.safeParse(value).success).toBe(false);
    },
  );
});
