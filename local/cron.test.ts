import { describe, expect, it } from 'vitest';
import { cronMatches } from './cron.ts';

// A Sunday.
const at = new Date('2026-11-22T17:30:45Z');

describe('cronMatches', () => {
  it.each([
    '* * * * *',
    '30 17 * * *',
    '*/15 * * * *',
    '0,30 * * * *',
    '20-40/10 * * * *',
    '* * 22 11 *',
    '* * * * 0',
    '* * * * 7',
    '* * * * 5-7',
    '* * 1 * 0',
    '10/20 * * * *',
  ])('%s names the minute', (expression) => {
    expect(cronMatches(expression, at)).toBe(true);
  });

  it.each(['31 * * * *', '* 18 * * *', '*/7 * * * *', '* * * 12 *', '* * * * 1-5', '* * 21 * *', '* * 1 * 1', '* * * *', '', 'x * * * *'])(
    '%s does not',
    (expression) => {
      expect(cronMatches(expression, at)).toBe(false);
    },
  );
});
