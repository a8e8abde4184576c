import type { Registry } from '../../core/module/registry.ts';
import type { StateStore } from '../../core/state/store.ts';
import type { StateBatch, StateReceipt } from '../ports.ts';
import type { StateOutbox } from './state-outbox.ts';

/** What is reported within this time goes together. */
const GATHER_MS = 25;
/** What could not be told is told again after this, and after twice as long each time that it fails again. */
const RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 60_000;
/** When memory is lost before what was gathered is told, the object's alarm finds it. */
const SAFETY_MS = 10_000;

interface Parts {
  readonly states: StateStore;
  readonly outbox: StateOutbox;
  readonly types: Registry['stateTypes'];
  readonly send: (batch: Omit<StateBatch, 'hardwareId'>) => Promise<StateReceipt>;
  /** Has the object's alarm set anew. */
  readonly schedule: () => void;
  readonly now: () => number;
}

/**
 * Tells the network of reported states that changed: at least once, in order, one batch under way at a time, however long the network
 * cannot be reached and whatever becomes of this object's memory.
 */
export class StateForwarding {
  /** The states as callers see them; what they change is noted for the network in the same transaction. */
  readonly store: StateStore;
  readonly #parts: Parts;
  #busy: Promise<void> | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  /** When the alarm has to ring; undefined: nothing is left to tell, as far as this memory knows. */
  #due: number | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.store = this.#noting();
  }

  #noting(): StateStore {
    const { states, outbox, types } = this.#parts;
    const shared = <K extends { readonly type: string }>(keys: readonly K[]): K[] => keys.filter(({ type }) => types.get(type)?.shared);
    return {
      get: (keys) => states.get(keys),
      list: () => states.list(),
      put: (given) => {
        const reports = states.put(given);
        const changed = outbox.mark(shared(reports.filter((report) => report.changed)), { whole: true });
        const again = outbox.mark(shared(reports.filter((report) => !report.changed && types.get(report.type)?.timed)), { whole: false });
        if (changed || again) this.#noted();
        return reports;
      },
      delete: (keys) => {
        const there = shared(states.get(keys));
        states.delete(keys);
        if (outbox.mark(there, { whole: true })) this.#noted();
      },
    };
  }

  /** When the object's alarm has to ring for this; undefined: not at all. */
  due(): number | undefined {
    if (!this.#parts.outbox.waiting) return undefined;
    this.#due ??= this.#parts.now() + SAFETY_MS;
    return this.#due;
  }

  /** Tells what waits, now; resolves when it is told or could not be. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#busy ??= this.#run().finally(() => {
      this.#busy = undefined;
    });
    await this.#busy;
  }

  /** The network has just been reached: what waits need not wait any longer. */
  resume(): void {
    if (this.#parts.outbox.waiting) void this.flush();
  }

  /** This object serves another gateway, or none: what was reported says nothing about that one. */
  forget(): void {
    const { states, outbox } = this.#parts;
    states.delete(states.list());
    outbox.clear();
  }

  #noted(): void {
    if (this.#due === undefined) this.#parts.schedule();
    if (this.#failures === 0) this.#soon();
  }

  async #run(): Promise<void> {
    const { outbox, states, send, types, now, schedule } = this.#parts;
    try {
      while (outbox.waiting) {
        const { confirmed, news } = outbox.batch();
        const receipt = await send({ confirmed, news });
        if (receipt.taken) outbox.confirm(news);
        else if (receipt.reason === 'gap') outbox.startOver(states.list().filter(({ type }) => types.get(type)?.shared));
        else throw new Error('the network does not know this gateway');
        this.#failures = 0;
      }
      this.#due = undefined;
    } catch (error) {
      const wait = Math.min(RETRY_MS * 2 ** this.#failures, LONGEST_RETRY_MS);
      console.warn('states could not be told to the network', wait, error);
      this.#failures += 1;
      // By the alarm: a timer would keep the object in memory for as long as the network is away.
      this.#due = now() + wait;
      schedule();
    }
  }

  #soon(): void {
    this.#timer ??= setTimeout(() => void this.flush(), GATHER_MS);
  }
}
