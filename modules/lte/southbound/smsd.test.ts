import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commit } from '../../../core/configurator/commit.ts';
import { loadPage } from '../../../core/configurator/load.ts';
import { Database } from '../../../core/db/database.ts';
import { OrcError } from '../../../core/errors.ts';
import { entityKey } from '../../../core/configurator/model.ts';
import type { ContentReader } from '../../../core/module/content.ts';
import type { GatewayContext } from '../../../core/module/facets.ts';
import { SmsD } from '../../../proto/gen/lte/protos/sms_orc8r_pb.js';
import { testD1, type TestD1 } from '../../../test/support/d1.ts';
import { call, fakeContext } from '../../orc8r/southbound/testing/fake-context.ts';
import { waitingMessages } from '../contents/waiting-messages.ts';
import { SMS_MESSAGE } from '../services/entity-types.ts';
import { createSms, readSms } from '../services/sms.ts';
import { smsd } from './smsd.ts';

const ALICE = 'IMSI001010000000001';
const BOB = 'IMSI001010000000002';
const MINUTE = 60_000;

let test: TestD1;
let now: number;
let context: GatewayContext;
const author = { actor: 'operator:a', requestId: 'r', at: 1 };

async function messages() {
  const [graph] = await new Database(test.d1).read(loadPage('n1', SMS_MESSAGE, { limit: 100 }));
  return [...graph.entities.values()];
}
const shown = async (pk: string) => (await messages()).filter(({ key }) => key === pk).map(readSms)[0];

/** The content as a network's object keeps it, two items a page. */
const reader = {
  items: async (after: string | null) => {
    const items = (await messages()).flatMap((entity) => {
      const root = { type: entity.type, key: entity.key, id: entity.id, config: entity.config, children: [] };
      const value = waitingMessages.encode({ networkId: 'n1', root, below: new Map([[entityKey(root), root]]) });
      return value && entity.key > (after ?? '') ? [{ id: entity.key, value }] : [];
    });
    return { items: items.slice(0, 2), next: items.length > 2 ? (items[1]?.id ?? null) : null };
  },
} as Partial<ContentReader> as ContentReader;

const send = async (pk: string, imsi: string, message = 'hello') =>
  commit(
    new Database(test.d1),
    { networkId: 'n1', action: 'sms.create', target: pk, mutations: [createSms(pk, { imsi, source_msisdn: '4711', message }, now)] },
    author,
  );
const poll = async (...imsis: string[]) => (await call(smsd, SmsD.method.getMessages, context, { imsis }))[0]?.messages ?? [];
const report = (imsi: string, container: string) =>
  call(smsd, SmsD.method.reportDelivery, context, { report: { imsi, nasMessageContainer: new Uint8Array(Buffer.from(container, 'hex')) } });
const hex = (value: number | undefined) => (value ?? 0).toString(16).padStart(2, '0');
/** The RP reference that a container carries. */
const referenceIn = (container: Uint8Array | undefined) => hex(container?.[4]);

beforeEach(async () => {
  test = testD1();
  now = Date.UTC(2026, 10, 25, 12);
  context = { ...fakeContext(undefined, test.d1).context, now: () => now, content: () => reader };
  await commit(
    new Database(test.d1),
    {
      networkId: 'n1',
      action: 'x',
      target: 'x',
      mutations: [{ do: 'create_network', type: 'lte', name: 'n', description: 'd', configs: {} }],
    },
    author,
  );
});
afterEach(() => test.close());

describe('GetMessages', () => {
  it('gives the messages for the subscribers of the gateway, and each once in six minutes', async () => {
    for (const [pk, imsi] of [
      ['m1', ALICE],
      ['m2', BOB],
      ['m3', ALICE],
      ['m4', 'IMSI001019999999999'],
    ] as const)
      await send(pk, imsi);
    const given = await poll(ALICE, BOB);
    expect(given.map(({ imsi }) => imsi)).toEqual([ALICE, BOB, ALICE]);
    expect(await shown('m1')).toMatchObject({ status: 'Waiting', attempt_count: 1, time_last_attempted: '2026-11-25T12:00:00.000Z' });
    expect(await shown('m1')).not.toHaveProperty('under_way');
    expect(await shown('m4')).toMatchObject({ attempt_count: 0 });
    // Two messages to one telephone do not share a reference.
    expect(new Set([given[0], given[2]].map((message) => referenceIn(message?.nasMessageContainer))).size).toBe(2);
    expect(await poll(ALICE, BOB)).toEqual([]);
    now += 6 * MINUTE;
    expect(await poll(ALICE)).toHaveLength(2);
  });

  it('takes another reference than those of messages that are under way to the telephone', async () => {
    await send('m1', ALICE);
    const [first] = await poll(ALICE);
    // The clock stands: only what is under way tells which references are free.
    await send('m2', ALICE);
    const [second] = await poll(ALICE);
    expect(referenceIn(second?.nasMessageContainer)).not.toBe(referenceIn(first?.nasMessageContainer));
  });

  it('gives fifty messages at a time, and the others with the next poll', async () => {
    for (let count = 0; count < 53; count += 1) await send(`m${String(count).padStart(2, '0')}`, count % 2 ? ALICE : BOB);
    expect(await poll(ALICE, BOB)).toHaveLength(50);
    expect(await poll(ALICE, BOB)).toHaveLength(3);
    expect(await poll(ALICE, BOB)).toEqual([]);
  });

  it('leaves one audit row a poll, which names the message when there is but one', async () => {
    for (const pk of ['m1', 'm2', 'm3']) await send(pk, pk === 'm3' ? BOB : ALICE);
    await poll(ALICE);
    await poll(BOB);
    const { results } = await test.d1.prepare("SELECT target FROM audit WHERE action = 'sms.attempt' ORDER BY rowid").all();
    expect(results).toEqual([{ target: '2 messages' }, { target: 'm3' }]);
  });

  it('fails, instead of answering that there is nothing, when the attempt cannot be stored', async () => {
    await send('m1', ALICE);
    context = { ...context, commit: () => Promise.reject(new OrcError('unavailable', 'D1 is away')) };
    await expect(poll(ALICE)).rejects.toMatchObject({ message: 'D1 is away' });
  });

  it('costs no query when nothing is due', async () => {
    await send('m1', ALICE);
    await poll(ALICE);
    const content = await reader.items(null, { count: 1, bytes: 1 });
    context = { ...context, content: () => ({ ...reader, items: async () => content }), read: () => Promise.reject(new Error('a query')) };
    expect(await poll(ALICE)).toEqual([]);
    expect(await poll(BOB)).toEqual([]);
  });

  it('gives a long text segment by segment', async () => {
    await send('m1', ALICE, 'я'.repeat(100));
    expect(await poll(ALICE)).toHaveLength(2);
  });

  it('leaves a message to the gateway that was faster', async () => {
    await send('m1', ALICE);
    const { commit: record } = context;
    const slow: GatewayContext = {
      ...context,
      commit: async (change) => {
        await call(smsd, SmsD.method.getMessages, { ...context, commit: record }, { imsis: [ALICE] });
        return record(change);
      },
    };
    expect((await call(smsd, SmsD.method.getMessages, slow, { imsis: [ALICE] }))[0]?.messages).toEqual([]);
    expect(await shown('m1')).toMatchObject({ attempt_count: 1 });
  });

  it('gives up after three attempts without an answer', async () => {
    await send('m1', ALICE);
    for (let count = 0; count < 3; count += 1) {
      expect(await poll(ALICE)).toHaveLength(1);
      now += 6 * MINUTE;
    }
    expect(await poll(ALICE)).toEqual([]);
    expect(await shown('m1')).toMatchObject({ status: 'Failed', attempt_count: 3, error_status: 'no delivery report came' });
  });

  it('refuses a list without end', async () => {
    await expect(poll(...Array.from({ length: 20_001 }, () => ALICE))).rejects.toMatchObject({ code: 'invalid' });
  });
});

describe('ReportDelivery', () => {
  it('delivers a message once each of its segments was taken', async () => {
    await send('m1', ALICE, 'x'.repeat(200));
    await send('m2', BOB);
    const given = await poll(ALICE, BOB);
    const [first, second] = given.filter(({ imsi }) => imsi === ALICE).map(({ nasMessageContainer }) => referenceIn(nasMessageContainer));
    await report(ALICE, `89010202${second}`);
    expect(await shown('m1')).toMatchObject({ status: 'Waiting' });
    // Another telephone's reference of the same number is not meant.
    await report(BOB, `89010202${first === referenceIn(given[2]?.nasMessageContainer) ? 'fe' : first}`);
    expect(await shown('m2')).toMatchObject({ status: 'Waiting' });
    await report(ALICE, `89010202${first}`);
    expect(await shown('m1')).toMatchObject({ status: 'Delivered', attempt_count: 1 });
    await report(ALICE, `89010202${first}`);
    expect(await shown('m1')).toMatchObject({ status: 'Delivered' });
  });

  it('keeps why a telephone refused', async () => {
    await send('m1', ALICE);
    const [given] = await poll(ALICE);
    await report(ALICE, `89010404${referenceIn(given?.nasMessageContainer)}0116`);
    expect(await shown('m1')).toMatchObject({ status: 'Waiting', error_status: 'the memory of the telephone is full (cause 22)' });
  });

  it('finds the message that is meant among those to the telephone', async () => {
    for (const pk of ['m1', 'm2', 'm3']) await send(pk, ALICE);
    const given = await poll(ALICE);
    await report(ALICE, `89010202${referenceIn(given[1]?.nasMessageContainer)}`);
    const expected = ['Waiting', 'Delivered', 'Waiting'].map((status) => ({ status }));
    expect(await Promise.all(['m1', 'm2', 'm3'].map(shown))).toMatchObject(expected);
  });

  it('asks for the report again when the message was changed meanwhile', async () => {
    await send('m1', ALICE, 'x'.repeat(200));
    const [first, second] = (await poll(ALICE)).map(({ nasMessageContainer }) => referenceIn(nasMessageContainer));
    const { commit: record } = context;
    context = {
      ...context,
      commit: async (change) => {
        context = { ...context, commit: record };
        await report(ALICE, `89010202${second}`);
        return record(change);
      },
    };
    await expect(report(ALICE, `89010202${first}`)).rejects.toMatchObject({ code: 'unavailable' });
    await report(ALICE, `89010202${first}`);
    expect(await shown('m1')).toMatchObject({ status: 'Delivered' });
  });

  it('takes no notice of what is no delivery report, and refuses what is no short message', async () => {
    await expect(report(ALICE, '8904')).resolves.toHaveLength(1);
    await expect(call(smsd, SmsD.method.reportDelivery, context, {})).resolves.toHaveLength(1);
    await expect(report(ALICE, '0701')).rejects.toMatchObject({ code: 'invalid' });
    await expect(report(ALICE, '89'.repeat(300))).rejects.toMatchObject({ code: 'invalid' });
  });
});
