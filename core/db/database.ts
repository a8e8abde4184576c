import { OrcError } from '../errors.ts';
import type { Recent } from './recent-rows.ts';
import type { Query, Row, Statement } from './statement.ts';

type Results<T extends readonly Query<unknown>[]> = { [K in keyof T]: T[K] extends Query<infer R> ? R : never };

/** What must hold before any result of a request is seen: its query rides in the first round trip. */
export interface Gate<T> {
  readonly query: Query<T>;
  /** Throws when the caller may not go on. */
  check(value: T): void;
}

/**
 * D1 as one request sees it: few round trips, counted. The dear thing is the trip, not the statement, so several queries
 * travel as one batch, and a gate (who is asking, and may they?) travels with the first.
 */
export class Database {
  readonly #d1: D1Database;
  readonly #gate: Gate<unknown> | undefined;
  readonly #recent: Recent | undefined;
  /** The first round trip, once it is under way: it passes the gate, or fails for good. */
  #settled: Promise<void> | undefined;
  #trips = 0;

  /** `recent`: what requests of this isolate read a moment ago. */
  constructor(d1: D1Database, gate?: Gate<unknown>, recent?: Recent) {
    this.#d1 = d1;
    this.#gate = gate;
    this.#recent = recent;
  }

  /** Round trips made so far. */
  get trips(): number {
    return this.#trips;
  }

  /** Runs the queries in one round trip; the results are consistent with one another. */
  async read<const T extends readonly Query<unknown>[]>(...queries: T): Promise<Results<T>> {
    const rows = this.#gate && !this.#settled ? (await this.#first(this.#gate, queries)).slice(1) : await this.#later(queries);
    return resultsOf(queries, rows);
  }

  /** As `read`, but what was read a moment ago will do, for the gate too. For what finds out by itself when that is not so any more. */
  async readRecent<const T extends readonly Query<unknown>[]>(...queries: T): Promise<Results<T>> {
    const content = this.#recent?.content;
    if (!content || !this.#gate || this.#settled) return this.read(...queries);
    const known = content.find(queries);
    if (known && this.authoriseRecent()) return resultsOf(queries, known);
    const { generation } = content;
    const rows = (await this.#first(this.#gate, queries)).slice(1);
    content.keep(queries, rows, generation);
    return resultsOf(queries, rows);
  }

  /** Passes the gate by what was read a moment ago, when that lets the caller in. */
  authoriseRecent(): boolean {
    const gate = this.#gate;
    if (this.#settled || !gate) return this.#settled !== undefined;
    const [rows] = this.#recent?.rights.find([gate.query]) ?? [];
    if (!rows || !passes(gate, rows)) return false;
    this.#settled = Promise.resolve();
    return true;
  }

  /** Waits until the gate was passed: by a read that is under way, or else by a round trip of its own. Throws what the gate throws. */
  async authorise(): Promise<void> {
    if (this.#gate && !this.#settled) await this.#first(this.#gate, []);
    await this.#settled;
  }

  /** Runs the statements as one transaction: all of them or none. `rightsStay`: they change nobody's rights. Answers each statement's rows. */
  async commit(statements: readonly Statement[], { rightsStay = false }: { readonly rightsStay?: boolean } = {}): Promise<Row[][]> {
    await this.authorise();
    // Whether or not it succeeded: of one that broke off nobody knows.
    return this.#run(statements).finally(() => {
      this.#recent?.content.forget();
      if (!rightsStay) this.#recent?.rights.forget();
    });
  }

  /** The rows of the gate's query and of the others. */
  #first(gate: Gate<unknown>, queries: readonly Statement[]): Promise<Row[][]> {
    const rights = this.#recent?.rights;
    const generation = rights?.generation ?? 0;
    const passed = this.#run([gate.query, ...queries]).then((all) => {
      gate.check(gate.query.read(all[0] ?? []));
      rights?.keep([gate.query], all, generation);
      return all;
    });
    this.#settled = passed.then(() => undefined);
    // Whoever asks later is told; nobody asking is no accident.
    this.#settled.catch(() => undefined);
    return passed;
  }

  async #later(queries: readonly Statement[]): Promise<Row[][]> {
    await this.#settled;
    return queries.length === 0 ? [] : this.#run(queries);
  }

  async #run(statements: readonly Statement[]): Promise<Row[][]> {
    this.#trips += 1;
    const prepared = statements.map((item) => this.#d1.prepare(item.sql).bind(...item.params));
    try {
      if (prepared.length === 1 && prepared[0]) return [(await prepared[0].all<Row>()).results];
      return (await this.#d1.batch<Row>(prepared)).map((result) => result.results);
    } catch (error) {
      throw translate(error);
    }
  }
}

const resultsOf = <const T extends readonly Query<unknown>[]>(queries: T, rows: readonly Row[][]): Results<T> =>
  queries.map((item, index) => item.read(rows[index] ?? [])) as Results<T>;

function passes(gate: Gate<unknown>, rows: readonly Row[]): boolean {
  try {
    gate.check(gate.query.read(rows));
    return true;
  } catch (error) {
    if (error instanceof OrcError) return false;
    throw error;
  }
}

/** Reason of the error with which a dry run that would have succeeded ends. */
export const DRY_RUN_ENDED = 'dry_run_ended';

/** SQLite's constraint failures are answers, not accidents; anything else is an internal error whose text stays inside. */
function translate(error: unknown): OrcError {
  const text = error instanceof Error ? error.message : String(error);
  if (/CHECK constraint failed.*dry_run_ends_here/.test(text)) {
    return new OrcError('aborted', 'this was a dry run', { reason: DRY_RUN_ENDED, cause: error });
  }
  if (/CHECK constraint failed.*(version_as_read|commit_guard|expected)/.test(text)) {
    return new OrcError('precondition_failed', 'somebody else changed this in the meantime; read it again and repeat the change', {
      cause: error,
    });
  }
  if (/UNIQUE constraint failed: entities\.physical_id/.test(text)) {
    return new OrcError('conflict', 'this hardware id or serial is already in use, here or in another network', { cause: error });
  }
  if (/UNIQUE constraint failed/.test(text)) return new OrcError('conflict', 'this already exists', { cause: error });
  if (/FOREIGN KEY constraint failed/.test(text)) {
    return new OrcError('invalid', 'something that this refers to does not exist', { cause: error });
  }
  if (/(overloaded|timed out|reset|storage operation exceeded)/i.test(text)) {
    return new OrcError('unavailable', 'the configuration store is busy; try again', { cause: error });
  }
  return new OrcError('internal', 'the configuration store failed', { cause: error });
}
