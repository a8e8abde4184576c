import type { StateIndexer } from '../../../core/module/facets.ts';
import { entriesOf } from '../../../core/state/indexing.ts';
import type { IndexEntry } from '../../../core/state/network-states.ts';

type Row = { id: number; name: string; key: string; value: string };

/** A state as indexers see it, with the number that owns its entries. */
export type IndexedState = Parameters<StateIndexer['entries']>[0] & { readonly id: number };

/** The entries that indexers made of the states. Each belongs to its state; only what differs is written. */
export class StateIndex {
  readonly #sql: SqlStorage;
  readonly #indexers: readonly StateIndexer[];

  constructor(sql: SqlStorage, indexers: readonly StateIndexer[]) {
    this.#sql = sql;
    this.#indexers = indexers;
  }

  /** Brings the entries of a state in line with its value. */
  index(state: IndexedState): void {
    for (const indexer of this.#indexers) if (indexer.types.includes(state.type)) this.indexBy(indexer, state);
  }

  /** The same for one indexer. */
  indexBy(indexer: StateIndexer, state: IndexedState): void {
    const missing = new Map(entriesOf(indexer, state).map((entry) => [keyOf(entry), entry]));
    const kept = this.#sql
      .exec<Row>('SELECT id, name, key, value FROM state_entries WHERE state_id = ? AND indexer = ?', state.id, indexer.name)
      .toArray();
    for (const { id, name, key, value } of kept) {
      if (!missing.delete(keyOf({ index: name, key, value }))) this.#sql.exec('DELETE FROM state_entries WHERE id = ?', id);
    }
    for (const { index, key, value } of missing.values()) {
      this.#sql.exec(
        'INSERT INTO state_entries (indexer, name, key, value, state_id) VALUES (?, ?, ?, ?, ?)',
        ...[indexer.name, index, key, value, state.id],
      );
    }
  }

  /** The state is gone. */
  remove(stateId: number): void {
    this.#sql.exec('DELETE FROM state_entries WHERE state_id = ?', stateId);
  }

  /** All states of a reporter are about to go. */
  removeReporter(hardwareId: string): void {
    this.#sql.exec('DELETE FROM state_entries WHERE state_id IN (SELECT id FROM states WHERE hardware_id = ?)', hardwareId);
  }

  /** Entries of an indexer that there is no more. */
  removeIndexer(name: string): void {
    this.#sql.exec('DELETE FROM state_entries WHERE indexer = ?', name);
  }
}

const keyOf = ({ index, key, value }: IndexEntry): string => JSON.stringify([index, key, value]);
