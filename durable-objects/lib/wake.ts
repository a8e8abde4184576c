/** An object's one alarm, set to the first of the times that it is asked for. It may ring earlier than needed, never later. */
export class Wake {
  readonly #storage: Pick<DurableObjectStorage, 'getAlarm' | 'setAlarm'>;
  readonly #now: () => number;
  /** Undefined: not known yet. */
  #at: number | undefined;

  constructor(storage: Pick<DurableObjectStorage, 'getAlarm' | 'setAlarm'>, now: () => number) {
    this.#storage = storage;
    this.#now = now;
  }

  async by(due: number): Promise<void> {
    if (this.#at === undefined) {
      const known = (await this.#storage.getAlarm()) ?? Number.POSITIVE_INFINITY;
      this.#at ??= known;
    }
    // One that should have rung and did not may have failed for good.
    if (this.#at <= due && this.#at > this.#now()) return;
    this.#at = due;
    await this.#storage.setAlarm(due);
  }

  /** It rings: there is none any more. */
  rung(): void {
    this.#at = Number.POSITIVE_INFINITY;
  }
}
