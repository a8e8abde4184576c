import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textOf, unpack } from './alphabet.ts';
import { deliverTpdus } from './deliver.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex').toUpperCase();
const AT = Date.UTC(2026, 10, 25, 13, 45, 6);

/** A telephone's reading of a TPDU: enough to get the text back. */
function read(tpdu: Uint8Array): { text: string; header: number[]; sender: string } {
  const [first = 0, digits = 0, kind = 0] = tpdu;
  const octets = Math.ceil(digits / 2);
  const number = tpdu.subarray(3, 3 + octets);
  const sender =
    kind === 0xd0
      ? textOf(unpack(number, Math.floor((digits * 4) / 7)))
      : [...hex(number)]
          .map((_, at, all) => all[at ^ 1])
          .join('')
          .slice(0, digits);
  const rest = tpdu.subarray(3 + octets);
  const [, coding] = rest;
  const length = rest[9] ?? 0;
  const data = rest.subarray(10);
  const headerLength = first & 0x40 ? (data[0] ?? 0) + 1 : 0;
  const header = [...data.subarray(1, headerLength)];
  if (coding === 0x08) {
    const body = data.subarray(headerLength, length);
    return { text: Buffer.from(body).swap16().toString('utf16le'), header, sender };
  }
  const before = Math.ceil((headerLength * 8) / 7);
  return { text: textOf(unpack(data.subarray(headerLength), length - before, before * 7 - headerLength * 8)), header, sender };
}

describe('SMS-DELIVER', () => {
  it('of a short text is byte for byte what the standard says', () => {
    const tpdus = deliverTpdus({ text: 'hellohello', from: '+12345678901', at: AT, reference: 7 });
    // 24: deliver, no more messages, report wanted; 11 digits, international; PID and DCS 0; 2026-11-25 13:45:06 UTC; 10 septets.
    expect(tpdus.map(hex)).toEqual(['24' + '0B912143658709F1' + '0000' + '62115231546000' + '0A' + 'E8329BFD4697D9EC37']);
  });

  it('of a text in UCS-2, and of a sender with a name', () => {
    const [tpdu = new Uint8Array()] = deliverTpdus({ text: 'Привет', from: 'Operator', at: AT, reference: 7 });
    expect(hex(tpdu).slice(-44)).toBe('0008' + '62115231546000' + '0C' + '041F04400438043204350442');
    expect(read(tpdu)).toEqual({ text: 'Привет', header: [], sender: 'Operator' });
  });

  it('numbers the segments of a long text, which share a reference', () => {
    const tpdus = deliverTpdus({ text: 'x'.repeat(400), from: '4711', at: AT, reference: 0xab });
    expect(tpdus.map((tpdu) => read(tpdu).header)).toEqual([1, 2, 3].map((index) => [0, 3, 0xab, 3, index]));
    expect(tpdus.map((tpdu) => (tpdu[0] ?? 0) & 0x40)).toEqual([0x40, 0x40, 0x40]);
    // TP-UD has 140 octets at most.
    for (const tpdu of tpdus) expect(tpdu.length).toBeLessThanOrEqual(3 + 2 + 9 + 1 + 140);
  });

  it.each([
    ['a number without a country', '0151234', '0151234', 0x81],
    ['an international number', '+49151234', '49151234', 0x91],
    ['stars', '*100#', undefined, 0x81],
    ['a name that is too long', 'A very long sender', 'A very long', 0xd0],
    ['characters that telephones lack', 'Яndex', '?ndex', 0xd0],
  ])('shows %s', (_, from, shown, kind) => {
    const [tpdu = new Uint8Array()] = deliverTpdus({ text: 'x', from, at: AT, reference: 0 });
    expect(tpdu[2]).toBe(kind);
    if (shown !== undefined) expect(read(tpdu).sender).toBe(shown);
  });

  it('is read by a telephone as the text that was sent, whatever it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
        const tpdus = deliverTpdus({ text, from: '+1', at: AT, reference: 9 });
        expect(tpdus.map((tpdu) => read(tpdu).text).join('')).toBe(text);
      }),
    );
  });
});
