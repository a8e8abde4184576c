import { pack, septetsOf } from './alphabet.ts';
import { segmentsOf, type Segment } from './segments.ts';
import { isDialled, semiOctets } from './semi-octets.ts';

// The TPDU that carries a short message to a telephone: SMS-DELIVER (3GPP TS 23.040, 9.2.2.1).

export interface Deliver {
  readonly text: string;
  /** Number as dialled, with or without `+`, or a name of up to eleven characters of the 7-bit alphabet. */
  readonly from: string;
  /** When the service centre took it, unix milliseconds. */
  readonly at: number;
  /** Number that the segments of this text share, 0 to 255. */
  readonly reference: number;
}

const FIRST = {
  deliver: 0x00,
  /** No more messages wait; some telephones take nothing without it. */
  noMore: 0x04,
  /** A status report is wanted. */
  report: 0x20,
  header: 0x40,
} as const;
const CODING = { gsm7: 0x00, ucs2: 0x08 } as const;
/** TON and NPI, with the bit that is always set. */
const ADDRESS = { unknown: 0x81, international: 0x91, alphanumeric: 0xd0 } as const;
/** An address field holds ten octets, so twenty digits or eleven septets. */
const MAX_DIGITS = 20;
const MAX_LETTERS = 11;

/** One TPDU for each segment of the text, in order. */
export function deliverTpdus({ text, from, at, reference }: Deliver): Uint8Array[] {
  const segments = segmentsOf(text);
  return segments.map((segment, index) => {
    const header = segments.length > 1 ? Uint8Array.of(5, 0x00, 3, reference, segments.length, index + 1) : new Uint8Array();
    const first = FIRST.deliver | FIRST.noMore | FIRST.report | (header.length > 0 ? FIRST.header : 0);
    const { length, data } = userData(segment, header);
    return Uint8Array.of(first, ...address(from), 0x00, CODING[segment.alphabet], ...timestamp(at), length, ...data);
  });
}

/** TP-UDL counts septets in the 7-bit alphabet, the header's included, and octets otherwise (9.2.3.16). */
function userData(segment: Segment, header: Uint8Array): { length: number; data: Uint8Array } {
  if (segment.alphabet === 'ucs2') {
    const octets = segment.units.flatMap((unit) => [unit >> 8, unit & 0xff]);
    return { length: header.length + octets.length, data: Uint8Array.of(...header, ...octets) };
  }
  const before = Math.ceil((header.length * 8) / 7);
  const fill = before * 7 - header.length * 8;
  return { length: before + segment.septets.length, data: Uint8Array.of(...header, ...pack(segment.septets, fill)) };
}

/** TP-OA (9.1.2.5): length in useful semi-octets, kind of number, the number. Characters that the 7-bit alphabet lacks are shown as `?`. */
function address(from: string): Uint8Array {
  const number = from.replace(/^\+/, '');
  if (isDialled(number) && number.length <= MAX_DIGITS) {
    return Uint8Array.of(number.length, from.startsWith('+') ? ADDRESS.international : ADDRESS.unknown, ...semiOctets(number));
  }
  const letters: number[] = [];
  for (const character of from) {
    const septets = septetsOf(character) ?? septetsOf('?') ?? [];
    if (letters.length + septets.length > MAX_LETTERS) break;
    letters.push(...septets);
  }
  return Uint8Array.of(Math.ceil((letters.length * 7) / 4), ADDRESS.alphanumeric, ...pack(letters));
}

/** TP-SCTS (9.2.3.11), in UTC: year, month, day, hour, minute, second, time zone. */
function timestamp(at: number): Uint8Array {
  const digits = new Date(at).toISOString().replace(/\D/g, '');
  return semiOctets(`${digits.slice(2, 14)}00`);
}
