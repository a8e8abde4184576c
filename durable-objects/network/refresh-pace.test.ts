import { expect, it } from 'vitest';
import { RefreshPace } from './refresh-pace.ts';

const NOW = 1_800_000_000_000;

it('lets a commit that comes alone wait three milliseconds for others', () => {
  const pace = new RefreshPace();
  expect(pace.wait(NOW)).toBe(3);
  pace.began(NOW);
  pace.covered(1);
  expect(pace.wait(NOW + 22)).toBe(3);
  expect(pace.wait(NOW + 5)).toBe(20);
});

it('refreshes the less often the more commits each refresh finds, and five times a second at least', () => {
  const pace = new RefreshPace();
  const waits = [4, 16, 100, 2, 0].map((commits) => {
    pace.began(NOW);
    pace.covered(commits);
    return pace.wait(NOW);
  });
  expect(waits).toEqual([100, 200, 200, 50, 25]);
});

it('waits no longer because the clock was set back', () => {
  const pace = new RefreshPace();
  pace.began(NOW);
  expect(pace.wait(NOW - 3_600_000)).toBe(25);
});
