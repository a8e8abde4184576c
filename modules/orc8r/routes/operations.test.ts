import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OrcError } from '../../../core/errors.ts';
import { type TestApi, testApi } from '../../../test/support/context.ts';
import { routes } from './index.ts';

const magmad = { autoupgrade_enabled: true, autoupgrade_poll_interval: 300, checkin_interval: 60, checkin_timeout: 10 };
const modules = [{ name: 'orc8r', version: '1.2.3', dependsOn: [], contributes: { streams: ['configs'] } }];

describe('commands', () => {
  let api: TestApi;
  /** As gateway objects wrote them down. */
  const audit = () => api.fleet.commands.audited.map(({ action, target, outcome, detail }) => ({ action, target, outcome, detail }));
  const command = (name: string, body?: unknown, id = 'gw1') => api.call('POST', `/networks/n1/gateways/${id}/command/${name}`, { body });
  const refusal = (name: string, body?: unknown, id = 'gw1') =>
    api.refusal('POST', `/networks/n1/gateways/${id}/command/${name}`, { body });

  beforeEach(async () => {
    api = testApi(routes, modules);
    await api.call('POST', '/networks', { body: { id: 'n1', name: 'n', description: 'd', dns: { enable_caching: false, local_ttl: 0 } } });
    await api.call('POST', '/networks/n1/tiers', { body: { id: 'base', version: '1', images: [], gateways: [] } });
    const device = { hardware_id: 'hw1', key: { key_type: 'ECHO' } };
    await api.call('POST', '/networks/n1/gateways', { body: { id: 'gw1', name: 'g', description: 'd', magmad, tier: 'base', device } });
    await api.call('POST', '/networks/n1/gateways', { body: { id: 'bare', name: 'g', description: 'd', magmad, tier: 'base' } });
    await api.call('PUT', '/networks/n1/allowed_commands', { body: { allow: [{ name: 'set' }, { name: 'nope' }] } });
  });
  afterEach(() => api.d1.close());

  it('reboots and restarts, with an empty answer and an audit row', async () => {
    expect(await command('reboot')).toEqual({ status: 200, body: undefined, etag: undefined, trips: 1 });
    expect(await command('restart_services', ['mme', 'sessiond'])).toMatchObject({ status: 200, body: undefined });
    const target = { networkId: 'n1', gatewayId: 'gw1', hardwareId: 'hw1' };
    expect(api.fleet.calls).toEqual([
      { target, service: 'magmad', method: 'Reboot', request: {} },
      { target, service: 'magmad', method: 'RestartServices', request: { services: ['mme', 'sessiond'] } },
    ]);
    expect(audit()).toEqual([
      { action: 'command.reboot', target: 'gw1', outcome: 'ok', detail: undefined },
      { action: 'command.restart_services', target: 'gw1', outcome: 'ok', detail: { services: ['mme', 'sessiond'] } },
    ]);
  });

  it('pings four packets unless told otherwise', async () => {
    api.fleet.answers.set('RunNetworkTests', () => ({
      pings: [
        { hostOrIp: '8.8.8.8', numPackets: 4, packetsTransmitted: 4, packetsReceived: 3, avgResponseMs: 1.5 },
        { hostOrIp: 'x.example', numPackets: 4, error: 'unknown host' },
      ],
    }));
    expect((await command('ping', { hosts: ['8.8.8.8', 'x.example'] })).body).toEqual({
      pings: [
        { host_or_ip: '8.8.8.8', num_packets: 4, packets_transmitted: 4, packets_received: 3, avg_response_ms: 1.5 },
        { host_or_ip: 'x.example', num_packets: 4, error: 'unknown host' },
      ],
    });
    expect(api.fleet.calls[0]?.request).toEqual({
      pings: [
        { hostOrIp: '8.8.8.8', numPackets: 4 },
        { hostOrIp: 'x.example', numPackets: 4 },
      ],
    });
    expect((await refusal('ping', { hosts: ['-f', 'a b'], packets: -1 })).faults.map((fault) => fault.path)).toEqual([
      'body.packets',
      'body.hosts[0]',
      'body.hosts[1]',
    ]);
    expect((await refusal('ping', {})).message).toBe('body.hosts: is required');
  });

  it('passes any JSON to generic commands, booleans too, and keeps parameters out of the audit', async () => {
    api.fleet.answers.set('GenericCommand', () => ({ response: { done: true, n: [1, null] } }));
    const params = { on: true, none: null, deep: { list: [false, 'x', 2.5] } };
    expect((await command('generic', { command: 'set', params })).body).toEqual({ response: { done: true, n: [1, null] } });
    expect(api.fleet.calls[0]?.request).toEqual({ command: 'set', params });
    expect(audit()).toEqual([{ action: 'command.generic', target: 'gw1', outcome: 'ok', detail: { command: 'set' } }]);
    expect((await refusal('generic', { params })).message).toBe('body.command: is required');
  });

  it('tells refusals and failures apart, in the answer and in the audit', async () => {
    api.fleet.answers.set('GenericCommand', () => {
      throw new OrcError('precondition_failed', 'because');
    });
    expect((await refusal('generic', { command: 'nope' })).code).toBe('not_found');
    api.fleet.away.add('hw1');
    expect((await refusal('reboot')).code).toBe('gateway_offline');
    expect((await refusal('reboot', undefined, 'bare')).code).toBe('gateway_offline');
    expect((await refusal('reboot', undefined, 'unknown')).code).toBe('not_found');
    expect(audit()).toEqual([
      { action: 'command.generic', target: 'gw1', outcome: 'refused', detail: { command: 'nope', code: 'not_found' } },
      { action: 'command.reboot', target: 'gw1', outcome: 'failed', detail: { code: 'gateway_offline' } },
    ]);
    // Without an object there is only the door to write it.
    const rows = api.d1.sqlite.prepare("SELECT action, target, outcome, detail FROM audit WHERE action LIKE 'command.%'").all();
    expect(rows.map((row) => ({ ...row }))).toEqual([
      { action: 'command.reboot', target: 'bare', outcome: 'failed', detail: '{"code":"gateway_offline"}' },
    ]);
  });

  it('says what runs here, and whether the store answers', async () => {
    expect((await api.call('GET', '/about/version')).body).toEqual({ container_image_version: '0.1.0', helm_chart_version: '0.1.0' });
    expect(await api.call('GET', '/about/services')).toMatchObject({
      trips: 1,
      body: {
        version: '0.1.0',
        health: 'ok',
        store: { reachable: true, round_trip_ms: 0 },
        services: [{ name: 'orc8r', version: '1.2.3', depends_on: [], contributes: { streams: ['configs'] }, health: 'ok' }],
      },
    });
  });

  it('shows convergence with totals that add up', async () => {
    const stream = (acked: number | null, nacked?: number) => ({
      stream: 'configs',
      desiredVersion: 7,
      sentVersion: 7,
      ackedVersion: acked,
      ackedAt: acked === null ? null : 50,
      nack: nacked === undefined ? null : { version: nacked, reason: 'bad', path: 'mme', at: 60 },
    });
    const gateway = (gatewayId: string, connected: boolean, streams: ReturnType<typeof stream>[]) => ({
      gatewayId,
      hardwareId: gatewayId === 'bare' ? null : `hw-${gatewayId}`,
      connected,
      connectedSince: connected ? 10 : null,
      lastCheckin: null,
      certificateExpiresAt: 99,
      roundTripMs: 0,
      streams,
    });
    api.fleet.convergences.set('n1', {
      networkId: 'n1',
      version: 7,
      gateways: [
        gateway('z', true, [stream(7)]),
        gateway('a', true, [stream(6)]),
        gateway('refuses', true, [stream(6, 7)]),
        gateway('refused_before', true, [stream(7, 6)]),
        gateway('waits', true, [stream(5, 6)]),
        gateway('new', true, []),
        gateway('bare', false, []),
        gateway('off', false, [stream(7)]),
      ],
    });
    const { body, trips } = await api.call('GET', '/networks/n1/convergence');
    expect(trips).toBe(1);
    const report = body as { totals: unknown; gateways: { id: string; state: string }[] };
    expect(report.totals).toEqual({ gateways: 8, connected: 6, in_sync: 2, pending: 3, rejected: 1, offline: 2 });
    expect(Object.fromEntries(report.gateways.map(({ id, state }) => [id, state]))).toEqual({
      a: 'pending',
      bare: 'offline',
      new: 'pending',
      off: 'offline',
      refused_before: 'in_sync',
      refuses: 'rejected',
      waits: 'pending',
      z: 'in_sync',
    });
    expect(report.gateways[4]).toEqual({
      id: 'refused_before',
      hardware_id: 'hw-refused_before',
      state: 'in_sync',
      connected: true,
      connected_since: 10,
      last_checkin: null,
      certificate_expires_at: 99,
      round_trip_ms: 0,
      streams: [
        {
          stream: 'configs',
          desired_version: 7,
          sent_version: 7,
          acked_version: 7,
          acked_at: 50,
          nack: { version: 6, reason: 'bad', path: 'mme', at: 60 },
        },
      ],
    });
    api.d1.sqlite.exec("UPDATE networks SET version = 8 WHERE id = 'n1'");
    const { totals } = (await api.call('GET', '/networks/n1/convergence')).body as { totals: unknown };
    // Who should have what of the newest commit is not known yet.
    expect(totals).toEqual({ gateways: 8, connected: 6, in_sync: 0, pending: 5, rejected: 1, offline: 2 });
    expect((await api.refusal('GET', '/networks/nope/convergence')).code).toBe('not_found');
  });
});

describe('every route', () => {
  it('has an id of its own, a permission, and answers that are described', () => {
    const ids = routes.map((route) => route.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const route of routes) {
      expect(route.permission.action, route.operationId).toBe(route.method === 'get' ? 'read' : 'write');
      expect(Object.keys(route.responses).length, route.operationId).toBeGreaterThan(0);
      expect(route.summary.length, route.operationId).toBeGreaterThan(10);
    }
  });
});
