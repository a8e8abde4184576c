import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TestD1, testD1 } from '../../test/support/d1.ts';
import { OrcError } from '../errors.ts';
import { Database, type Gate } from './database.ts';
import { Recent, RecentRows } from './recent-rows.ts';
import type { Query } from './statement.ts';

const NAMES = { sql: 'SELECT id FROM operators ORDER BY id', params: [], read: (rows: readonly Record<string, unknown>[]) => rows.length };
const number = (n: number): Query<number> => ({ sql: `SELECT ${n} AS n`, params: [], read: (rows) => Number(rows[0]?.['n']) });
const insert = (id: string) => ({ sql: 'INSERT INTO operators (id, created_at) VALUES (?, 1)', params: [id] });

let store: TestD1;
let now: number;
let recent: Recent;
let refusing: boolean;
const gate: Gate<number> = {
  query: number(7),
  check: () => {
    if (refusing) throw new OrcError('forbidden', 'no');
  },
};
/** What each request has of its own. */
const request = () => new Database(store.d1, gate, recent);

beforeEach(() => {
  store = testD1();
  now = 1_000_000;
  recent = new Recent(() => now);
  refusing = false;
});
afterEach(() => store.close());

describe('rows of a moment ago', () => {
  it('serve other requests, gate and all, without a round trip', async () => {
    expect(await request().readRecent(number(1), number(2))).toEqual([1, 2]);
    now += 249;
    const second = request();
    expect(await second.readRecent(number(2), number(1))).toEqual([2, 1]);
    await second.authorise();
    expect([second.trips, store.trips()]).toEqual([0, 1]);
  });

  it('are read again when the moment is over, when one is not known, and when the clock was set back', async () => {
    await request().readRecent(number(1));
    for (const [at, queries] of [
      [now + 250, [number(1)]],
      [now + 250, [number(1), number(2)]],
      [now - 1, [number(1)]],
    ] as const) {
      now = at;
      const db = request();
      await db.readRecent(...queries);
      expect(db.trips).toBe(1);
    }
  });

  it('are forgotten with every commit, one that fails included', async () => {
    expect(await request().readRecent(NAMES)).toEqual([0]);
    await request().commit([insert('a')]);
    expect(await request().readRecent(NAMES)).toEqual([1]);
    await expect(request().commit([insert('a')])).rejects.toMatchObject({ code: 'conflict' });
    const db = request();
    await db.readRecent(NAMES);
    expect(db.trips).toBe(1);
  });

  it('are not kept when something was committed while they were read', async () => {
    const { content } = recent;
    const { generation } = content;
    content.forget();
    content.keep([number(1)], [[{ n: 9 }]], generation);
    expect(content.find([number(1)])).toBeUndefined();
  });

  it('let a caller in again that any read let in, until the moment is over', async () => {
    expect(request().authoriseRecent()).toBe(false);
    await request().read(number(1));
    const second = request();
    expect(second.authoriseRecent()).toBe(true);
    await second.commit([insert('a')], { rightsStay: true });
    expect(second.trips).toBe(1);
    expect(request().authoriseRecent()).toBe(true);
    refusing = true;
    expect(request().authoriseRecent()).toBe(false);
    refusing = false;
    now += 250;
    expect(request().authoriseRecent()).toBe(false);
  });

  it('let nobody in after a commit that may have changed rights, nor by what was read before it', async () => {
    await request().read(number(1));
    await request().commit([insert('a')]);
    expect(request().authoriseRecent()).toBe(false);
    const reading = request().read(number(1));
    recent.rights.forget();
    await reading;
    expect(request().authoriseRecent()).toBe(false);
  });

  it('let nobody in who is refused now, and never keep what was refused', async () => {
    await request().readRecent(number(1));
    refusing = true;
    const db = request();
    await expect(db.readRecent(number(1))).rejects.toMatchObject({ code: 'forbidden' });
    expect(db.trips).toBe(1);
    await expect(request().readRecent(number(2))).rejects.toMatchObject({ code: 'forbidden' });
    expect(recent.content.find([number(2)])).toBeUndefined();
  });

  it('are kept for five hundred statements, the newest', () => {
    const rows = new RecentRows(() => now);
    for (let n = 0; n < 501; n += 1) rows.keep([number(n)], [[{ n }]], rows.generation);
    expect(rows.find([number(0)])).toBeUndefined();
    expect(rows.find([number(1), number(500)])).toEqual([[{ n: 1 }], [{ n: 500 }]]);
  });
});
