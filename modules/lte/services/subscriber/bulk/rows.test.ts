import { describe, expect, it } from 'vitest';
import { Rows } from './rows.ts';

const bad = (line: number) => ({ line, value: { value: { id: `bad ${line}` }, faults: [] } });

describe('refused lines', () => {
  it('are dear to look at once they are a hundred: then it has to be settled who asks', () => {
    const rows = new Rows();
    for (let line = 1; line < 100; line += 1) rows.take(bad(line));
    expect(rows.dear).toBe(false);
    rows.take(bad(100));
    expect(rows.dear).toBe(true);
  });

  it('are counted when a report would have no room for them', () => {
    const rows = new Rows();
    for (let line = 1; line <= 8_000; line += 1) rows.take(bad(line));
    expect(rows.untold).toBeGreaterThan(0);
    expect(rows.all.length + rows.untold).toBe(8_000);
  });
});
