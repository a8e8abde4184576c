import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prefixMessage, unprefixMessages } from '../../core/wire/grpc.ts';
import { ensureNetwork } from '../../local/demo/network.ts';
import {
  CallTraceController,
  CallTraceService,
  EndTraceRequestSchema,
  EndTraceResponseSchema,
  ReportEndedTraceRequestSchema,
  StartTraceRequestSchema,
  StartTraceResponseSchema,
} from '../../proto/gen/orc8r/protos/ctraced_pb.js';
import { addGateway, auditOf, holderOf } from '../harness/identities.ts';
import { startTestPlatform, type TestPlatform } from '../harness/platform.ts';
import { connectRaw, type RawGateway } from '../harness/raw-gateway.ts';
import { seenAs } from '../harness/views.ts';

const NETWORK = 'traced';
const TRACES = `/magma/v1/networks/${NETWORK}/tracing`;
const START = `/${CallTraceService.typeName}/StartCallTrace`;
const END = `/${CallTraceService.typeName}/EndCallTrace`;
const OK = { 'grpc-status': '0' };
/** Plain text, so that the REST client's answer shows it byte for byte; more than one part of what a gateway's object keeps in a row. */
const CAPTURE = 'capture '.repeat(200_000);

let test: TestPlatform;
let hardwareId: string;
/** The gateway with its ctraced, played by the test. */
let gateway: RawGateway;

beforeAll(async () => {
  test = await startTestPlatform();
  await ensureNetwork(test.rest, NETWORK, NETWORK);
  hardwareId = await addGateway(test, NETWORK, 'gw1');
  await addGateway(test, NETWORK, 'away');
  gateway = await connectRaw(test, await holderOf(test, { subject: hardwareId }));
  await gateway.hello();
});

afterAll(async () => {
  await gateway?.end();
  await test?.close();
});

const traceOf = (trace_id: string, gateway_id = 'gw1') => ({ trace_id, trace_type: 'GATEWAY', gateway_id, timeout: 60 });
const start = (id: string, gatewayId?: string) => test.rest.call('POST', TRACES, traceOf(id, gatewayId));
const end = (id: string) => test.rest.call('PUT', `${TRACES}/${id}`, { requested_end: true });
const download = (id: string) => test.rest.call('GET', `${TRACES}/${id}/download`);
const bytes = (text: string) => new TextEncoder().encode(text);

/** The next call of the platform to the gateway's ctraced. */
async function asked(path: string): Promise<{ reqId: number; message: Uint8Array }> {
  const { reqId, reqBody } = await gateway.take('syncRequest', (value) => value.reqBody?.path === path);
  expect(reqBody).toMatchObject({ gwId: hardwareId, authority: 'ctraced' });
  const [message] = unprefixMessages(reqBody?.payload ?? new Uint8Array());
  return { reqId, message: message ?? new Uint8Array() };
}

const answer = (reqId: number, payload: Uint8Array) =>
  gateway.frame({ case: 'syncResponse', value: { reqId, respBody: { status: '200', headers: OK, payload: prefixMessage(payload) } } });

async function started(id: string): Promise<void> {
  const starting = start(id);
  const { reqId } = await asked(START);
  answer(reqId, toBinary(StartTraceResponseSchema, create(StartTraceResponseSchema, { success: true })));
  expect(await starting).toMatchObject({ status: 201, body: id });
}

describe('a call trace', () => {
  it('is started on the gateway, ended, and downloaded', async () => {
    const starting = start('t1');
    const asking = await asked(START);
    expect(fromBinary(StartTraceRequestSchema, asking.message)).toMatchObject({ traceId: 't1', timeout: 60 });
    expect(await test.rest.call('GET', `${TRACES}/t1`)).toMatchObject({ status: 404 });
    answer(asking.reqId, toBinary(StartTraceResponseSchema, create(StartTraceResponseSchema, { success: true })));
    expect(await starting).toMatchObject({ status: 201, body: 't1' });
    expect(await start('t1')).toMatchObject({ status: 409 });
    expect(await download('t1')).toMatchObject({ status: 404 });

    const ending = end('t1');
    const { reqId, message } = await asked(END);
    expect(fromBinary(EndTraceRequestSchema, message).traceId).toBe('t1');
    answer(reqId, toBinary(EndTraceResponseSchema, create(EndTraceResponseSchema, { success: true, traceContent: bytes(CAPTURE) })));
    expect(await ending).toMatchObject({ status: 204 });
    expect(await download('t1')).toMatchObject({
      status: 200,
      headers: { 'content-type': 'application/pcapng', 'content-disposition': 'attachment; filename="t1.pcapng"' },
      body: CAPTURE,
    });
    expect((await test.rest.call('GET', TRACES)).body).toEqual({
      t1: { config: traceOf('t1'), state: { call_trace_available: true, call_trace_ending: true } },
    });
    expect(await end('t1')).toMatchObject({ status: 400 });

    expect(await test.rest.call('DELETE', `${TRACES}/t1`)).toMatchObject({ status: 204 });
    expect(await download('t1')).toMatchObject({ status: 404 });
    const rows = (await auditOf(test, 't1')).map(({ action, outcome }) => `${action} ${outcome}`);
    expect(rows).toEqual(['call_trace.create ok', 'call_trace.end ok', 'call_trace.delete ok']);
  });

  it('may say that it is at work before it hands over the capture', async () => {
    await started('slow');
    const ending = end('slow');
    const { reqId } = await asked(END);
    gateway.frame({ case: 'syncResponse', value: { reqId, respBody: { keepConnActive: true } } });
    answer(reqId, toBinary(EndTraceResponseSchema, create(EndTraceResponseSchema, { success: true, traceContent: bytes('late') })));
    expect(await ending).toMatchObject({ status: 204 });
    expect((await download('slow')).body).toBe('late');
  });

  it('that ended by itself is reported by its gateway', async () => {
    await started('timed');
    const payload = toBinary(
      ReportEndedTraceRequestSchema,
      create(ReportEndedTraceRequestSchema, { traceId: 'timed', success: true, traceContent: bytes('timed out') }),
    );
    gateway.frame({ case: 'call', value: { id: 1, path: `/${CallTraceController.typeName}/ReportEndedCallTrace`, payload } });
    expect(await gateway.take('reply', ({ id }) => id === 1)).toMatchObject({ code: 0 });
    expect((await download('timed')).body).toBe('timed out');
    expect(await end('timed')).toMatchObject({ status: 400 });
  });

  it('is not stored when the gateway is away or will not', async () => {
    expect(await start('t2', 'away')).toMatchObject({ status: 500, body: { code: 'gateway_offline' } });
    const starting = start('t2');
    const { reqId } = await asked(START);
    answer(reqId, toBinary(StartTraceResponseSchema, create(StartTraceResponseSchema)));
    expect(await starting).toMatchObject({ status: 503 });
    expect(await test.rest.call('GET', `${TRACES}/t2`)).toMatchObject({ status: 404 });
  });

  it('is refused by a gateway that has no ctraced, which says so, and is not stored', async () => {
    const agent = await test.join(NETWORK, 'bare');
    expect(await start('t3', 'bare')).toMatchObject({
      status: 400,
      body: { code: 'invalid', message: 'this gateway has no service ctraced' },
    });
    expect(await test.rest.call('GET', `${TRACES}/t3`)).toMatchObject({ status: 404 });
    await seenAs(test, NETWORK, 'bare', 'in_sync');
    await agent.stop();
  });
});
