import type { LogSink } from './log.ts';
import { FILES_OF_AWAKE_OBJECT, FILES_OF_SOCKET } from './open-files.ts';

/** Shares of the limit up to which gateways are let in, and objects woken: those that are connected go before those that come. */
const FOR_CONNECTIONS = 0.85;
const FOR_WAKING = 0.92;
/** When what was let in shows in the count at the latest, in milliseconds: a handshake under load, a call of an object. */
const CONNECTED_MS = 5_000;
const AWAKE_MS = 4_000;
/** The operator is told again after this, in milliseconds. */
const TELL_AGAIN_MS = 10 * 60_000;

export interface HeadroomOptions {
  /** How many files the runtime may open. */
  readonly limit: number;
  /** How many it has open at this moment; undefined where that cannot be told: then nothing is held. */
  readonly count: () => number | undefined;
  readonly log: LogSink;
  /** Milliseconds. */
  readonly now?: () => number;
}

/**
 * How much more the runtime can take on. workerd aborts when it runs out of file descriptors, and an object sleeps some ten seconds
 * after its last work at the earliest: so whoever is about to wake objects asks here first, and waits when there is no room.
 */
export class Headroom {
  readonly #options: HeadroomOptions;
  readonly #connecting: Expected;
  readonly #waking: Expected;
  readonly #now: () => number;
  #toldAt = Number.NEGATIVE_INFINITY;

  constructor(options: HeadroomOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#connecting = new Expected(CONNECTED_MS, this.#now);
    this.#waking = new Expected(AWAKE_MS, this.#now);
  }

  /** Lets one more gateway connect: a function to call when its files are open or it has gone. Undefined: not now. */
  connection(): (() => void) | undefined {
    const files = FILES_OF_SOCKET + FILES_OF_AWAKE_OBJECT;
    if (this.#room(FOR_CONNECTIONS) >= files) return this.#connecting.add(files);
    this.#tell('new connections of gateways wait');
    return undefined;
  }

  /** Of so many objects, how many may be woken now. */
  wakes(wanted: number): number {
    const granted = Math.max(0, Math.min(wanted, Math.floor(this.#room(FOR_WAKING) / FILES_OF_AWAKE_OBJECT)));
    if (granted > 0) this.#waking.add(granted * FILES_OF_AWAKE_OBJECT);
    else this.#tell('gateways hear of changes some after others');
    return granted;
  }

  /** Files that may still be opened. */
  #room(share: number): number {
    const open = this.#options.count();
    return open === undefined ? Number.POSITIVE_INFINITY : this.#options.limit * share - open - this.#connecting.sum() - this.#waking.sum();
  }

  #tell(what: string): void {
    const { limit, count, log } = this.#options;
    if (this.#now() - this.#toldAt < TELL_AGAIN_MS) return;
    this.#toldAt = this.#now();
    const message = `The runtime has ${count()} of ${limit} files open, so ${what}. Raise nofile (ulimit -n, LimitNOFILE) to five for each gateway.`;
    log({ level: 'warn', source: 'platform', message });
  }
}

/** Files of what was let in a moment ago, which may not show in the count yet. */
class Expected {
  readonly #lasts: number;
  readonly #now: () => number;
  /** The oldest first. */
  readonly #entries = new Set<{ readonly files: number; readonly until: number }>();
  #sum = 0;

  constructor(lasts: number, now: () => number) {
    this.#lasts = lasts;
    this.#now = now;
  }

  /** Answers what takes them off before their time. */
  add(files: number): () => void {
    const entry = { files, until: this.#now() + this.#lasts };
    const drop = (): void => {
      if (this.#entries.delete(entry)) this.#sum -= files;
    };
    this.#entries.add(entry);
    this.#sum += files;
    return drop;
  }

  sum(): number {
    const now = this.#now();
    for (const entry of this.#entries) {
      if (entry.until > now) break;
      this.#entries.delete(entry);
      this.#sum -= entry.files;
    }
    return this.#sum;
  }
}
