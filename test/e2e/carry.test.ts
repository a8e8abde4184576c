import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GrpcClient } from '../../agent/testing/grpc-client.ts';
import { type LocalService, LOCAL_PATH, startLocalService } from '../../agent/testing/local-service.ts';
import { unprefixMessage } from '../../core/wire/grpc.ts';
import { ensureNetwork, lteGateway } from '../../local/demo/network.ts';
import { GatewayConfigsSchema } from '../../proto/gen/orc8r/protos/mconfig_pb.js';
import { ReportStatesRequestSchema } from '../../proto/gen/orc8r/protos/state_pb.js';
import { type CarriedGateway, carryGateway } from '../harness/carrier.ts';
import { endCommands } from '../harness/command.ts';
import { postStreamed } from '../harness/streaming.ts';
import { eventually, startTestPlatform, type TestPlatform } from '../harness/platform.ts';
import { Uplink } from '../harness/uplink.ts';
import { viewOf } from '../harness/views.ts';

const NETWORK = 'carried';

let test: TestPlatform;
let uplink: Uplink;
let mobilityd: LocalService;
let gateway: CarriedGateway;
const clients: GrpcClient[] = [];

beforeAll(async () => {
  test = await startTestPlatform();
  uplink = await Uplink.open(test.platform.addresses.controller);
  mobilityd = await startLocalService();
  await ensureNetwork(test.rest, NETWORK, NETWORK);
  gateway = await carryGateway(test, 'gw1', { controller: uplink.address, services: { mobilityd: mobilityd.port } });
});
afterAll(async () => {
  for (const client of clients) client.close();
  await gateway?.stop();
  endCommands();
  await uplink?.close();
  await mobilityd?.close();
  await test?.close();
});

const status = () => test.rest.call('GET', `/magma/v1/networks/${NETWORK}/gateways/gw1/status`);
const command = (name: string, body: unknown) => test.rest.call('POST', `/magma/v1/networks/${NETWORK}/gateways/gw1/command/${name}`, body);

function client(authority: string): GrpcClient {
  const made = new GrpcClient(gateway.address(), { authority });
  clients.push(made);
  return made;
}

/** What a check-in ends with, until it is as it should be. */
const checkIn = (wanted: string) =>
  eventually(
    async () => (await gateway.magmad.reportStates()).code,
    (code) => code === wanted,
  );

describe('an unmodified magmad behind the agent', () => {
  it('bootstraps over TLS against the root that the agent wrote, once it is registered', async () => {
    await expect(gateway.magmad.bootstrap()).rejects.toThrow(/GetChallenge: NOT_FOUND/);
    await test.rest.must('POST', `/magma/v1/lte/${NETWORK}/gateways`, lteGateway('gw1', gateway.magmad.identity));
    expect(await gateway.magmad.bootstrap()).toMatch(/^[0-9A-F]+$/);
  });

  it('checks in at once, without waiting for a second round', async () => {
    expect(await gateway.magmad.reportStates({ who: 'stand-in' })).toMatchObject({ code: 'OK', details: '' });
    const { body } = await eventually(status, ({ status: code }) => code === 200);
    expect(body).toMatchObject({ hardware_id: gateway.magmad.hardwareId, meta: { who: 'stand-in' } });
  });

  it('polls its configuration', async () => {
    const { configsByKey, metadata } = await gateway.magmad.configs();
    expect(configsByKey['magmad']).toMatchObject({ '@type': 'type.googleapis.com/magma.mconfig.MagmaD', checkinInterval: 15 });
    expect(metadata.created_at).toBeGreaterThan(0);
  });

  it('takes the commands of the cloud on its SyncRPC stream; before, the agent stands in', async () => {
    const alone = await command('ping', { hosts: ['127.0.0.1'], packets: 1 });
    expect(alone).toMatchObject({ status: 200, body: { pings: [{ host_or_ip: '127.0.0.1' }] } });
    await gateway.magmad.takeCalls();
    const relayed = await eventually(
      () => command('ping', { hosts: ['127.0.0.1'], packets: 1 }),
      ({ body }) => JSON.stringify(body).includes('stand-in'),
    );
    expect(relayed).toMatchObject({ status: 200, body: { pings: [{ host_or_ip: 'stand-in', packets_received: 1 }] } });
    expect(gateway.magmad.calls[0]).toMatchObject({
      reqBody: {
        gwId: gateway.magmad.hardwareId,
        authority: 'magmad',
        path: '/magma.orc8r.Magmad/RunNetworkTests',
        headers: { te: 'trailers', 'content-type': 'application/grpc' },
      },
    });
    expect(await command('reboot', undefined)).toMatchObject({
      status: 400,
      body: { message: expect.stringContaining('Method not found!') },
    });
  });

  it('answers all the other calls of the cloud itself', async () => {
    const done = { status: 200, body: undefined };
    expect(await command('start_services', undefined)).toMatchObject(done);
    expect(await command('stop_services', undefined)).toMatchObject(done);
    expect(await command('configure_stateless', { config_cmd: 'ENABLE' })).toMatchObject(done);
    expect(await command('check_stateless', undefined)).toMatchObject({ status: 200, body: { agw_mode: 'STATELESS' } });
    expect(await command('get_gateway_id', undefined)).toMatchObject({ status: 200, body: { gateway_id: gateway.magmad.hardwareId } });
    const type = 'type.googleapis.com/magma.mconfig.MagmaD';
    const configs = { configs_by_key: { magmad: { '@type': type, checkinInterval: 61 } }, metadata: { created_at: 1_767_182_400 } };
    expect(await command('get_configs', undefined)).toMatchObject({ status: 200, body: configs });
    expect(await command('set_configs', configs)).toMatchObject(done);
    const { reqBody } = gateway.magmad.calls.at(-1) ?? {};
    expect(reqBody?.path).toBe('/magma.orc8r.Magmad/SetConfigs');
    const { configsByKey } = fromBinary(GatewayConfigsSchema, unprefixMessage(reqBody?.payload ?? new Uint8Array()));
    expect(configsByKey['magmad']).toMatchObject({ typeUrl: type });
    expect(await command('get_service_info', { service: 'mobilityd' })).toMatchObject({
      status: 200,
      body: { name: 'mobilityd', version: '1.8', state: 'ALIVE', health: 'APP_UNKNOWN' },
    });
    expect(gateway.magmad.calls.at(-1)).toMatchObject({
      reqBody: { authority: 'mobilityd', path: '/magma.orc8r.Service303/GetServiceInfo' },
    });
    expect(await command('get_metrics', { service: 'mobilityd' })).toMatchObject({
      status: 200,
      body: { families: [{ name: 'sessions', type: 'GAUGE', metrics: [{ labels: {}, value: '3' }] }] },
    });
  });

  it('streams its logs line by line, to the end or until nobody follows any more', async () => {
    const path = `/magma/v1/networks/${NETWORK}/gateways/gw1/command/tail_logs`;
    const log = await postStreamed(test, path, { service: 'mme' });
    await log.until('mme begins\n');
    gateway.magmad.logLine('one\n');
    await log.until('one\n');
    gateway.magmad.logLine('two');
    expect(await log.until('two')).toBe('mme begins\none\ntwo\n');
    gateway.magmad.endLogs();
    expect([await log.end, log.text()]).toEqual(['complete', 'mme begins\none\ntwo\n']);
    const left = await postStreamed(test, path, { service: 'mme' });
    await left.until('mme begins\n');
    expect(gateway.magmad.tails).toBe(1);
    left.leave();
    await eventually(
      async () => gateway.magmad.tails,
      (tails) => tails === 0,
    );
    const broken = await postStreamed(test, path, { service: 'mme' });
    await broken.until('mme begins\n');
    gateway.magmad.hangUp();
    expect(await broken.end).toBe('broken off');
    await gateway.magmad.takeCalls();
    await eventually(
      () => command('get_gateway_id', undefined),
      ({ body }) => JSON.stringify(body).includes(gateway.magmad.hardwareId),
    );
  });

  it('keeps status, reason and trailers of the cloud', async () => {
    const state = client('state-controller.magma.test');
    const empty = toBinary(ReportStatesRequestSchema, create(ReportStatesRequestSchema, {}));
    expect(await state.call('/magma.orc8r.StateService/ReportStates', empty)).toMatchObject({ code: 'INVALID_ARGUMENT', messages: [] });
    expect(await state.call('/magma.orc8r.StateService/ReportStates', Uint8Array.of(0xff))).toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect(await state.call('/magma.orc8r.Nobody/Home', empty)).toMatchObject({
      code: 'UNIMPLEMENTED',
      details: expect.stringContaining('Nobody'),
    });
  });

  it('calls the services of its machine by name', async () => {
    const answer = await client('mobilityd.local').call(`${LOCAL_PATH}/Echo`, Uint8Array.of(1, 2, 3));
    expect(answer).toMatchObject({ code: 'OK', messages: [Buffer.of(1, 2, 3)] });
  });
});

describe('what goes wrong', () => {
  it('a lost uplink is UNAVAILABLE at once, also for calls in the middle, and mends itself', async () => {
    const running = Array.from({ length: 200 }, () => gateway.magmad.reportStates());
    uplink.cut();
    for (const { code } of await Promise.all(running)) expect(['OK', 'UNAVAILABLE']).toContain(code);
    const asked = performance.now();
    expect((await gateway.magmad.reportStates()).code).toBe('UNAVAILABLE');
    expect(performance.now() - asked).toBeLessThan(1000);
    uplink.mend();
    await checkIn('OK');
    const relayed = await eventually(
      () => command('ping', { hosts: ['127.0.0.1'], packets: 1 }),
      ({ status: code }) => code === 200,
    );
    expect(relayed.body).toMatchObject({ pings: [{ host_or_ip: 'stand-in' }] });
  });

  it('a new certificate is taken up while magmad goes on', async () => {
    const [first] = await certificates();
    const serial = await gateway.magmad.bootstrap();
    expect(serial).not.toBe(first);
    expect((await gateway.magmad.reportStates()).code).toBe('OK');
    await eventually(
      async () => gateway.log(),
      (log) => log.includes(`serial=${serial}`),
    );
    await checkIn('OK');
  });

  it('magmad has control_proxy restarted: everything comes back by itself', async () => {
    await gateway.restart();
    await checkIn('OK');
    const { end } = await gateway.magmad.takeCalls();
    const relayed = await eventually(
      () => command('ping', { hosts: ['127.0.0.1'], packets: 1 }),
      ({ body }) => JSON.stringify(body).includes('stand-in'),
    );
    expect(relayed.status).toBe(200);
    gateway.magmad.hangUp();
    expect((await end).code).toBe('OK');
  });

  it('a gateway that is deleted hears PERMISSION_DENIED, which makes magmad bootstrap again, and then works', async () => {
    await test.rest.must('DELETE', `/magma/v1/lte/${NETWORK}/gateways/gw1`);
    await checkIn('PERMISSION_DENIED');
    await test.rest.must('POST', `/magma/v1/lte/${NETWORK}/gateways`, lteGateway('gw1', gateway.magmad.identity));
    await gateway.magmad.bootstrap();
    await checkIn('OK');
    expect(await viewOf(test, NETWORK, 'gw1')).toMatchObject({ connected: true });
  });
});

async function certificates(): Promise<string[]> {
  return [...gateway.log().matchAll(/gateway certificate found {2}serial=(\w+)/g)].map(([, serial]) => serial ?? '');
}
