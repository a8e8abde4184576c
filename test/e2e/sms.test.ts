import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureNetwork } from '../../local/demo/network.ts';
import { type GetMessagesResponse, SmsD } from '../../proto/gen/lte/protos/sms_orc8r_pb.js';
import { addGateway, holderOf } from '../harness/identities.ts';
import { eventually, startTestPlatform, type TestPlatform } from '../harness/platform.ts';
import { connectRaw, type RawGateway } from '../harness/raw-gateway.ts';

const IMSI = 'IMSI001010000000077';
const SMS = '/magma/v1/lte/n/sms';

let test: TestPlatform;
let gateway: RawGateway;
let lastId = 0;

beforeAll(async () => {
  test = await startTestPlatform();
  await ensureNetwork(test.rest, 'n', 'n');
  gateway = await connectRaw(test, await holderOf(test, { subject: await addGateway(test, 'n', 'g1') }));
  await gateway.hello([]);
});
afterAll(() => test?.close());

async function call(method: 'GetMessages' | 'ReportDelivery', payload: Uint8Array): Promise<Uint8Array> {
  lastId += 1;
  const id = lastId;
  gateway.frame({ case: 'call', value: { id, path: `/${SmsD.typeName}/${method}`, payload } });
  const reply = await gateway.take('reply', (value) => value.id === id);
  expect(reply).toMatchObject({ code: 0, message: '' });
  return reply.payload;
}

async function poll(): Promise<GetMessagesResponse['messages']> {
  const { input, output } = SmsD.method.getMessages;
  return fromBinary(output, await call('GetMessages', toBinary(input, create(input, { imsis: [IMSI] })))).messages;
}

async function report(container: Uint8Array): Promise<void> {
  const { input } = SmsD.method.reportDelivery;
  await call('ReportDelivery', toBinary(input, create(input, { report: { imsi: IMSI, nasMessageContainer: container } })));
}

const send = async (message: string): Promise<string> =>
  (await test.rest.must('POST', SMS, { imsi: IMSI, source_msisdn: '+4915112345678', message })).body as string;
const shown = async (pk: string): Promise<Record<string, unknown>> =>
  (await test.rest.must('GET', `${SMS}/${pk}`)).body as Record<string, unknown>;
const given = (count: number) => eventually(poll, (messages) => messages.length === count);

describe('a short message', () => {
  it('goes from REST to the gateway that asks, and its delivery report back', async () => {
    expect(await poll()).toEqual([]);
    const pk = await send('Grüße €');
    expect(await shown(pk)).toMatchObject({ status: 'Waiting', attempt_count: 0 });
    const [message] = await given(1);
    const container = Buffer.from(message?.nasMessageContainer ?? []);
    expect(message?.imsi).toBe(IMSI);
    // CP-DATA and RP-DATA around an SMS-DELIVER from that number.
    expect(container.subarray(1, 2).toString('hex')).toBe('01');
    expect(container.toString('hex')).toContain('0d91945111325476f8');
    expect(await poll()).toEqual([]);
    expect(await shown(pk)).toMatchObject({ status: 'Waiting', attempt_count: 1, time_last_attempted: expect.any(String) });
    await report(Uint8Array.of(0x89, 0x01, 2, 0x02, container[4] ?? 0));
    expect(await shown(pk)).toMatchObject({ status: 'Delivered' });
  });

  it('of several segments is delivered with the last of them, and a refusal is kept with its reason', async () => {
    const pk = await send('x'.repeat(161));
    const references = (await given(2)).map(({ nasMessageContainer }) => nasMessageContainer[4] ?? 0);
    await report(Uint8Array.of(0x89, 0x01, 2, 0x02, references[1] ?? 0));
    expect(await shown(pk)).toMatchObject({ status: 'Waiting' });
    await report(Uint8Array.of(0x89, 0x01, 4, 0x04, references[0] ?? 0, 1, 22));
    expect(await shown(pk)).toMatchObject({ status: 'Waiting', error_status: expect.stringContaining('memory') });
  });

  it('that was deleted is not given to anybody', async () => {
    const pk = await send('never mind');
    await test.rest.must('DELETE', `${SMS}/${pk}`);
    const after = await send('this one');
    const messages = await given(1);
    await report(Uint8Array.of(0x89, 0x01, 2, 0x02, messages[0]?.nasMessageContainer[4] ?? 0));
    expect(await shown(after)).toMatchObject({ status: 'Delivered' });
  });
});
