// The GSM 7-bit default alphabet and its extension table (3GPP TS 23.038, 6.2.1).

const DEFAULT =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u001bÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
const ESCAPE = 0x1b;
const EXTENSION: ReadonlyMap<string, number> = new Map([
  ['\f', 0x0a],
  ['^', 0x14],
  ['{', 0x28],
  ['}', 0x29],
  ['\\', 0x2f],
  ['[', 0x3c],
  ['~', 0x3d],
  [']', 0x3e],
  ['|', 0x40],
  ['€', 0x65],
]);

const codes: ReadonlyMap<string, readonly number[]> = new Map([
  ...[...DEFAULT].map((character, code): [string, readonly number[]] => [character, [code]]).filter(([, [code]]) => code !== ESCAPE),
  ...[...EXTENSION].map(([character, code]): [string, readonly number[]] => [character, [ESCAPE, code]]),
]);
const characters: ReadonlyMap<string, string> = new Map([...codes].map(([character, septets]) => [septets.join(), character]));

/** The septets of one character: one, or two where the extension table has it; undefined when the alphabet lacks it. */
export const septetsOf = (character: string): readonly number[] | undefined => codes.get(character);

/** The text of septets; what no table has reads as a space, as telephones show it (6.2.1.1). */
export function textOf(septets: readonly number[]): string {
  let text = '';
  for (let at = 0; at < septets.length; at += 1) {
    const code = septets[at] ?? 0;
    if (code !== ESCAPE) text += characters.get(String(code)) ?? ' ';
    else {
      at += 1;
      text += characters.get(`${ESCAPE},${septets[at]}`) ?? ' ';
    }
  }
  return text;
}

/** Packs septets into octets, the first into the low bits; `fill`: bits left free before it, for a header that ends off a septet (TS 23.040, 9.2.3.24). */
export function pack(septets: readonly number[], fill = 0): Uint8Array {
  const octets = new Uint8Array(Math.ceil((septets.length * 7 + fill) / 8));
  septets.forEach((septet, index) => {
    const bit = index * 7 + fill;
    const spread = septet << (bit % 8);
    const at = bit >> 3;
    octets[at] = (octets[at] ?? 0) | (spread & 0xff);
    if (spread > 0xff) octets[at + 1] = (octets[at + 1] ?? 0) | (spread >> 8);
  });
  return octets;
}

/** Takes `count` septets out of octets again. */
export function unpack(octets: Uint8Array, count: number, fill = 0): number[] {
  return Array.from({ length: count }, (_, index) => {
    const bit = index * 7 + fill;
    const both = (octets[bit >> 3] ?? 0) | ((octets[(bit >> 3) + 1] ?? 0) << 8);
    return (both >> (bit % 8)) & 0x7f;
  });
}
