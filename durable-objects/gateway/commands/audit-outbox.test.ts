import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { auditRows, type AuditRow } from '../../../core/configurator/audit-rows.ts';
import { Database } from '../../../core/db/database.ts';
import { type TestD1, testD1 } from '../../../test/support/d1.ts';
import { objectSql } from '../../../test/support/object-sql.ts';
import { gatewayMigrations } from '../schema.ts';
import { AuditOutbox } from './audit-outbox.ts';

const START = 1_000_000;

let now: number;
let sql: SqlStorage;
let d1: TestD1;
let timers: (() => Promise<void>)[];
let scheduled: number;
/** What becomes of the next write. */
let fault: 'before' | 'after' | undefined;
let writes: number;
let outbox: AuditOutbox;

const row = (target: string, detail?: unknown): Omit<AuditRow, 'at'> => ({
  actor: 'operator:ann',
  action: 'command.ping',
  networkId: 'n',
  target,
  outcome: 'ok',
  requestId: 'r1',
  ...(detail === undefined ? {} : { detail }),
});
const wake = () =>
  new AuditOutbox({
    sql,
    now: () => now,
    later: (_, work) => void timers.push(work),
    schedule: () => {
      scheduled += 1;
    },
    write: async (rows) => {
      writes += 1;
      if (fault === 'before') throw new Error('D1 is away');
      await new Database(d1.d1).commit([auditRows(rows)]);
      if (fault === 'after') throw new Error('the answer was lost');
    },
  });
const passed = () => Promise.all(timers.splice(0).map((timer) => timer()));
const written = () =>
  d1.sqlite
    .prepare('SELECT * FROM audit ORDER BY id')
    .all()
    .map(({ id: _, ...rest }) => rest);

beforeEach(() => {
  now = START;
  sql = objectSql(gatewayMigrations);
  d1 = testD1();
  timers = [];
  scheduled = 0;
  fault = undefined;
  writes = 0;
  outbox = wake();
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
});
afterEach(() => {
  d1.close();
  vi.restoreAllMocks();
});

describe('audit rows on their way', () => {
  it('are written together a moment later, as they were', async () => {
    outbox.add(row('g1', { hosts: ['a'], packets: 4 }), now);
    outbox.add(row('g2'), now);
    expect(written()).toEqual([]);
    expect(outbox.due()).toBeGreaterThan(START);
    expect(scheduled).toBe(1);
    expect(timers).toHaveLength(1);
    await passed();
    expect(writes).toBe(1);
    const common = { actor: 'operator:ann', action: 'command.ping', network_id: 'n', outcome: 'ok', request_id: 'r1' };
    expect(written()).toEqual([
      { ...common, at: START, target: 'g1', detail: '{"hosts":["a"],"packets":4}' },
      { ...common, at: START + 1, target: 'g2', detail: null },
    ]);
    expect(outbox.due()).toBeUndefined();
    outbox.add(row('g3'), now);
    await passed();
    expect(written()).toHaveLength(3);
  });

  it.each(['before', 'after'] as const)('are each written once when a write fails %s it is done', async (when) => {
    for (const target of ['g1', 'g1', 'g2']) outbox.add(row(target), now);
    fault = when;
    await passed();
    expect(outbox.due()).toBe(START + 10_000);
    fault = undefined;
    outbox.add(row('g3'), now);
    await outbox.flush();
    expect(written().map(({ target }) => target)).toEqual(['g1', 'g1', 'g2', 'g3']);
    expect(outbox.due()).toBeUndefined();
  });

  it('outlive the memory of their object', async () => {
    outbox.add(row('g1'), now);
    timers = [];
    now -= 5;
    outbox = wake();
    expect(scheduled).toBe(2);
    outbox.add(row('g1'), now);
    await passed();
    expect(written()).toMatchObject([
      { target: 'g1', at: START },
      { target: 'g1', at: START + 1 },
    ]);
  });

  it('go in pieces when there are many', async () => {
    for (let count = 0; count < 250; count += 1) outbox.add(row(`g${count}`), now);
    await passed();
    expect(writes).toBe(3);
    expect(written()).toHaveLength(250);
  });
});
