import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readReport, toPhone, transactionOf } from './relay.ts';

const bytes = (hex: string) => new Uint8Array(Buffer.from(hex, 'hex'));
const hex = (given: Uint8Array) => Buffer.from(given).toString('hex').toUpperCase();

describe('a message on its way', () => {
  it('is RP-DATA in CP-DATA', () => {
    // Transaction 5, SMS; CP-DATA, 9 octets; RP-DATA to the telephone, reference 12, from "11", to nobody, 2 octets.
    expect(hex(toPhone(bytes('AABB'), 12))).toBe('590109' + '010C' + '02B911' + '00' + '02AABB');
    expect(() => toPhone(new Uint8Array(233), 0)).toThrow(RangeError);
  });

  it('travels in one of the transactions that are not reserved', () => {
    expect([...new Set(Array.from({ length: 256 }, (_, reference) => transactionOf(reference)))]).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });
});

describe('what a telephone answers', () => {
  it.each([
    ['RP-ACK', 'D901' + '02' + '020C', { delivered: true, reference: 12 }],
    ['RP-ACK with a TPDU', 'D901' + '06' + '020C' + '41020000', { delivered: true, reference: 12 }],
    [
      'RP-ERROR',
      'D901' + '04' + '040C' + '0116',
      { delivered: false, reference: 12, error: 'the memory of the telephone is full (cause 22)' },
    ],
    ['RP-ERROR of an unknown cause', 'D901' + '04' + '040C' + '0103', { delivered: false, reference: 12, error: 'cause 3' }],
    ['CP-ERROR', 'D910' + '16', { delivered: false, transaction: 5, error: 'congestion (cause 22)' }],
    ['CP-ACK', 'D904', undefined],
    ['a message of its own', '0901' + '05' + '000C000000', undefined],
  ])('%s', (_, container, report) => {
    expect(readReport(bytes(container))).toEqual(report);
  });

  it.each([
    ['nothing', ''],
    ['one octet', 'D9'],
    ['another protocol', 'D501020C'],
    ['an unknown type', 'D933'],
    ['CP-DATA cut off', 'D9010502'],
    ['RP-ERROR without a cause', 'D901' + '03' + '040C00'],
    ['CP-ERROR without a cause', 'D910'],
  ])('%s is malformed', (_, container) => {
    expect(() => readReport(bytes(container))).toThrow(RangeError);
  });

  it('of any bytes is read or refused, and nothing else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (container) => {
        try {
          readReport(container);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
