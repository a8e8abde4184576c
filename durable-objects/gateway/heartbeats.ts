import type { StateKey, StateReport, StateStore } from '../../core/state/store.ts';

/** How long a heartbeat may be in memory only, milliseconds. */
const WRITE_AFTER_MS = 1000;

export interface HeartbeatOptions {
  readonly store: StateStore;
  /** Whether states of that type are heartbeats. */
  readonly isHeartbeat: (type: string) => boolean;
  readonly now: () => number;
  readonly later: (milliseconds: number, work: () => void) => void;
}

/**
 * A store that keeps heartbeats in memory and writes the newest of each at most once a second, so that the answer to a check-in waits for no
 * disk. What a crash takes with it, the next check-in says anew. All other states are written before `put` answers.
 */
export class Heartbeats implements StateStore {
  readonly #options: HeartbeatOptions;
  readonly #newest = new Map<string, StateReport>();
  readonly #unwritten = new Set<string>();

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  put(states: Parameters<StateStore['put']>[0]): StateReport[] {
    const { store, isHeartbeat } = this.#options;
    if (!states.some(({ type }) => isHeartbeat(type))) return store.put(states);
    return states.flatMap((state) => (isHeartbeat(state.type) ? this.#beat(state) : store.put([state])));
  }

  get(keys: readonly StateKey[]): StateReport[] {
    this.flush();
    return this.#options.store.get(keys);
  }

  list(): StateReport[] {
    this.flush();
    return this.#options.store.list();
  }

  delete(keys: readonly StateKey[]): void {
    this.flush();
    for (const key of keys) this.#newest.delete(nameOf(key));
    this.#options.store.delete(keys);
  }

  /** Writes what is in memory only. */
  flush(): void {
    const waiting = [...this.#unwritten].flatMap((name) => this.#newest.get(name) ?? []);
    this.#unwritten.clear();
    if (waiting.length > 0) this.#options.store.put(waiting);
  }

  #beat(state: Parameters<StateStore['put']>[0][number]): StateReport {
    const name = nameOf(state);
    const old = this.#newest.get(name) ?? this.#options.store.get([state])[0];
    const version = state.version !== 0n ? state.version : old ? old.version + 1n : 0n;
    const report = { ...state, version, receivedAt: this.#options.now(), changed: !old || !sameBytes(old.value, state.value) };
    this.#newest.set(name, report);
    if (this.#unwritten.size === 0) this.#options.later(WRITE_AFTER_MS, () => this.flush());
    this.#unwritten.add(name);
    return report;
  }
}

const nameOf = ({ type, deviceId }: StateKey): string => JSON.stringify([type, deviceId]);

const sameBytes = (left: Uint8Array, right: Uint8Array): boolean =>
  left.byteLength === right.byteLength && left.every((byte, at) => byte === right[at]);
