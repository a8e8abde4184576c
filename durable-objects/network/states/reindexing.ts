import type { StateIndexer } from '../../../core/module/facets.ts';
import { readState } from '../../../core/state/indexing.ts';
import type { StateIndexReport } from '../../../core/state/network-states.ts';
import type { StateIndex } from './state-index.ts';

/** States, and characters of them, that are indexed again in one go: an object answers nobody meanwhile. */
const STEP_STATES = 250;
const STEP_CHARACTERS = 2 * 1024 * 1024;

/** The row of an indexer; `to_version` is null when there is nothing to do. */
type Job = { name: string; version: number; to_version: number | null; after: number; until: number; done: number; total: number };
type StateRow = { type: string; subject: string; hardware_id: string; value: string };

/**
 * Makes the entries of an indexer again when its version is another than that of the entries that are there, a step at a time. Where it
 * stands is stored with the entries of each step, so it goes on there after an eviction. What is reported meanwhile is indexed as it comes.
 */
export class Reindexing {
  readonly #sql: SqlStorage;
  readonly #indexers: readonly StateIndexer[];
  readonly #index: StateIndex;

  constructor(sql: SqlStorage, indexers: readonly StateIndexer[], index: StateIndex) {
    this.#sql = sql;
    this.#indexers = indexers;
    this.#index = index;
    this.#begin();
  }

  /** Whether steps are left to do. */
  get pending(): boolean {
    return this.#jobs().some((job) => job.to_version !== null);
  }

  /** One step of one indexer. */
  step(): void {
    const job = this.#jobs().find(({ to_version }) => to_version !== null);
    const indexer = this.#indexers.find(({ name }) => name === job?.name);
    if (!job || !indexer) return;
    const { done, after, finished } = this.#advance(job, indexer);
    if (finished)
      this.#sql.exec(
        'UPDATE state_indexers SET version = to_version, to_version = NULL, after = 0, until = 0, done = 0, total = 0 WHERE name = ?',
        job.name,
      );
    else this.#sql.exec('UPDATE state_indexers SET after = ?, done = done + ? WHERE name = ?', after, done, job.name);
  }

  report(): StateIndexReport['indexers'] {
    const jobs = new Map(this.#jobs().map((job) => [job.name, job]));
    return this.#indexers.map(({ name, types }) => {
      const job = jobs.get(name);
      const reindexing = job && job.to_version !== null ? { toVersion: job.to_version, done: job.done, total: job.total } : null;
      return { name, version: job?.version ?? 0, types, reindexing };
    });
  }

  /** Finds what this code's indexers make otherwise than the code that wrote the entries. */
  #begin(): void {
    const jobs = new Map(this.#jobs().map((job) => [job.name, job]));
    const known = new Set(this.#indexers.map(({ name }) => name));
    for (const name of jobs.keys()) {
      if (known.has(name)) continue;
      this.#index.removeIndexer(name);
      this.#sql.exec('DELETE FROM state_indexers WHERE name = ?', name);
    }
    for (const indexer of this.#indexers) {
      const job = jobs.get(indexer.name);
      if ((job?.to_version ?? job?.version) !== indexer.version) this.#start(indexer, job?.version ?? 0);
    }
  }

  #start({ name, version, types }: StateIndexer, from: number): void {
    const [found] = this.#sql
      .exec<{ until: number | null; total: number }>(
        'SELECT MAX(id) AS until, COUNT(*) AS total FROM states WHERE type IN (SELECT value FROM json_each(?))',
        JSON.stringify(types),
      )
      .toArray();
    const { until, total } = { until: found?.until ?? 0, total: found?.total ?? 0 };
    const [now, next] = total === 0 ? [version, null] : [from, version];
    this.#sql.exec(
      'INSERT OR REPLACE INTO state_indexers (name, version, to_version, after, until, done, total) VALUES (?, ?, ?, 0, ?, 0, ?)',
      ...[name, now, next, until, total],
    );
  }

  #advance({ after, until }: Job, indexer: StateIndexer): { done: number; after: number; finished: boolean } {
    const sizes = this.#sql
      .exec<{ id: number; size: number }>(
        'SELECT id, size FROM states WHERE id > ? AND id <= ? AND type IN (SELECT value FROM json_each(?)) ORDER BY id LIMIT ?',
        ...[after, until, JSON.stringify(indexer.types), STEP_STATES],
      )
      .toArray();
    let [done, characters, last] = [0, 0, after];
    for (const { id, size } of sizes) {
      if (characters >= STEP_CHARACTERS) break;
      this.#indexAgain(indexer, id);
      done += 1;
      characters += size;
      last = id;
    }
    return { done, after: last, finished: done === 0 };
  }

  #indexAgain(indexer: StateIndexer, id: number): void {
    const [row] = this.#sql.exec<StateRow>('SELECT type, subject, hardware_id, value FROM states WHERE id = ?', id).toArray();
    if (!row) return;
    const { type, subject, hardware_id: hardwareId, value: text } = row;
    this.#index.indexBy(indexer, { id, type, subject, hardwareId, value: readState(undefined, text).value });
  }

  #jobs(): Job[] {
    return this.#sql.exec<Job>('SELECT name, version, to_version, after, until, done, total FROM state_indexers ORDER BY name').toArray();
  }
}
