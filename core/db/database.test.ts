import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TestD1, testD1 } from '../../test/support/d1.ts';
import { OrcError } from '../errors.ts';
import { Database } from './database.ts';
import type { Query } from './statement.ts';

const number = (sql: string): Query<number> => ({ sql, params: [], read: (rows) => Number(rows[0]?.['n']) });

describe('Database', () => {
  let store: TestD1;
  beforeEach(() => {
    store = testD1();
  });
  afterEach(() => store.close());

  it('reads several queries in one trip', async () => {
    const db = new Database(store.d1);
    expect(await db.read(number('SELECT 1 AS n'), number('SELECT 2 AS n'))).toEqual([1, 2]);
    expect([db.trips, store.trips()]).toEqual([1, 1]);
    expect(await db.read()).toEqual([]);
    expect(db.trips).toBe(1);
  });

  it('settles the gate with the first read, and once', async () => {
    const checked: number[] = [];
    const db = new Database(store.d1, { query: number('SELECT 7 AS n'), check: (value: number) => void checked.push(value) });
    expect(await db.read(number('SELECT 1 AS n'))).toEqual([1]);
    expect(await db.read(number('SELECT 2 AS n'))).toEqual([2]);
    expect(checked).toEqual([7]);
    expect(db.trips).toBe(2);
  });

  it('shows nothing and writes nothing when the gate refuses', async () => {
    const refuse = () => {
      throw new OrcError('forbidden', 'no');
    };
    const db = new Database(store.d1, { query: number('SELECT 1 AS n'), check: refuse });
    await expect(db.read(number('SELECT 1 AS n'))).rejects.toMatchObject({ code: 'forbidden' });
    await expect(db.commit([{ sql: "INSERT INTO operators (id, created_at) VALUES ('x', 1)", params: [] }])).rejects.toMatchObject({
      code: 'forbidden',
    });
    expect(store.sqlite.prepare('SELECT COUNT(*) AS n FROM operators').get()?.['n']).toBe(0);
  });

  it('tells failures apart without showing SQL', async () => {
    const db = new Database(store.d1);
    const insert = { sql: "INSERT INTO operators (id, created_at) VALUES ('x', 1)", params: [] };
    await db.commit([insert]);
    await expect(db.commit([insert])).rejects.toMatchObject({ code: 'conflict' });
    const broken = db.commit([{ sql: 'SELECT secret FROM nowhere', params: [] }]);
    await expect(broken).rejects.toMatchObject({ code: 'internal', message: expect.not.stringContaining('nowhere') });
  });

  it('refuses more parameters than D1 takes', async () => {
    const many = Array.from({ length: 101 }, (_, index) => index);
    const query: Query<number> = { sql: `SELECT ${many.map(() => '?').join('+')} AS n`, params: many, read: () => 0 };
    await expect(new Database(store.d1).read(query)).rejects.toMatchObject({ code: 'internal' });
  });
});
