import { beforeEach, describe, expect, it } from 'vitest';
import { objectSql } from '../../test/support/object-sql.ts';
import { Captures } from './captures.ts';
import { gatewayMigrations } from './schema.ts';

const MIB = 1024 * 1024;
const DAY = 24 * 60 * 60 * 1000;

describe('captures', () => {
  let now: number;
  let captures: Captures;
  const sized = (bytes: number, fill = 1) => new Uint8Array(bytes).fill(fill);

  beforeEach(() => {
    now = 1_000;
    captures = new Captures(objectSql(gatewayMigrations), () => now);
  });

  it('come back as they were, in parts or empty', () => {
    const large = sized(2 * MIB + 3);
    large[MIB] = 7;
    for (const [id, content] of [
      ['large', large],
      ['small', sized(3, 9)],
      ['empty', sized(0)],
    ] as const) {
      expect(captures.keep(id, content)).toBe(true);
      expect(captures.read(id)).toEqual(content);
    }
    expect(captures.read('other')).toBeUndefined();
  });

  it('of one trace replace one another, whatever their size', () => {
    captures.keep('a', sized(2 * MIB));
    captures.keep('a', sized(2, 5));
    expect(captures.read('a')).toEqual(sized(2, 5));
  });

  it('go when they are dropped, or all at once', () => {
    for (const id of ['a', 'b', 'c']) captures.keep(id, sized(1));
    captures.drop('b');
    expect(['a', 'b', 'c'].map((id) => captures.read(id) !== undefined)).toEqual([true, false, true]);
    captures.clear();
    expect(captures.read('a')).toBeUndefined();
  });

  it('make room for newer ones: sixteen, 64 MiB', () => {
    for (let index = 0; index < 17; index += 1) {
      now += 1;
      captures.keep(`t${index}`, sized(1));
    }
    expect([captures.read('t0'), captures.read('t1')]).toEqual([undefined, sized(1)]);
    now += 1;
    captures.keep('big', sized(40 * MIB));
    expect(captures.read('t16')).toEqual(sized(1));
    now += 1;
    captures.keep('bigger', sized(50 * MIB));
    expect([captures.read('big'), captures.read('bigger')?.byteLength]).toEqual([undefined, 50 * MIB]);
  });

  it('larger than all together may be are not kept', () => {
    expect(captures.keep('huge', sized(64 * MIB + 1))).toBe(false);
    expect(captures.read('huge')).toBeUndefined();
  });

  it('age', () => {
    captures.keep('old', sized(1));
    now += 30 * DAY;
    expect(captures.read('old')).toBeUndefined();
    captures.keep('new', sized(2));
    expect(captures.read('new')).toEqual(sized(2));
  });
});
