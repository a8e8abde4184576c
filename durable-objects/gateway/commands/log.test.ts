import { beforeEach, describe, expect, it } from 'vitest';
import type { NewCommand } from '../../../core/module/commands.ts';
import { objectSql } from '../../../test/support/object-sql.ts';
import { gatewayMigrations } from '../schema.ts';
import { CommandLog, MAX_AGE_MS, MAX_ANSWER_BYTES, MAX_COMMANDS } from './log.ts';

const START = 1_000_000;
const SECRET = 'hunter2';

describe('the command log', () => {
  let now: number;
  let sql: SqlStorage;
  let log: CommandLog;
  const wanted = (more: Partial<NewCommand> = {}): NewCommand => ({
    name: 'generic',
    detail: { command: 'echo' },
    actor: 'operator:ann',
    requestId: 'r1',
    service: 'magmad',
    path: '/magma.orc8r.Magmad/GenericCommand',
    payload: new TextEncoder().encode(SECRET),
    ...more,
  });
  const all = { before: Number.MAX_SAFE_INTEGER, limit: 1000 };
  const names = (state?: 'queued' | 'done') => log.page({ ...all, state }).map(({ name }) => name);
  /** Everything that is kept, as text. */
  const kept = () =>
    ['commands', 'command_calls']
      .flatMap((table) => sql.exec<Record<string, SqlStorageValue>>(`SELECT * FROM ${table}`).toArray())
      .flatMap((row) => Object.values(row))
      .map((value) => (value instanceof ArrayBuffer ? new TextDecoder().decode(value) : String(value)))
      .join('\n');

  beforeEach(() => {
    now = START;
    sql = objectSql(gatewayMigrations);
    log = new CommandLog(sql, () => now);
  });

  it('tells of a command from its beginning to its end', () => {
    const begun = log.begin(wanted());
    expect(begun).toMatchObject({ state: 'running', givenAt: START, sentAt: START, endedAt: null, expiresAt: null, error: null });
    expect(log.read(begun.id)).toEqual({ ...begun, answer: null });
    now += 5;
    expect(log.end(begun, { state: 'done', answer: Uint8Array.of(7, 8) })).toBe(true);
    expect(log.read(begun.id)).toEqual({
      ...begun,
      state: 'done',
      endedAt: START + 5,
      answerBytes: 2,
      answer: Uint8Array.of(7, 8),
    });
    expect(log.read('nobody')).toBeUndefined();
  });

  it('ends a command once', () => {
    const begun = log.begin(wanted());
    expect(log.end(begun, { state: 'unknown', error: { code: 'timeout', message: 'silence' } })).toBe(true);
    expect(log.end(begun, { state: 'done', answer: Uint8Array.of(1) })).toBe(false);
    expect(log.read(begun.id)).toMatchObject({ state: 'unknown', error: { code: 'timeout', message: 'silence' }, answer: null });
  });

  it('never keeps the parameters of a command that does not wait, and no longer than it waits', () => {
    log.begin(wanted());
    expect(kept()).not.toContain(SECRET);
    const sent = log.queue(wanted(), START + 10);
    const cancelled = log.queue(wanted({ codes: { invalid: 'not_found' } }), START + 10);
    expect(kept()).toContain(SECRET);
    const call = log.start(sent);
    expect(call).toEqual({ service: 'magmad', path: '/magma.orc8r.Magmad/GenericCommand', payload: wanted().payload });
    log.end(cancelled, { state: 'cancelled' });
    expect(kept()).not.toContain(SECRET);
    log.putBack(sent, call);
    expect(log.read(sent.id)).toMatchObject({ state: 'queued', sentAt: null });
    expect(log.start(sent)).toEqual(call);
    expect(() => log.start(cancelled)).toThrow('nothing to send');
  });

  it('gives those that wait in order, and says when the first runs out', () => {
    expect(log.next()).toBeUndefined();
    expect(log.firstExpiry()).toBeUndefined();
    log.queue(wanted({ name: 'a' }), START + 20);
    log.queue(wanted({ name: 'b' }), START + 10);
    log.begin(wanted({ name: 'c' }));
    expect(log.next()?.name).toBe('a');
    expect(log.firstExpiry()).toBe(START + 10);
    expect(log.waiting()).toBe(2);
    expect(log.open('queued').map(({ name }) => name)).toEqual(['a', 'b']);
    expect(log.open('running').map(({ name }) => name)).toEqual(['c']);
  });

  it('keeps small answers and the size of large ones', () => {
    const [small, large] = [log.begin(wanted()), log.begin(wanted())];
    log.end(small, { state: 'done', answer: new Uint8Array(MAX_ANSWER_BYTES) });
    log.end(large, { state: 'done', answer: new Uint8Array(MAX_ANSWER_BYTES + 1) });
    expect(log.read(small.id)?.answer?.byteLength).toBe(MAX_ANSWER_BYTES);
    expect(log.read(large.id)).toMatchObject({ answer: null, answerBytes: MAX_ANSWER_BYTES + 1 });
  });

  it('cuts a message that is very long', () => {
    const begun = log.begin(wanted());
    log.end(begun, { state: 'failed', error: { code: 'internal', message: 'x'.repeat(100_000) } });
    expect(log.read(begun.id)?.error?.message).toHaveLength(4096);
  });

  it('lists newest first, by page and by state', () => {
    for (const name of ['a', 'b', 'c']) log.end(log.begin(wanted({ name })), { state: 'done' });
    log.queue(wanted({ name: 'd' }), START + 10);
    expect(names()).toEqual(['d', 'c', 'b', 'a']);
    expect(names('done')).toEqual(['c', 'b', 'a']);
    const [d, c] = log.page({ ...all, limit: 2 });
    expect(c?.name).toBe('c');
    expect(log.page({ before: c?.sequence ?? 0, limit: 1 }).map(({ name }) => name)).toEqual(['b']);
    expect(d && log.page({ ...all, before: d.sequence }).length).toBe(3);
  });

  it('finds what was given under a key, and frees the key of what was never sent', () => {
    const key = { text: 'k', fingerprint: 'f' };
    const unsent = log.begin(wanted({ key }));
    expect(log.underKey('k')).toMatchObject({ command: { id: unsent.id, state: 'running' }, fingerprint: 'f' });
    log.end(unsent, { state: 'failed', error: { code: 'gateway_offline', message: 'away' }, unsent: true });
    expect(log.underKey('k')).toBeUndefined();
    expect(log.read(unsent.id)?.sentAt).toBeNull();
    const sent = log.begin(wanted({ key: { text: 'k', fingerprint: 'g' } }));
    log.end(sent, { state: 'done', answer: Uint8Array.of(1) });
    expect(log.underKey('k')).toMatchObject({ command: { id: sent.id, answer: Uint8Array.of(1) }, fingerprint: 'g' });
    now += MAX_AGE_MS;
    expect(log.underKey('k')).toBeUndefined();
    expect(log.begin(wanted({ key })).id).not.toBe(sent.id);
  });

  it('keeps so many and for so long, and what waits or runs in any case', () => {
    const waiting = log.queue(wanted({ name: 'waits' }), START + 10 * MAX_AGE_MS);
    const running = log.begin(wanted({ name: 'runs' }));
    const stored = () => sql.exec<{ count: number }>('SELECT COUNT(*) AS count FROM commands').one().count;
    for (let count = 0; count < 2 * MAX_COMMANDS + 5; count += 1) {
      log.end(log.begin(wanted()), { state: 'done' });
      expect(stored()).toBeLessThan(MAX_COMMANDS + 2 + 32);
    }
    log.prune();
    const listed = log.page(all);
    expect(listed).toHaveLength(MAX_COMMANDS + 2);
    expect(listed.slice(-2).map(({ id }) => id)).toEqual([running.id, waiting.id]);
    now += MAX_AGE_MS;
    expect(log.page(all)).toEqual([]);
    log.prune();
    expect(log.open('queued')).toHaveLength(1);
    expect(stored()).toBe(2);
    log.clear();
    expect(kept()).toBe('');
  });
});
