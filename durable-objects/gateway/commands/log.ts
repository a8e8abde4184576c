import type { ErrorCode } from '../../../core/errors.ts';
import type { CommandPage, CommandRecord, CommandState, Leave, NewCommand, WholeCommand } from '../../../core/module/commands.ts';

/** Commands that one gateway has in its history; beyond these the oldest that have ended go. */
export const MAX_COMMANDS = 256;
/** So many may have come before those go: who gives one after the other does not wait for that each time. */
const TIDY_EVERY = 32;
export const MAX_AGE_MS = 30 * 24 * 60 * 60 * 1000;
/** A larger answer is not kept, bytes. */
export const MAX_ANSWER_BYTES = 64 * 1024;
/** Characters of a gateway's message that are kept. */
const MAX_MESSAGE = 4096;

/** What it takes to send a command. */
export type CommandCall = Pick<NewCommand, 'service' | 'path' | 'payload' | 'codes' | 'leave'>;

/** How a command ended. */
export interface Ending {
  readonly state: Exclude<CommandState, 'queued' | 'running'>;
  readonly error?: { readonly code: ErrorCode | 'interrupted'; readonly message: string };
  readonly answer?: Uint8Array;
  /** It never went out: its Idempotency-Key may be used for another attempt. */
  readonly unsent?: boolean;
}

type Row = {
  sequence: number;
  id: string;
  name: string;
  detail: string | null;
  actor: string;
  request_id: string;
  state: string;
  given_at: number;
  expires_at: number | null;
  sent_at: number | null;
  ended_at: number | null;
  error_code: string | null;
  error_message: string | null;
  answer_bytes: number | null;
  answer?: ArrayBuffer | null;
};

const COLUMNS = `sequence, id, name, detail, actor, request_id, state, given_at, expires_at, sent_at, ended_at,
  error_code, error_message, answer_bytes`;

/**
 * The commands that a gateway was given, as many and for as long as the limits above allow. Parameters are kept only while a command
 * waits, in a table of their own.
 */
export class CommandLog {
  readonly #sql: SqlStorage;
  readonly #now: () => number;

  constructor(sql: SqlStorage, now: () => number) {
    this.#sql = sql;
    this.#now = now;
  }

  /** Writes down a command that is about to be sent. */
  begin(command: NewCommand): CommandRecord {
    return this.#add(command, 'running', null);
  }

  /** Writes down a command that waits until `expiresAt`. */
  queue(command: NewCommand, expiresAt: number): CommandRecord {
    const record = this.#add(command, 'queued', expiresAt);
    this.#keepCall(record.sequence, command);
    return record;
  }

  /** A command that waits is about to be sent. Answers what to send, which is not kept any more. */
  start({ sequence }: CommandRecord): CommandCall {
    const call = this.#sql
      .exec<{ service: string; path: string; payload: ArrayBuffer; codes: string | null; leave: string | null }>(
        'DELETE FROM command_calls WHERE sequence = ? RETURNING service, path, payload, codes, leave',
        sequence,
      )
      .toArray()[0];
    if (!call) throw new Error(`command ${sequence} has nothing to send`);
    this.#sql.exec(`UPDATE commands SET state = 'running', sent_at = ? WHERE sequence = ?`, this.#now(), sequence);
    const { service, path, payload, codes, leave } = call;
    return {
      service,
      path,
      payload: new Uint8Array(payload),
      ...(codes === null ? {} : { codes: JSON.parse(codes) as object }),
      ...(leave === null ? {} : { leave: JSON.parse(leave) as Leave }),
    };
  }

  /** It could not be sent after all, and waits again. */
  putBack({ sequence }: CommandRecord, call: CommandCall): void {
    this.#sql.exec(`UPDATE commands SET state = 'queued', sent_at = NULL WHERE sequence = ?`, sequence);
    this.#keepCall(sequence, call);
  }

  /** False: it had ended already, and nothing has changed. */
  end({ sequence }: Pick<CommandRecord, 'sequence'>, { state, error, answer, unsent = false }: Ending, at = this.#now()): boolean {
    const kept = answer && answer.byteLength <= MAX_ANSWER_BYTES ? answer : null;
    const ended = this.#sql
      .exec(
        `UPDATE commands SET state = ?, ended_at = ?, error_code = ?, error_message = ?, answer_bytes = ?, answer = ?,
           sent_at = CASE WHEN ? THEN NULL ELSE sent_at END, key = CASE WHEN ? THEN NULL ELSE key END
         WHERE sequence = ? AND state IN ('queued', 'running') RETURNING expires_at`,
        ...[state, at, error?.code ?? null, error?.message.slice(0, MAX_MESSAGE) ?? null, answer?.byteLength ?? null, kept],
        ...[unsent ? 1 : 0, unsent ? 1 : 0, sequence],
      )
      .toArray();
    const [row] = ended;
    if (row && row['expires_at'] !== null) this.#sql.exec('DELETE FROM command_calls WHERE sequence = ?', sequence);
    return row !== undefined;
  }

  /** Those that wait or run, in the order in which they were given. */
  open(state: 'queued' | 'running'): CommandRecord[] {
    return this.#sql.exec<Row>(`SELECT ${COLUMNS} FROM commands WHERE state = ? ORDER BY sequence`, state).toArray().map(recordOf);
  }

  waiting(): number {
    return this.#sql.exec<{ count: number }>(`SELECT COUNT(*) AS count FROM commands WHERE state = 'queued'`).one().count;
  }

  next(): CommandRecord | undefined {
    const [row] = this.#sql.exec<Row>(`SELECT ${COLUMNS} FROM commands WHERE state = 'queued' ORDER BY sequence LIMIT 1`).toArray();
    return row && recordOf(row);
  }

  /** By what right one that waits was given; undefined: that was not written down. */
  leaveOf({ sequence }: Pick<CommandRecord, 'sequence'>): Leave | undefined {
    const [row] = this.#sql.exec<{ leave: string | null }>('SELECT leave FROM command_calls WHERE sequence = ?', sequence).toArray();
    return row?.leave ? (JSON.parse(row.leave) as Leave) : undefined;
  }

  /** When the first of those that wait runs out. */
  firstExpiry(): number | undefined {
    return (
      this.#sql.exec<{ first: number | null }>(`SELECT MIN(expires_at) AS first FROM commands WHERE state = 'queued'`).one().first ??
      undefined
    );
  }

  /** Newest first. */
  page({ before, limit, state }: CommandPage): CommandRecord[] {
    return this.#sql
      .exec<Row>(
        `SELECT ${COLUMNS} FROM commands WHERE sequence < ? AND given_at > ? AND (? IS NULL OR state = ?) ORDER BY sequence DESC LIMIT ?`,
        ...[before, this.#now() - MAX_AGE_MS, state ?? null, state ?? null, limit],
      )
      .toArray()
      .map(recordOf);
  }

  read(id: string): WholeCommand | undefined {
    const [row] = this.#sql
      .exec<Row>(`SELECT ${COLUMNS}, answer FROM commands WHERE id = ? AND given_at > ?`, id, this.#now() - MAX_AGE_MS)
      .toArray();
    return row && wholeOf(row);
  }

  /** The command that was given under an Idempotency-Key. */
  underKey(key: string): { readonly command: WholeCommand; readonly fingerprint: string } | undefined {
    const [row] = this.#sql
      .exec<Row & { fingerprint: string }>(
        `SELECT ${COLUMNS}, answer, fingerprint FROM commands WHERE key = ? AND given_at > ?`,
        key,
        this.#now() - MAX_AGE_MS,
      )
      .toArray();
    return row && { command: wholeOf(row), fingerprint: row.fingerprint };
  }

  /** Takes away what has aged, and what there is too much of. */
  prune(): void {
    this.#sql.exec(`DELETE FROM commands WHERE given_at <= ? AND state NOT IN ('queued', 'running')`, this.#now() - MAX_AGE_MS);
    this.#dropOldest();
  }

  clear(): void {
    this.#sql.exec('DELETE FROM commands');
    this.#sql.exec('DELETE FROM command_calls');
  }

  #add({ name, detail, actor, requestId, key }: NewCommand, state: 'queued' | 'running', expiresAt: number | null): CommandRecord {
    const at = this.#now();
    const id = crypto.randomUUID();
    const sentAt = state === 'running' ? at : null;
    // What the key stood for has aged.
    if (key) this.#sql.exec('UPDATE commands SET key = NULL WHERE key = ?', key.text);
    const { sequence } = this.#sql
      .exec<{ sequence: number }>(
        `INSERT INTO commands (id, name, detail, actor, request_id, state, given_at, expires_at, sent_at, key, fingerprint)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING sequence`,
        ...[id, name, detail === undefined ? null : JSON.stringify(detail), actor, requestId, state, at, expiresAt, sentAt],
        ...[key?.text ?? null, key?.fingerprint ?? null],
      )
      .one();
    if (sequence % TIDY_EVERY === 0) this.#dropOldest();
    const ended = { endedAt: null, error: null, answerBytes: null };
    return { id, sequence, name, detail: detail ?? null, actor, requestId, state, givenAt: at, expiresAt, sentAt, ...ended };
  }

  /** Keeps the newest, and what has not ended. */
  #dropOldest(): void {
    this.#sql.exec(
      `DELETE FROM commands WHERE sequence <= (SELECT MAX(sequence) FROM commands) - ? AND state NOT IN ('queued', 'running')`,
      MAX_COMMANDS,
    );
  }

  #keepCall(sequence: number, { service, path, payload, codes, leave }: CommandCall): void {
    const json = (value: object | undefined) => (value === undefined ? null : JSON.stringify(value));
    this.#sql.exec(
      'INSERT INTO command_calls (sequence, service, path, payload, codes, leave) VALUES (?, ?, ?, ?, ?, ?)',
      ...[sequence, service, path, payload, json(codes), json(leave)],
    );
  }
}

const recordOf = (row: Row): CommandRecord => ({
  id: row.id,
  sequence: row.sequence,
  name: row.name,
  detail: row.detail === null ? null : (JSON.parse(row.detail) as Record<string, unknown>),
  actor: row.actor,
  requestId: row.request_id,
  state: row.state as CommandState,
  givenAt: row.given_at,
  expiresAt: row.expires_at,
  sentAt: row.sent_at,
  endedAt: row.ended_at,
  error: row.error_code === null ? null : { code: row.error_code, message: row.error_message ?? '' },
  answerBytes: row.answer_bytes,
});

const wholeOf = (row: Row): WholeCommand => ({ ...recordOf(row), answer: row.answer ? new Uint8Array(row.answer) : null });
