import { describe, expect, it } from 'vitest';
import { Reservations } from './reservations.ts';
import { news, stateStorage } from './testing/states.ts';

const MINUTE = 60_000;

/** Reservations over a network where somebody uses number 7, with the numbers that are drawn. */
function reservations(...drawn: number[]) {
  const { sql, open } = stateStorage();
  open().take('gw1', { hardwareId: 'hw1', confirmed: 0, news: [news(1, 'p1', { places: ['7'] })] });
  return new Reservations(sql, () => drawn.shift() ?? 0);
}

describe('reserved numbers', () => {
  it('are none that the index has, none that is held, and not 0', () => {
    const held = reservations(0, 7, 8, 8, 9);
    expect([held.reserve('phones_at', 0), held.reserve('phones_at', 0)]).toEqual([8, 9]);
  });

  it('are held for each index apart, and for ten minutes', () => {
    const held = reservations(8, 8, 8, 9, 8);
    expect(held.reserve('phones_at', 0)).toBe(8);
    expect(held.reserve('others', 0)).toBe(8);
    expect(held.reserve('phones_at', 10 * MINUTE - 1)).toBe(9);
    expect(held.reserve('phones_at', 10 * MINUTE)).toBe(8);
  });

  it('are refused when none can be found', () => {
    expect(() => reservations(...Array.from({ length: 2000 }, () => 7)).reserve('phones_at', 0)).toThrow(
      expect.objectContaining({ code: 'unavailable' }),
    );
  });
});
