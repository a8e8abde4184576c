import { create } from '@bufbuild/protobuf';
import { AnySchema, anyPack } from '@bufbuild/protobuf/wkt';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OrcError } from '../../../core/errors.ts';
import { MetricType } from '../../../proto/gen/metrics_pb.js';
import { MagmaDSchema } from '../../../proto/gen/orc8r/protos/mconfig/mconfigs_pb.js';
import { CheckStatelessResponse_AGWMode } from '../../../proto/gen/orc8r/protos/magmad_pb.js';
import { ServiceInfo_ApplicationHealth, ServiceInfo_ServiceState } from '../../../proto/gen/orc8r/protos/service303_pb.js';
import { type TestApi, testApi } from '../../../test/support/context.ts';
import { routes } from './index.ts';

const magmad = { autoupgrade_enabled: true, autoupgrade_poll_interval: 300, checkin_interval: 60, checkin_timeout: 10 };
const MAGMAD = 'type.googleapis.com/magma.mconfig.MagmaD';

let api: TestApi;
const post = async (name: string, body?: unknown, gateway = 'gw1') =>
  api.call('POST', `/networks/n1/gateways/${gateway}/command/${name}`, { body });
const answer = (method: string, message: unknown) => void api.fleet.answers.set(method, () => message);
const audit = () =>
  api.d1.sqlite
    .prepare("SELECT action, outcome, detail FROM audit WHERE action LIKE 'command.%' ORDER BY id")
    .all()
    .map((row) => Object.values(row).join(' '));

beforeEach(async () => {
  api = testApi(routes);
  await api.call('POST', '/networks', { body: { id: 'n1', name: 'n', description: 'd', dns: { enable_caching: false, local_ttl: 0 } } });
  await api.call('POST', '/networks/n1/tiers', { body: { id: 'base', version: '1', images: [], gateways: [] } });
  for (const id of ['gw1', 'bare']) {
    const device = id === 'bare' ? undefined : { hardware_id: 'hw1', key: { key_type: 'ECHO' } };
    await api.call('POST', '/networks/n1/gateways', { body: { id, name: 'g', description: 'd', magmad, tier: 'base', device } });
  }
});
afterEach(() => api.d1.close());

describe('what is asked of a gateway', () => {
  it('is answered as the gateway says, with an audit row and no record', async () => {
    answer('GetGatewayId', { gatewayId: 'hw1' });
    expect(await post('get_gateway_id')).toMatchObject({ status: 200, body: { gateway_id: 'hw1' }, trips: 2 });
    answer('CheckStateless', { agwMode: CheckStatelessResponse_AGWMode.CORRUPT });
    expect((await post('check_stateless')).body).toEqual({ agw_mode: 'CORRUPT' });
    expect(audit()).toEqual(['command.get_gateway_id ok {}', 'command.check_stateless ok {}']);
    expect(api.fleet.calls).toMatchObject([{ service: 'magmad', target: { hardwareId: 'hw1' } }, { method: 'CheckStateless' }]);
  });

  it('says why it cannot be', async () => {
    for (const name of ['get_gateway_id', 'get_configs', 'check_stateless']) {
      await expect(post(name, undefined, 'bare')).rejects.toMatchObject({ code: 'gateway_offline' });
      await expect(post(name, undefined, 'nobody')).rejects.toMatchObject({ code: 'not_found' });
    }
    api.fleet.answers.set('GetServiceInfo', () => {
      throw new OrcError('invalid', 'this gateway has no service mme');
    });
    await expect(post('get_service_info', { service: 'mme' })).rejects.toMatchObject({ code: 'invalid' });
    expect(audit().at(-1)).toBe('command.get_service_info refused {"service":"mme","code":"invalid"}');
  });

  it('shows the configuration as protobuf JSON, and what is not known as bytes', async () => {
    answer('GetConfigs', {
      configsByKey: {
        magmad: anyPack(MagmaDSchema, create(MagmaDSchema, { checkinInterval: 60 })),
        other: create(AnySchema, { typeUrl: 'type.googleapis.com/magma.mconfig.Later', value: Uint8Array.of(8, 1) }),
        broken: create(AnySchema, { typeUrl: MAGMAD, value: Uint8Array.of(255) }),
      },
      metadata: { createdAt: 1_767_182_400n },
    });
    expect((await post('get_configs')).body).toEqual({
      configs_by_key: {
        magmad: { '@type': MAGMAD, checkinInterval: 60 },
        other: { '@type': 'type.googleapis.com/magma.mconfig.Later', value: 'CAE=' },
        broken: { '@type': MAGMAD, value: '/w==' },
      },
      metadata: { created_at: 1_767_182_400 },
    });
    expect(audit()).toEqual(['command.get_configs ok {}']);
  });

  it('shows what a service says of itself, magmad unless another is named', async () => {
    answer('GetServiceInfo', {
      name: 'mme',
      version: '1.8',
      state: ServiceInfo_ServiceState.ALIVE,
      health: ServiceInfo_ApplicationHealth.APP_HEALTHY,
      startTimeSecs: 5n,
      status: { meta: { a: 'b' } },
    });
    const info = { name: 'mme', version: '1.8', state: 'ALIVE', health: 'APP_HEALTHY', start_time_secs: 5, meta: { a: 'b' } };
    expect((await post('get_service_info', { service: 'mme' })).body).toEqual(info);
    await post('get_service_info', {});
    expect(api.fleet.calls.map(({ service }) => service)).toEqual(['mme', 'magmad']);
    answer('GetServiceInfo', { state: 99, health: 99 });
    expect((await post('get_service_info', {})).body).toMatchObject({ state: 'UNKNOWN', health: 'APP_UNKNOWN' });
  });

  it('shows metrics of every kind, numbers as Prometheus writes them, names that came as numbers by name', async () => {
    const label = [{ name: 'service', value: 'mme' }];
    answer('GetMetrics', {
      family: [
        { name: '0', help: 'h', type: MetricType.GAUGE, metric: [{ label, gauge: { value: 1.5 }, timestampMs: 7n }] },
        { name: 'c', type: MetricType.COUNTER, metric: [{ counter: { value: Number.NaN } }] },
        { name: '999', type: MetricType.UNTYPED, metric: [{ untyped: { value: Number.NEGATIVE_INFINITY } }] },
        {
          name: 'h',
          type: MetricType.HISTOGRAM,
          metric: [
            {
              histogram: { sampleCount: 3n, sampleSum: 4.5, bucket: [{ upperBound: Number.POSITIVE_INFINITY, cumulativeCount: 3n }] },
            },
          ],
        },
        {
          name: 's',
          type: MetricType.SUMMARY,
          metric: [{ summary: { sampleCount: 2n, sampleSum: 1, quantile: [{ quantile: 0.5, value: 2 }] } }],
        },
      ],
    });
    expect((await post('get_metrics', { service: 'mme' })).body).toEqual({
      families: [
        {
          name: 'process_start_time_seconds',
          help: 'h',
          type: 'GAUGE',
          metrics: [{ labels: { service: 'mme' }, timestamp_ms: 7, value: '1.5' }],
        },
        { name: 'c', type: 'COUNTER', metrics: [{ labels: {}, value: 'NaN' }] },
        { name: '999', type: 'UNTYPED', metrics: [{ labels: {}, value: '-Inf' }] },
        {
          name: 'h',
          type: 'HISTOGRAM',
          metrics: [{ labels: {}, sample_count: 3, sample_sum: '4.5', buckets: [{ upper_bound: '+Inf', cumulative_count: 3 }] }],
        },
        {
          name: 's',
          type: 'SUMMARY',
          metrics: [{ labels: {}, sample_count: 2, sample_sum: '1', quantiles: [{ quantile: 0.5, value: '2' }] }],
        },
      ],
    });
  });
});

describe('what a gateway is told to do', () => {
  it('starts and stops services, and configures stateless operation', async () => {
    await post('start_services');
    await post('stop_services');
    await post('configure_stateless', { config_cmd: 'DISABLE' });
    expect(api.fleet.calls.map(({ method, request }) => [method, request])).toMatchObject([
      ['StartServices', {}],
      ['StopServices', {}],
      ['ConfigureStateless', { configCmd: 'DISABLE' }],
    ]);
    await expect(post('configure_stateless', { config_cmd: 'enable' })).rejects.toMatchObject({ code: 'invalid' });
  });

  it('traces the way to hosts', async () => {
    answer('RunNetworkTests', {
      traceroutes: [
        { hostOrIp: 'h', hops: [{ idx: 1, probes: [{ hostname: 'gw', ip: '10.0.0.1', rttMs: 0.5 }] }] },
        { hostOrIp: 'x', error: 'no such host' },
      ],
    });
    expect((await post('traceroute', { hosts: ['h', 'x'], max_hops: 5 })).body).toEqual({
      traceroutes: [
        { host_or_ip: 'h', hops: [{ idx: 1, probes: [{ hostname: 'gw', ip: '10.0.0.1', rtt_ms: 0.5 }] }] },
        { host_or_ip: 'x', hops: [], error: 'no such host' },
      ],
    });
    expect(api.fleet.calls).toMatchObject([{ request: { traceroutes: [{ hostOrIp: 'h', maxHops: 5 }, { hostOrIp: 'x' }] } }]);
    for (const body of [{ hosts: [] }, { hosts: ['-f'] }, { hosts: ['h'], max_hops: 65 }, { hosts: Array.from({ length: 11 }, () => 'h') }])
      await expect(post('traceroute', body)).rejects.toMatchObject({ code: 'invalid' });
  });

  it('hands over a configuration, whose content stays out of what is written down', async () => {
    await post('set_configs', { configs_by_key: { magmad: { '@type': MAGMAD, checkinInterval: 7_777_777 } }, metadata: { created_at: 5 } });
    expect(api.fleet.calls).toMatchObject([
      {
        method: 'SetConfigs',
        request: { configsByKey: { magmad: { '@type': MAGMAD, checkinInterval: 7_777_777 } }, metadata: { createdAt: '5' } },
      },
    ]);
    const { commands } = (await api.call('GET', '/networks/n1/gateways/gw1/commands')).body as { commands: object[] };
    expect(commands).toMatchObject([{ name: 'set_configs', state: 'done', detail: { services: ['magmad'] } }]);
    expect(JSON.stringify(commands)).not.toContain('7777777');
    const faulty = {
      magmad: { '@type': MAGMAD, checkinInterval: 'soon' },
      other: { '@type': 'type.googleapis.com/magma.mconfig.Nothing' },
    };
    await expect(post('set_configs', { configs_by_key: faulty })).rejects.toMatchObject({
      code: 'invalid',
      faults: [{ path: 'body.configs_by_key.magmad' }, { path: 'body.configs_by_key.other' }],
    });
    await expect(post('set_configs', { configs_by_key: { magmad: {} } })).rejects.toMatchObject({ code: 'invalid' });
  });
});
