import type { Registry } from '../../../core/module/registry.ts';
import type { StateIndexReport, StateQuery } from '../../../core/state/network-states.ts';
import type { StateBatch, StateReceipt, SubjectPage } from '../../ports.ts';
import { Reindexing } from './reindexing.ts';
import { ReportedStates } from './reported-states.ts';
import { Reservations } from './reservations.ts';
import { StateIndex } from './state-index.ts';
import { SubjectReader } from './subjects.ts';

type Storage = Pick<DurableObjectStorage, 'sql' | 'transactionSync'>;
type CountRow = { type: string; states: number; faulty: number };
type FaultyRow = { type: string; device_id: string; hardware_id: string; received_at: number; fault: string };

/** How many states that cannot be read are named. */
const NAMED_FAULTS = 100;

/** What a network object knows of reported states: the states, their index, and how far that is. Each change is whole or not at all. */
export class NetworkStates {
  readonly #storage: Storage;
  readonly #states: ReportedStates;
  readonly #subjects: SubjectReader;
  readonly #reindexing: Reindexing;
  readonly #reservations: Reservations;

  constructor(storage: Storage, { stateTypes, stateIndexers }: Pick<Registry, 'stateTypes' | 'stateIndexers'>) {
    this.#storage = storage;
    const index = new StateIndex(storage.sql, stateIndexers);
    this.#states = new ReportedStates(storage.sql, stateTypes, index);
    this.#subjects = new SubjectReader(storage.sql);
    this.#reservations = new Reservations(storage.sql);
    this.#reindexing = storage.transactionSync(() => new Reindexing(storage.sql, stateIndexers, index));
  }

  take(gatewayId: string, batch: StateBatch): StateReceipt {
    return this.#storage.transactionSync(() => this.#states.take(gatewayId, batch));
  }

  /** The hardware does not serve a gateway of this network any more, or another one. */
  forget(hardwareId: string): void {
    this.#storage.transactionSync(() => this.#states.forget(hardwareId));
  }

  about(query: StateQuery, after: string): SubjectPage {
    return this.#subjects.page(query, after);
  }

  /** A number that is no key of the index, held for the asker for a while. Error: `unavailable`. */
  reserve(index: string, now: number): number {
    return this.#storage.transactionSync(() => this.#reservations.reserve(index, now));
  }

  /** Whether an indexer has entries to make again. */
  get reindexing(): boolean {
    return this.#reindexing.pending;
  }

  /** Makes some of them; answers whether more are left. */
  reindex(): boolean {
    this.#storage.transactionSync(() => this.#reindexing.step());
    return this.#reindexing.pending;
  }

  report(): StateIndexReport {
    const { sql } = this.#storage;
    const types = sql.exec<CountRow>('SELECT type, COUNT(*) AS states, COUNT(fault) AS faulty FROM states GROUP BY type ORDER BY type');
    const faulty = sql.exec<FaultyRow>(
      `SELECT type, device_id, hardware_id, received_at, fault FROM states WHERE fault IS NOT NULL ORDER BY received_at DESC LIMIT ?`,
      NAMED_FAULTS,
    );
    return {
      indexers: this.#reindexing.report(),
      types: types.toArray(),
      faulty: faulty.toArray().map((row) => ({
        type: row.type,
        deviceId: row.device_id,
        hardwareId: row.hardware_id,
        receivedAt: row.received_at,
        fault: row.fault,
      })),
    };
  }
}
