import { describe, expect, it } from 'vitest';
import type { StoredSms } from '../schemas/sms.ts';
import { attempt, isDue, reported } from './delivery.ts';

const NOW = Date.UTC(2026, 10, 25, 12);
const MINUTE = 60_000;
const sms = (more: Partial<StoredSms> = {}): StoredSms => ({
  imsi: 'IMSI001010000000001',
  source_msisdn: '4711',
  message: 'x'.repeat(200),
  status: 'Waiting',
  time_created: new Date(NOW - MINUTE).toISOString(),
  attempt_count: 0,
  ...more,
});
const sent = (ago: number, more: Partial<StoredSms> = {}) =>
  sms({
    attempt_count: 1,
    time_last_attempted: new Date(NOW - ago).toISOString(),
    under_way: { references: [10, 11], confirmed: [] },
    ...more,
  });
const ack = (reference: number) => ({ delivered: true, reference }) as const;

describe('a message', () => {
  it('is due at once, and again six minutes after each attempt', () => {
    expect(isDue(sms(), NOW)).toBe(true);
    expect(isDue(sent(6 * MINUTE - 1), NOW)).toBe(false);
    expect(isDue(sent(6 * MINUTE), NOW)).toBe(true);
    expect(isDue(sms({ status: 'Delivered' }), NOW)).toBe(false);
    expect(isDue(sms({ status: 'Failed' }), NOW)).toBe(false);
  });

  it('is sent with a reference for each segment, none of which is under way to the same telephone', () => {
    const from = Math.floor(NOW / 1000) % 256;
    const next = attempt(sms(), new Set([from, from + 1]), NOW);
    expect(next?.sms).toMatchObject({
      status: 'Waiting',
      attempt_count: 1,
      time_last_attempted: '2026-11-25T12:00:00.000Z',
      under_way: { references: [from + 2, from + 3], confirmed: [] },
    });
    expect(next?.containers).toHaveLength(2);
    // CP-DATA with RP-DATA, numbered by the segment's own reference.
    expect(next?.containers?.map((container) => container[4])).toEqual([from + 2, from + 3]);
  });

  it('waits when too few references are free', () => {
    expect(attempt(sms(), new Set(Array.from({ length: 255 }, (_, index) => index)), NOW)).toBeUndefined();
  });

  it('is given up after three attempts', () => {
    expect(attempt(sent(7 * MINUTE, { attempt_count: 3 }), new Set(), NOW)).toEqual({
      sms: expect.objectContaining({ status: 'Failed', error_status: 'no delivery report came', attempt_count: 3 }),
    });
    expect(attempt(sent(7 * MINUTE, { attempt_count: 3, error_status: 'congestion (cause 42)' }), new Set(), NOW)?.sms.error_status).toBe(
      'congestion (cause 42)',
    );
  });
});

describe('a report', () => {
  it('of each segment delivers the message, in any order, and the same again says nothing new', () => {
    const half = reported(sent(1), ack(11));
    expect(half).toMatchObject({ status: 'Waiting', under_way: { references: [10, 11], confirmed: [11] } });
    expect(half && reported(half, ack(11))).toBeUndefined();
    const whole = half && reported(half, ack(10));
    expect(whole).toMatchObject({ status: 'Delivered' });
    expect(whole).not.toHaveProperty('under_way');
    expect(whole && reported(whole, ack(10))).toBeUndefined();
  });

  it('of an error ends the attempt with its reason, and the third one the message', () => {
    const error = { delivered: false, reference: 10, error: 'congestion (cause 42)' } as const;
    const next = reported(sent(1), error);
    expect(next).toMatchObject({ status: 'Waiting', error_status: 'congestion (cause 42)' });
    expect(next).not.toHaveProperty('under_way');
    expect(next && isDue(next, NOW + 6 * MINUTE)).toBe(true);
    expect(reported(sent(1, { attempt_count: 3 }), error)).toMatchObject({ status: 'Failed', error_status: 'congestion (cause 42)' });
  });

  it('of the transfer itself is for the message in that transaction', () => {
    expect(reported(sent(1), { delivered: false, transaction: 3, error: 'protocol error (cause 111)' })).toMatchObject({
      error_status: 'protocol error (cause 111)',
    });
    expect(reported(sent(1), { delivered: false, transaction: 5, error: 'x' })).toBeUndefined();
  });

  it('of another reference is not for this message', () => {
    expect(reported(sent(1), ack(12))).toBeUndefined();
    expect(reported(sms(), ack(10))).toBeUndefined();
  });
});
