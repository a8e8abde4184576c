import { describe, expect, it } from 'vitest';
import { Rows } from './rows.ts';

const bad = (line: number) => ({ line, value: { value: { id: `bad ${line}` } } });

describe('refused lines', () => {
  it('are looked at further before it is known who asks only as long as they are few', async () => {
    let asked = 0;
    const rows = new Rows(async () => {
      asked += 1;
    });
    for (let line = 1; line < 100; line += 1) await rows.take(bad(line));
    expect(asked).toBe(0);
    for (let line = 100; line < 300; line += 1) await rows.take(bad(line));
    expect(asked).toBe(1);
  });

  it('of somebody who may not ask are not looked at further', async () => {
    const rows = new Rows(async () => {
      throw new Error('who are you?');
    });
    for (let line = 1; line < 100; line += 1) await rows.take(bad(line));
    await expect(rows.take(bad(100))).rejects.toThrow('who are you?');
  });

  it('are counted when a report would have no room for them', async () => {
    const rows = new Rows(async () => undefined);
    for (let line = 1; line <= 8_000; line += 1) await rows.take(bad(line));
    expect(rows.untold).toBeGreaterThan(0);
    expect(rows.all.length + rows.untold).toBe(8_000);
  });
});
