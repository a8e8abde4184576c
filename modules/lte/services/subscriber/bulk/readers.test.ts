import { describe, expect, it } from 'vitest';
import { CsvReader } from './csv.ts';
import { LineReader, type RecordReader, textOf } from './lines.ts';

/** What a reader finds when the text comes in pieces of that many characters. */
function inPieces<T>(reader: RecordReader<T>, text: string, size: number) {
  const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, index) => text.slice(index * size, (index + 1) * size));
  return [...pieces.flatMap((piece) => reader.push(piece)), ...reader.end()];
}

describe.each([1, 2, 7, 1000])('in pieces of %d characters', (size) => {
  it('lines are numbered as they stand; empty ones are left out', () => {
    expect(inPieces(new LineReader(), 'a\r\n\n  b \nc', size)).toEqual([
      { line: 1, value: 'a' },
      { line: 3, value: 'b' },
      { line: 4, value: 'c' },
    ]);
    expect(inPieces(new LineReader(), 'a\n', size)).toEqual([{ line: 1, value: 'a' }]);
  });

  it('cells may be quoted, with commas, quotes and line ends inside', () => {
    expect(inPieces(new CsvReader(), 'a,"b ""c"", d",\r\n\n"x\ny",z\nlast', size)).toEqual([
      { line: 1, value: ['a', 'b "c", d', ''] },
      { line: 3, value: ['x\ny', 'z'] },
      { line: 5, value: ['last'] },
    ]);
  });
});

describe('bounds', () => {
  it('a line and a record may not be endless, even when their end has not come', () => {
    expect(() => new LineReader().push('x'.repeat(70_000))).toThrow('line 1 is longer than 65536 characters');
    const csv = new CsvReader();
    csv.push('a\n');
    expect(() => csv.push(`"${'x'.repeat(70_000)}`)).toThrow('line 2 is longer');
  });

  it('characters may be cut anywhere between chunks; a byte order mark is dropped', async () => {
    const bytes = new TextEncoder().encode('\ufeffé€😀');
    const read = textOf(
      (async function* () {
        for (const byte of bytes) yield new Uint8Array([byte]);
      })(),
    );
    let text = '';
    for await (const piece of read) text += piece;
    expect(text).toBe('é€😀');
  });
});
