/** So many objects are woken without asking, and without asking again when nothing was woken for a while: a small fleet never waits. */
const UNASKED = 128;
const QUIET_MS = 10_000;
/** Asked for at a time, when so few are left that the next change to a hundred gateways might have to wait for the answer. */
const BATCH = 128;
const FEW = 96;
/** When there is no room, it is asked again after this, in milliseconds. */
const ASK_AGAIN_MS = 200;

export interface WakingOptions {
  /** Of so many objects, how many may be woken now; undefined: any number at any time. */
  readonly ask: ((wanted: number) => Promise<number>) | undefined;
  readonly now: () => number;
  readonly wait: (milliseconds: number) => Promise<unknown>;
}

/**
 * The turns of gateway objects to be woken. Objects that are awake use up what the runtime may have open, so thousands of them are
 * not woken at once where it has a limit.
 */
export class Waking {
  readonly #options: WakingOptions;
  #left = UNASKED;
  #usedAt = Number.NEGATIVE_INFINITY;
  #asking: Promise<void> | undefined;

  constructor(options: WakingOptions) {
    this.#options = options;
  }

  /** Resolves when one more object may be woken. */
  async turn(): Promise<void> {
    const { ask, now } = this.#options;
    if (!ask) return;
    // What was granted a while ago may not hold any more.
    if (now() - this.#usedAt > QUIET_MS) this.#left = UNASKED;
    while (this.#left === 0) await (this.#asking ??= this.#ask(ask));
    this.#left -= 1;
    this.#usedAt = now();
    if (this.#left < FEW) this.#asking ??= this.#ask(ask);
  }

  async #ask(ask: (wanted: number) => Promise<number>): Promise<void> {
    let granted = 0;
    try {
      granted = await ask(BATCH);
    } catch (error) {
      console.warn('could not ask how many objects may be woken', error);
    }
    if (granted > 0) this.#left += granted;
    else await this.#options.wait(ASK_AGAIN_MS);
    this.#asking = undefined;
  }
}

/** Asks the platform that runs this Worker. */
export const askedOf =
  (platform: Fetcher) =>
  async (wanted: number): Promise<number> =>
    Number(await (await platform.fetch('http://platform/wakes', { method: 'POST', body: String(wanted) })).text());
