import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { AuditRow } from '../../../core/configurator/audit-rows.ts';
import { OrcError } from '../../../core/errors.ts';
import type { GivenCommand, NewCommand } from '../../../core/module/commands.ts';
import { objectSql } from '../../../test/support/object-sql.ts';
import type { GatewayCallRequest, GatewayCallResult } from '../../ports.ts';
import type { GatewayIdentity } from '../identity.ts';
import { gatewayMigrations } from '../schema.ts';
import { GatewayCommands, MAX_QUEUED, MAX_QUEUED_BYTES } from './commands.ts';
import { CommandLog, MAX_ANSWER_BYTES } from './log.ts';

const START = 1_000_000;
const all = { before: Number.MAX_SAFE_INTEGER, limit: 1000 };

/** A call that went out, and what ends it. */
interface Out {
  readonly request: GatewayCallRequest;
  /** States of the commands written down before. */
  readonly written: readonly string[];
  readonly end: (result: GatewayCallResult) => void;
}

const done = (...bytes: number[]): GatewayCallResult => ({ ok: true, messages: [Uint8Array.from(bytes)] });
const failed = (reason: 'offline' | 'timeout' | 'overloaded' | 'gateway', code = 0, message = 'because'): GatewayCallResult => ({
  ok: false,
  reason,
  code,
  message,
});

let now: number;
let sql: SqlStorage;
let identity: GatewayIdentity | undefined;
let connected: boolean;
let busy: boolean;
let out: Out[];
let audited: Omit<AuditRow, 'at'>[];
let kept: Promise<void>[];
let timers: (() => void)[];
let scheduled: number;
let commands: GatewayCommands;
/** What a command that waited is refused for; nothing is asked while it is undefined. */
let recheck: ((name: string) => Promise<OrcError | undefined>) | undefined;

const wanted = (more: Partial<NewCommand> = {}): NewCommand => ({
  name: 'reboot',
  actor: 'operator:ann',
  requestId: 'r1',
  service: 'magmad',
  path: '/Reboot',
  payload: new Uint8Array(),
  ...more,
});
const queued = (name: string, more: Partial<NewCommand> = {}) => wanted({ name, path: `/${name}`, queueFor: 1000, ...more });
/** A new object over what the old one wrote. */
const wake = (): GatewayCommands =>
  new GatewayCommands({
    log: new CommandLog(sql, () => now),
    audit: { add: (row) => void audited.push(row) },
    now: () => now,
    identity: () => identity,
    connected: () => connected,
    call: (request) => {
      if (busy) return { sent: false, result: Promise.resolve(failed('overloaded')) };
      if (!connected) return { sent: false, result: Promise.resolve(failed('offline')) };
      const { promise, resolve } = Promise.withResolvers<GatewayCallResult>();
      out.push({ request, written: onDisk(), end: resolve });
      return { sent: true, result: promise };
    },
    recheck: ({ name }) => recheck?.(name),
    keep: (work) => void kept.push(work),
    later: (_, work) => void timers.push(work),
    schedule: () => {
      scheduled += 1;
    },
  });
const states = () => Object.fromEntries(commands.page(all).map(({ name, state }) => [name, state]));
const onDisk = () =>
  sql
    .exec<{ state: string }>('SELECT state FROM commands')
    .toArray()
    .map(({ state }) => state);
const outcomes = () => audited.map(({ action, outcome }) => `${action} ${outcome}`);
const sentPaths = () => out.map(({ request }) => request.path);
/** Lets what was resolved go on. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

beforeEach(() => {
  now = START;
  sql = objectSql(gatewayMigrations);
  identity = { hardwareId: 'hw', networkId: 'n', gatewayId: 'g' };
  connected = true;
  busy = false;
  out = [];
  audited = [];
  kept = [];
  timers = [];
  scheduled = 0;
  recheck = undefined;
  commands = wake();
});

describe('a command to a gateway that is connected', () => {
  it('is written down while it goes out, and ends with the answer', async () => {
    const given = commands.give(wanted({ detail: { of: 'it' } }));
    // It does not wait for the disk, which has it before anything else happens.
    expect(out[0]?.written).toEqual([]);
    expect(onDisk()).toEqual(['running']);
    expect(states()).toEqual({ reboot: 'running' });
    out[0]?.end(done(1, 2));
    const { id } = (await given) as { id: string };
    expect(await given).toEqual({ outcome: 'done', id, answer: Uint8Array.of(1, 2) });
    // The answer has not waited for this; who asks sees it, and so does the disk a moment later.
    expect(onDisk()).toEqual(['running']);
    now += 5;
    for (const timer of timers.splice(0)) timer();
    expect(onDisk()).toEqual(['done']);
    expect(commands.read(id)?.endedAt).toBe(START);
    expect(commands.read(id)).toMatchObject({ state: 'done', answer: Uint8Array.of(1, 2) });
    expect(audited).toEqual([
      {
        actor: 'operator:ann',
        action: 'command.reboot',
        networkId: 'n',
        target: 'g',
        outcome: 'ok',
        requestId: 'r1',
        detail: { of: 'it' },
      },
    ]);
    await Promise.all(kept);
  });

  it.each([
    ['lost in mid-call', failed('offline'), 'unknown', 'gateway_offline', 'failed'],
    ['met with silence', failed('timeout'), 'unknown', 'timeout', 'failed'],
    ['not found on the gateway', failed('gateway', 3), 'refused', 'not_found', 'refused'],
    ['not possible there', failed('gateway', 9), 'refused', 'invalid', 'refused'],
    ['too slow for the gateway itself', failed('gateway', 4), 'unknown', 'timeout', 'failed'],
    ['broken on the gateway', failed('gateway', 13), 'failed', 'internal', 'failed'],
    ['answered with nothing', { ok: true, messages: [] } as GatewayCallResult, 'failed', 'internal', 'failed'],
  ] as const)('that is %s ends so', async (_, result, state, code, outcome) => {
    const given = commands.give(wanted());
    out[0]?.end(result);
    expect(await given).toMatchObject({ outcome: 'failed', code });
    // Reading writes first what has ended.
    expect(commands.page(all)[0]).toMatchObject({ state, error: { code } });
    expect(audited).toMatchObject([{ outcome, detail: { code } }]);
  });

  it('has the code that it gives to a refusal', async () => {
    const given = commands.give(wanted({ codes: { invalid: 'not_found' } }));
    out[0]?.end(failed('gateway', 9));
    expect(await given).toMatchObject({ outcome: 'failed', code: 'not_found', message: 'because' });
  });

  it('that finds no room was never sent', async () => {
    busy = true;
    expect(await commands.give(wanted())).toMatchObject({ outcome: 'failed', code: 'unavailable' });
    expect(commands.page(all)[0]).toMatchObject({ state: 'failed', sentAt: null });
  });

  it('runs beside others', async () => {
    const both = [commands.give(wanted({ name: 'a' })), commands.give(wanted({ name: 'b' }))];
    expect(states()).toEqual({ a: 'running', b: 'running' });
    for (const { end } of out) end(done(1));
    expect((await Promise.all(both)).map(({ outcome }) => outcome)).toEqual(['done', 'done']);
  });
});

describe('a command to a gateway that is away', () => {
  beforeEach(() => {
    connected = false;
  });

  it('fails at once, and leaves its record', async () => {
    expect(await commands.give(wanted())).toMatchObject({ outcome: 'failed', code: 'gateway_offline' });
    expect(commands.page(all)[0]).toMatchObject({ state: 'failed', sentAt: null, error: { code: 'gateway_offline' } });
    expect(outcomes()).toEqual(['command.reboot failed']);
  });

  it('waits when it may, and is given in order, one at a time, once the gateway is there', async () => {
    for (const name of ['a', 'b'])
      expect(await commands.give(queued(name))).toMatchObject({ outcome: 'queued', record: { state: 'queued' } });
    expect(commands.due()).toBe(START + 1000);
    expect(scheduled).toBe(2);
    connected = true;
    commands.deliver();
    // A second hello in the meantime changes nothing.
    commands.deliver();
    expect(sentPaths()).toEqual(['/a']);
    expect(out[0]?.written).toEqual(['running', 'queued']);
    expect(states()).toEqual({ a: 'running', b: 'queued' });
    out[0]?.end(done(1));
    await settle();
    expect(sentPaths()).toEqual(['/a', '/b']);
    out[1]?.end(failed('gateway', 13));
    await Promise.all(kept);
    expect(states()).toEqual({ a: 'done', b: 'failed' });
    expect(outcomes()).toEqual(['command.a queued', 'command.b queued', 'command.a ok', 'command.b failed']);
    const ids = commands.page(all).map(({ id }) => id);
    expect(audited.map(({ detail }) => (detail as { command_id: string }).command_id)).toEqual([ids[1], ids[0], ids[1], ids[0]]);
  });

  it('is not overtaken by one that may wait too, and is by one that may not', async () => {
    await commands.give(queued('a'));
    await commands.give(queued('b'));
    connected = true;
    commands.deliver();
    expect(await commands.give(queued('c'))).toMatchObject({ outcome: 'queued' });
    void commands.give(wanted({ path: '/now' }));
    expect(sentPaths()).toEqual(['/a', '/now']);
    out[0]?.end(done(1));
    await settle();
    out[2]?.end(done(1));
    await settle();
    expect(sentPaths()).toEqual(['/a', '/now', '/b', '/c']);
  });

  it('is never sent again when the gateway goes away in the middle, and the next waits on', async () => {
    await commands.give(queued('a'));
    await commands.give(queued('b'));
    connected = true;
    commands.deliver();
    connected = false;
    out[0]?.end(failed('offline'));
    await Promise.all(kept);
    expect(states()).toEqual({ a: 'unknown', b: 'queued' });
    connected = true;
    commands.deliver();
    expect(sentPaths()).toEqual(['/a', '/b']);
  });

  it('waits on when the gateway has no room, and is tried again', async () => {
    await commands.give(queued('a'));
    connected = true;
    busy = true;
    commands.deliver();
    await Promise.all(kept);
    expect(states()).toEqual({ a: 'queued' });
    busy = false;
    for (const timer of timers) timer();
    expect(sentPaths()).toEqual(['/a']);
  });

  it('is refused when it is not allowed any more, and the next one goes', async () => {
    await commands.give(queued('a', { key: { text: 'k', fingerprint: 'f' } }));
    await commands.give(queued('b'));
    recheck = async (name) => (name === 'a' ? new OrcError('forbidden', 'not allowed any more') : undefined);
    connected = true;
    commands.deliver();
    await settle();
    expect(sentPaths()).toEqual(['/b']);
    expect(commands.page(all)[1]).toMatchObject({
      name: 'a',
      state: 'refused',
      sentAt: null,
      error: { code: 'forbidden', message: 'not allowed any more' },
    });
    expect(audited.at(-1)).toMatchObject({ action: 'command.a', outcome: 'refused', detail: { code: 'forbidden' } });
  });

  it('is not given when it was taken back, or the gateway left, while that was asked', async () => {
    const { id } = (await commands.give(queued('a'))) as { id: string };
    await commands.give(queued('b'));
    const asked = Promise.withResolvers<undefined>();
    recheck = () => asked.promise;
    connected = true;
    commands.deliver();
    commands.cancel(id, { actor: 'operator:bob', requestId: 'r2' });
    connected = false;
    asked.resolve(undefined);
    await settle();
    expect(sentPaths()).toEqual([]);
    expect(states()).toEqual({ a: 'cancelled', b: 'queued' });
    connected = true;
    commands.deliver();
    await settle();
    expect(sentPaths()).toEqual(['/b']);
  });

  it('waits on while that cannot be asked', async () => {
    vi.spyOn(console, 'warn').mockImplementationOnce(() => undefined);
    await commands.give(queued('a'));
    recheck = async () => Promise.reject(new Error('D1 is away'));
    connected = true;
    commands.deliver();
    await settle();
    expect(states()).toEqual({ a: 'queued' });
    recheck = async () => undefined;
    for (const timer of timers.splice(0)) timer();
    await settle();
    expect(sentPaths()).toEqual(['/a']);
  });

  it('ends when nobody came for it in time, also when the gateway comes too late', async () => {
    await commands.give(queued('a'));
    await commands.give(queued('b', { queueFor: 2000 }));
    now += 1000;
    expect(states()).toEqual({ a: 'expired', b: 'queued' });
    expect(commands.due()).toBe(START + 2000);
    now += 1000;
    connected = true;
    commands.deliver();
    expect(sentPaths()).toEqual([]);
    expect(states()).toEqual({ a: 'expired', b: 'expired' });
    expect(outcomes().slice(2)).toEqual(['command.a expired', 'command.b expired']);
    expect(commands.due()).toBeUndefined();
  });

  it('can be taken back as long as it waits, by somebody else too', async () => {
    const { id } = (await commands.give(queued('a'))) as { id: string };
    expect(commands.cancel(id, { actor: 'operator:bob', requestId: 'r2' })).toBe('queued');
    expect(commands.cancel(id, { actor: 'operator:bob', requestId: 'r3' })).toBe('cancelled');
    expect(commands.cancel('nobody', { actor: 'operator:bob', requestId: 'r3' })).toBeUndefined();
    expect(audited.slice(1)).toMatchObject([{ actor: 'operator:bob', requestId: 'r2', outcome: 'cancelled', detail: { command_id: id } }]);
    connected = true;
    const running = commands.give(wanted({ name: 'b' }));
    const [b] = commands.page(all);
    expect(commands.cancel(b?.id ?? '', { actor: 'operator:bob', requestId: 'r4' })).toBe('running');
    out[0]?.end(done(1));
    expect(await running).toMatchObject({ outcome: 'done' });
  });

  it('is refused when too many wait or it is too large, with a record', async () => {
    for (let count = 0; count < MAX_QUEUED; count += 1) await commands.give(queued('a'));
    expect(await commands.give(queued('b'))).toMatchObject({
      outcome: 'failed',
      code: 'too_many',
      message: expect.stringContaining('cancel'),
    });
    expect(commands.page({ ...all, limit: 1 })[0]).toMatchObject({ name: 'b', state: 'refused', sentAt: null });
    expect(audited.at(-1)).toMatchObject({ outcome: 'refused', detail: { code: 'too_many' } });
    now += 1000;
    expect(await commands.give(queued('c', { payload: new Uint8Array(MAX_QUEUED_BYTES) }))).toMatchObject({ outcome: 'queued' });
    expect(await commands.give(queued('d', { payload: new Uint8Array(MAX_QUEUED_BYTES + 1) }))).toMatchObject({ code: 'too_large' });
  });
});

describe('an Idempotency-Key', () => {
  const key = (fingerprint = 'f') => ({ text: 'k', fingerprint });

  it('has a command carried out once, and answers again as it was', async () => {
    const first = commands.give(wanted({ key: key() }));
    const second = commands.give(wanted({ key: key() }));
    // Whoever asks again after a crash finds it, if it went out.
    expect(out[0]?.written).toEqual(['running']);
    expect(out).toHaveLength(1);
    out[0]?.end(done(1));
    const answer = await first;
    expect(onDisk()).toEqual(['done']);
    expect(await second).toEqual(answer);
    expect(await commands.give(wanted({ key: key() }))).toEqual(answer);
    commands = wake();
    expect(await commands.give(wanted({ key: key() }))).toEqual(answer);
    expect(out).toHaveLength(1);
    expect(commands.page(all)).toHaveLength(1);
  });

  it('does not fit another command', async () => {
    const given = commands.give(wanted({ key: key() }));
    out[0]?.end(done(1));
    await given;
    expect(await commands.give(wanted({ key: key('g') }))).toMatchObject({ outcome: 'failed', id: null, code: 'conflict' });
    expect(out).toHaveLength(1);
  });

  it.each([
    ['refused', failed('gateway', 3), 'not_found'],
    ['not known', failed('timeout'), 'timeout'],
  ] as const)('answers again what was %s', async (_, result, code) => {
    const given = commands.give(wanted({ key: key() }));
    out[0]?.end(result);
    const answer = await given;
    expect(answer).toMatchObject({ outcome: 'failed', code });
    expect(await commands.give(wanted({ key: key() }))).toEqual(answer);
  });

  it('is free again after what was never sent', async () => {
    connected = false;
    expect(await commands.give(wanted({ key: key() }))).toMatchObject({ code: 'gateway_offline' });
    connected = true;
    const given = commands.give(wanted({ key: key() }));
    out[0]?.end(done(1));
    expect(await given).toMatchObject({ outcome: 'done' });
  });

  it('answers with the record of what waits, whatever has become of it', async () => {
    connected = false;
    const again = () => commands.give(queued('a', { key: key() })) as Promise<Extract<GivenCommand, { outcome: 'queued' }>>;
    const first = await again();
    expect((await again()).id).toBe(first.id);
    connected = true;
    commands.deliver();
    expect((await again()).record.state).toBe('running');
    out[0]?.end(done(1));
    await Promise.all(kept);
    expect((await again()).record).toMatchObject({ state: 'done', answer: Uint8Array.of(1) });
    expect(out).toHaveLength(1);
  });

  it('says so when the answer was too large to keep', async () => {
    const given = commands.give(wanted({ key: key() }));
    out[0]?.end({ ok: true, messages: [new Uint8Array(MAX_ANSWER_BYTES + 1)] });
    const { id } = await given;
    expect(await commands.give(wanted({ key: key() }))).toMatchObject({
      code: 'conflict',
      message: expect.stringContaining(id ?? 'no id'),
    });
  });
});

describe('what an object finds when it wakes', () => {
  it('is what waits, and that what ran has an unknown end', async () => {
    const key = { text: 'k', fingerprint: 'f' };
    void commands.give(wanted({ name: 'ran', key }));
    connected = false;
    await commands.give(queued('waits'));
    commands = wake();
    expect(states()).toEqual({ ran: 'unknown', waits: 'queued' });
    expect(audited.at(-1)).toMatchObject({ action: 'command.ran', outcome: 'failed', detail: { code: 'interrupted' } });
    expect(await commands.give(wanted({ name: 'ran', key }))).toMatchObject({ code: 'timeout', reason: 'interrupted' });
    connected = true;
    commands.deliver();
    expect(sentPaths()).toEqual(['/Reboot', '/waits']);
  });
});

describe('a gateway that goes', () => {
  it('takes its commands along: what waits is cancelled, what runs has an unknown end', async () => {
    const running = commands.give(wanted({ name: 'runs' }));
    connected = false;
    await commands.give(queued('waits'));
    commands.leave();
    identity = { hardwareId: 'hw', networkId: 'n2', gatewayId: 'g2' };
    expect(commands.page(all)).toEqual([]);
    expect(commands.due()).toBeUndefined();
    expect(audited.slice(1)).toMatchObject([
      { action: 'command.waits', networkId: 'n', target: 'g', outcome: 'cancelled' },
      { action: 'command.runs', networkId: 'n', target: 'g', outcome: 'failed', detail: { code: 'gateway_offline' } },
    ]);
    out[0]?.end(failed('offline'));
    expect(await running).toMatchObject({ outcome: 'failed', code: 'gateway_offline' });
    expect(audited).toHaveLength(3);
    connected = true;
    commands.deliver();
    expect(out).toHaveLength(1);
  });
});
