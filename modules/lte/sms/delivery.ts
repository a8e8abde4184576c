import type { StoredSms } from '../schemas/sms.ts';
import { deliverTpdus } from './deliver.ts';
import { type Report, toPhone, transactionOf } from './relay.ts';
import { segmentsOf } from './segments.ts';

/** How long an attempt may stay without an answer before the next (SOUTHBOUND.md 12). */
const ATTEMPT_MS = 6 * 60_000;
const MAX_ATTEMPTS = 3;
const REFERENCES = 256;

/** Whether a gateway that serves the subscriber is to be given the message now, or it has to be given up. */
export function isDue(sms: StoredSms, now: number): boolean {
  if (sms.status !== 'Waiting') return false;
  return sms.time_last_attempted === undefined || now - Date.parse(sms.time_last_attempted) >= ATTEMPT_MS;
}

/** What becomes of a message that is due: given up after three attempts, or sent once more. */
export type Attempt =
  | { readonly sms: StoredSms; readonly containers?: undefined }
  | { readonly sms: StoredSms; readonly containers: readonly Uint8Array[] };

/**
 * Makes the next attempt at a message that is due. `taken`: references of other messages under way to the same telephone. Undefined when
 * too few are free: the message waits for another poll.
 */
export function attempt(sms: StoredSms, taken: ReadonlySet<number>, now: number): Attempt | undefined {
  if (sms.attempt_count >= MAX_ATTEMPTS) return { sms: failed(sms, sms.error_status ?? 'no delivery report came') };
  const references = freeReferences(segmentsOf(sms.message).length, taken, Math.floor(now / 1000));
  const [first] = references ?? [];
  if (!references || first === undefined) return undefined;
  const tpdus = deliverTpdus({ text: sms.message, from: sms.source_msisdn, at: Date.parse(sms.time_created), reference: first });
  return {
    sms: {
      ...sms,
      attempt_count: sms.attempt_count + 1,
      time_last_attempted: new Date(now).toISOString(),
      under_way: { references, confirmed: [] },
    },
    containers: tpdus.map((tpdu, index) => toPhone(tpdu, references[index] ?? first)),
  };
}

/** What a telephone's answer makes of a message; undefined when the answer is not for it, or says nothing new. */
export function reported(sms: StoredSms, report: Report): StoredSms | undefined {
  const { under_way: underWay } = sms;
  if (sms.status !== 'Waiting' || !underWay) return undefined;
  const meant = underWay.references.filter((reference) =>
    'reference' in report ? reference === report.reference : transactionOf(reference) === report.transaction,
  );
  const [reference] = meant;
  if (reference === undefined) return undefined;
  if (!report.delivered) {
    if (sms.attempt_count >= MAX_ATTEMPTS) return failed(sms, report.error);
    const { under_way: _, ...rest } = sms;
    return { ...rest, error_status: report.error };
  }
  const confirmed = new Set([...underWay.confirmed, reference]);
  if (confirmed.size === underWay.confirmed.length) return undefined;
  if (confirmed.size < underWay.references.length) return { ...sms, under_way: { ...underWay, confirmed: [...confirmed] } };
  const { under_way: _, error_status: __, ...rest } = sms;
  return { ...rest, status: 'Delivered' };
}

function failed(sms: StoredSms, error: string): StoredSms {
  const { under_way: _, ...rest } = sms;
  return { ...rest, status: 'Failed', error_status: error };
}

/** So many free references, from one that moves with time on, so that a late answer does not meet a new message. */
function freeReferences(count: number, taken: ReadonlySet<number>, from: number): number[] | undefined {
  const free = Array.from({ length: REFERENCES }, (_, index) => (from + index) % REFERENCES).filter((reference) => !taken.has(reference));
  return free.length < count ? undefined : free.slice(0, count);
}
