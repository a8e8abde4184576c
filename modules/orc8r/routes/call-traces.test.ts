import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OrcError } from '../../../core/errors.ts';
import { CallTraceController, StartTraceRequest_TraceType } from '../../../proto/gen/orc8r/protos/ctraced_pb.js';
import { type TestApi, testApi } from '../../../test/support/context.ts';
import { callTraceController } from '../southbound/call-trace-controller.ts';
import { call, fakeContext } from '../southbound/testing/fake-context.ts';
import { routes } from './index.ts';

const magmad = { autoupgrade_enabled: true, autoupgrade_poll_interval: 300, checkin_interval: 60, checkin_timeout: 10 };
const trace = { trace_id: 't1', trace_type: 'GATEWAY', gateway_id: 'gw1', timeout: 60, capture_filters: 'sctp', display_filters: 's1ap' };
const target = { networkId: 'n1', gatewayId: 'gw1', hardwareId: 'hw1' };
const CAPTURE = Uint8Array.of(0x0a, 0x0d, 0x0d, 0x0a);

describe('call traces', () => {
  let api: TestApi;
  const path = '/networks/n1/tracing';
  const post = (body: unknown = trace) => api.call('POST', path, { body });
  const end = (requested_end: unknown = true) => api.call('PUT', `${path}/t1`, { body: { requested_end } });
  const read = async () => (await api.call('GET', `${path}/t1`)).body;
  const audit = () =>
    api.d1.sqlite
      .prepare("SELECT action, actor, target, outcome FROM audit WHERE action LIKE 'call_trace.%' ORDER BY id")
      .all()
      .map((row) => Object.values(row).join(' '));

  beforeEach(async () => {
    api = testApi(routes);
    api.fleet.answers.set('StartCallTrace', () => ({ success: true }));
    api.fleet.answers.set('EndCallTrace', () => ({ success: true, traceContent: CAPTURE }));
    await api.call('POST', '/networks', { body: { id: 'n1', name: 'n', description: 'd', dns: { enable_caching: false, local_ttl: 0 } } });
    await api.call('POST', '/networks/n1/tiers', { body: { id: 'base', version: '1', images: [], gateways: [] } });
    const device = { hardware_id: 'hw1', key: { key_type: 'ECHO' } };
    await api.call('POST', '/networks/n1/gateways', { body: { id: 'gw1', name: 'g', description: 'd', magmad, tier: 'base', device } });
    await api.call('POST', '/networks/n1/gateways', { body: { id: 'bare', name: 'g', description: 'd', magmad, tier: 'base' } });
  });
  afterEach(() => api.d1.close());

  it('start on the gateway first and are stored then', async () => {
    expect(await post()).toMatchObject({ status: 201, body: 't1', trips: 2 });
    expect(api.fleet.calls).toEqual([
      {
        target,
        service: 'ctraced',
        method: 'StartCallTrace',
        request: {
          traceId: 't1',
          traceType: StartTraceRequest_TraceType.ALL,
          timeout: 60,
          captureFilters: 'sctp',
          displayFilters: 's1ap',
        },
      },
    ]);
    expect(await read()).toEqual({ config: trace, state: {} });
    expect((await api.call('GET', path)).body).toEqual({ t1: await read() });
    expect(audit()).toEqual(['call_trace.create operator:admin t1 ok']);
  });

  it('are not stored when the gateway is away, does not start them, or has no hardware', async () => {
    api.fleet.answers.set('StartCallTrace', () => {
      throw new OrcError('gateway_offline', 'away');
    });
    expect(await api.refusal('POST', path, { body: trace })).toMatchObject({ code: 'gateway_offline' });
    api.fleet.answers.set('StartCallTrace', () => ({ success: false }));
    expect(await api.refusal('POST', path, { body: trace })).toMatchObject({ code: 'unavailable' });
    expect(await api.refusal('POST', path, { body: { ...trace, gateway_id: 'bare' } })).toMatchObject({ code: 'gateway_offline' });
    expect((await api.call('GET', path)).body).toEqual({});
    expect(audit()).toEqual(Array(3).fill('call_trace.create operator:admin t1 failed'));
  });

  it('are refused as duplicates, for unknown gateways and networks, and with ids that name no file', async () => {
    await post();
    expect(await api.refusal('POST', path, { body: trace })).toMatchObject({ code: 'conflict' });
    expect((await api.refusal('POST', path, { body: {} })).faults).toContainEqual({ path: 'body.gateway_id', message: 'is required' });
    expect(await api.refusal('POST', path, { body: { ...trace, trace_id: 't2', gateway_id: 'none' } })).toMatchObject({
      code: 'invalid',
      faults: [{ path: 'body.gateway_id', message: expect.any(String) }],
    });
    expect(await api.refusal('POST', '/networks/none/tracing', { body: trace })).toMatchObject({ code: 'not_found' });
    for (const trace_id of ['', '../x', 'a"b', ' a'])
      expect(await api.refusal('POST', path, { body: { ...trace, trace_id } })).toMatchObject({ code: 'invalid' });
    expect(api.fleet.calls).toHaveLength(1);
  });

  it('are ended once, and their capture can be downloaded', async () => {
    await post();
    expect(await api.refusal('GET', `${path}/t1/download`)).toMatchObject({ code: 'not_found' });
    expect(await api.refusal('PUT', `${path}/t1`, { body: { requested_end: false } })).toMatchObject({ code: 'invalid' });
    expect(await end()).toMatchObject({ status: 204, trips: 2 });
    expect(api.fleet.calls.at(-1)).toMatchObject({ target, service: 'ctraced', method: 'EndCallTrace', request: { traceId: 't1' } });
    expect(await read()).toMatchObject({ state: { call_trace_available: true, call_trace_ending: true } });
    expect(Object.values((await api.call('GET', `${path}/t1/download`)).body as object)).toEqual([...CAPTURE]);
    expect(await api.refusal('PUT', `${path}/t1`, { body: { requested_end: true } })).toMatchObject({ code: 'invalid' });
    expect(audit()).toEqual(['call_trace.create operator:admin t1 ok', 'call_trace.end operator:admin t1 ok']);
  });

  it('stay open when the gateway does not end them', async () => {
    await post();
    api.fleet.answers.set('EndCallTrace', () => ({ success: false }));
    expect(await api.refusal('PUT', `${path}/t1`, { body: { requested_end: true } })).toMatchObject({ code: 'unavailable' });
    api.fleet.answers.set('EndCallTrace', () => ({ success: true, traceContent: CAPTURE }));
    expect(await end()).toMatchObject({ status: 204 });
    expect(await api.refusal('PUT', `${path}/none`, { body: { requested_end: true } })).toMatchObject({ code: 'not_found' });
  });

  it('go with their capture, also when there is none', async () => {
    await post();
    await end();
    expect(api.fleet.kept.size).toBe(1);
    expect(await api.call('DELETE', `${path}/t1`)).toMatchObject({ status: 204 });
    expect(api.fleet.kept.size).toBe(0);
    expect(await api.refusal('GET', `${path}/t1`)).toMatchObject({ code: 'not_found' });
    expect(await api.call('DELETE', `${path}/t1`)).toMatchObject({ status: 204 });
  });

  it('cannot be tried out, and a tried deletion keeps the capture', async () => {
    expect(await api.refusal('POST', path, { body: trace, dryRun: true })).toMatchObject({ code: 'invalid' });
    await post();
    await end();
    await api.call('DELETE', `${path}/t1`, { dryRun: true });
    expect(api.fleet.kept.size).toBe(1);
  });

  describe('that ended by themselves', () => {
    const { reportEndedCallTrace } = CallTraceController.method;
    const report = (request: object, context = fakeContext(undefined, api.d1.d1)) =>
      call(callTraceController, reportEndedCallTrace, context.context, request).then(() => context.captures);

    it('are reported by their gateway, with or without a capture', async () => {
      await post();
      expect((await report({ traceId: 't1', success: false })).size).toBe(0);
      expect(await read()).toEqual({ config: trace, state: {} });
      expect((await report({ traceId: 't1', success: true, traceContent: CAPTURE })).get('t1')).toEqual(CAPTURE);
      expect(await read()).toMatchObject({ state: { call_trace_available: true, call_trace_ending: true } });
    });

    it('are unknown to other gateways', async () => {
      await post();
      const other = fakeContext(undefined, api.d1.d1);
      const context = { ...other, context: { ...other.context, gatewayId: 'gw2' } };
      await expect(report({ traceId: 't1', success: true, traceContent: CAPTURE }, context)).rejects.toMatchObject({ code: 'not_found' });
      await expect(report({ traceId: 't9', success: true })).rejects.toMatchObject({ code: 'not_found' });
      expect(other.captures.size).toBe(0);
    });
  });
});
