import { create, type MessageShape } from '@bufbuild/protobuf';
import { loadEntities } from '../../../core/configurator/load.ts';
import { find } from '../../../core/configurator/model.ts';
import { invalid, OrcError } from '../../../core/errors.ts';
import { type GatewayContext, type SouthboundMethod, unary } from '../../../core/module/facets.ts';
import {
  type GetMessagesRequestSchema,
  GetMessagesResponseSchema,
  type ReportDeliveryRequestSchema,
  ReportDeliveryResponseSchema,
  SmsD,
} from '../../../proto/gen/lte/protos/sms_orc8r_pb.js';
import { atMost } from '../../orc8r/southbound/limits.ts';
import { readWaiting, WAITING_MESSAGES } from '../contents/waiting-messages.ts';
import type { StoredSms } from '../schemas/sms.ts';
import { SMS_MESSAGE } from '../services/entity-types.ts';
import { attempt, isDue, reported } from '../sms/delivery.ts';
import { readReport, type Report } from '../sms/relay.ts';

/** Subscribers of one gateway that are asked for at once. */
const MAX_IMSIS = 20_000;
/** Messages that one poll is given; the next poll comes five seconds later. */
const MESSAGES_A_POLL = 50;
const PAGE = { count: 1000, bytes: 1024 * 1024 };
/** Characters of the longest container that says something: the user data of CP-DATA has 248 octets at most. */
const MAX_CONTAINER = 255;

interface Waiting {
  readonly key: string;
  readonly sms: StoredSms;
}

/**
 * The messages for subscribers of the calling gateway that are due, each segment a container for the telephone. An attempt is
 * recorded before it is answered. Asking when nothing waits costs no query.
 */
async function getMessages({ imsis }: MessageShape<typeof GetMessagesRequestSchema>, context: GatewayContext) {
  atMost(MAX_IMSIS, imsis, 'subscribers');
  const wanted = new Set(imsis);
  const now = context.now();
  const waiting = await waitingFor(context, (imsi) => wanted.has(imsi));
  const due = waiting.filter(({ sms }) => isDue(sms, now)).slice(0, MESSAGES_A_POLL);
  if (due.length === 0) return create(GetMessagesResponseSchema);
  const stored = await load(context, due);
  const taken = referencesUnderWay(waiting);
  const attempts = stored.flatMap(({ key, version, sms }) => {
    if (!isDue(sms, now)) return [];
    const references = taken.get(sms.imsi) ?? new Set();
    const next = attempt(sms, references, now);
    if (!next) return [];
    taken.set(sms.imsi, new Set([...references, ...(next.sms.under_way?.references ?? [])]));
    return [{ key, version, ...next }];
  });
  if (!(await record(context, 'sms.attempt', attempts))) return create(GetMessagesResponseSchema);
  return create(GetMessagesResponseSchema, {
    messages: attempts.flatMap(({ sms, containers = [] }) =>
      containers.map((nasMessageContainer) => ({ imsi: sms.imsi, nasMessageContainer })),
    ),
  });
}

/** What a telephone answered to a message. Error: `invalid` when the container is not what TS 24.011 says. */
async function reportDelivery({ report }: MessageShape<typeof ReportDeliveryRequestSchema>, context: GatewayContext) {
  const answer = create(ReportDeliveryResponseSchema);
  if (!report) return answer;
  const said = read(report.nasMessageContainer);
  if (!said) return answer;
  const waiting = await waitingFor(context, (imsi) => imsi === report.imsi);
  const stored = await load(context, waiting);
  for (const { key, version, sms } of stored) {
    const next = reported(sms, said);
    if (!next) continue;
    if (await record(context, 'sms.report', [{ key, version, sms: next }])) return answer;
    throw new OrcError('unavailable', 'the message was changed in the meantime; report again');
  }
  // For a message that is gone, or was answered before: there is nothing to tell the gateway.
  return answer;
}

function read(container: Uint8Array): Report | undefined {
  if (container.length > MAX_CONTAINER)
    throw invalid(`the container has ${container.length} octets; at most ${MAX_CONTAINER} are possible`);
  try {
    return readReport(container);
  } catch (error) {
    if (error instanceof RangeError) throw invalid(error.message);
    throw error;
  }
}

async function waitingFor(context: GatewayContext, isWanted: (imsi: string) => boolean): Promise<Waiting[]> {
  const reader = context.content(WAITING_MESSAGES);
  const found: Waiting[] = [];
  let after: string | null = null;
  do {
    const { items, next }: Awaited<ReturnType<typeof reader.items>> = await reader.items(after, PAGE);
    for (const { id, value } of items) {
      const sms = readWaiting(value);
      if (isWanted(sms.imsi)) found.push({ key: id, sms });
    }
    after = next;
  } while (after !== null);
  return found;
}

/** The messages as they are stored now: what the network's object knows of them may be a moment old. */
async function load(context: GatewayContext, waiting: readonly Waiting[]): Promise<(Waiting & { readonly version: number })[]> {
  if (waiting.length === 0) return [];
  const ids = waiting.map(({ key }) => ({ type: SMS_MESSAGE, key }));
  const [graph] = await context.read(loadEntities(context.networkId, ids));
  return ids.flatMap(({ key }) => {
    const entity = find(graph, SMS_MESSAGE, key);
    return entity ? [{ key, version: entity.version, sms: entity.config as StoredSms }] : [];
  });
}

/** Stores what became of messages, all or none; false when somebody else changed one of them in the meantime. */
async function record(
  context: GatewayContext,
  action: string,
  changed: readonly (Waiting & { readonly version: number })[],
): Promise<boolean> {
  if (changed.length === 0) return true;
  try {
    await context.commit({
      action,
      target: changed.length === 1 ? (changed[0]?.key ?? '') : `${changed.length} messages`,
      mutations: changed.map(({ key, sms }) => ({ do: 'update_entity', id: { type: SMS_MESSAGE, key }, config: sms })),
      expect: changed.map(({ key, version }) => ({ type: SMS_MESSAGE, key, version })),
    });
    return true;
  } catch (error) {
    if (error instanceof OrcError && error.code === 'precondition_failed') return false;
    throw error;
  }
}

/** By subscriber. */
function referencesUnderWay(waiting: readonly Waiting[]): Map<string, Set<number>> {
  const all = new Map<string, Set<number>>();
  for (const { sms } of waiting) {
    all.set(sms.imsi, new Set([...(all.get(sms.imsi) ?? []), ...(sms.under_way?.references ?? [])]));
  }
  return all;
}

/** SmsD, as gateways call it (SOUTHBOUND.md 12). */
export const smsd: readonly SouthboundMethod[] = [
  unary(SmsD.method.getMessages, getMessages),
  unary(SmsD.method.reportDelivery, reportDelivery),
];
