/**
 * Takes off the outbox what was dealt with: at once, unless that was done a moment ago, and otherwise when the moment is over, together
 * with what came in it. A row that stays longer, or that a lost object leaves behind, is only dealt with once more.
 */
export class TakeOff {
  readonly #remove: (version: number) => Promise<void>;
  readonly #moment: number;
  readonly #now: () => number;
  /** Commits up to this version were dealt with; 0: nothing waits to be taken off. */
  #dealt = 0;
  #at = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `remove` takes off all rows up to a version; `moment` in milliseconds; `now` in unix milliseconds. */
  constructor(remove: (version: number) => Promise<void>, moment: number, now: () => number) {
    this.#remove = remove;
    this.#moment = moment;
    this.#now = now;
  }

  /** Notes that all commits up to this version were dealt with; 0: none that was in the outbox. Fails when it takes them off and that fails; they are not forgotten. */
  async dealt(version: number): Promise<void> {
    if (version === 0) return;
    // Not the highest ever: a network restored from a backup counts from where that was.
    this.#dealt = version;
    if (this.#timer !== undefined) return;
    // A clock that was set back must not make it longer.
    const left = Math.min(this.#at + this.#moment - this.#now(), this.#moment);
    if (left <= 0) await this.#take();
    else this.#timer = setTimeout(() => this.#later(), left);
  }

  async #take(): Promise<void> {
    const version = this.#dealt;
    this.#at = this.#now();
    await this.#remove(version);
    if (this.#dealt === version) this.#dealt = 0;
  }

  #later(): void {
    this.#timer = undefined;
    if (this.#dealt === 0) return;
    this.#take().catch((error: unknown) => console.warn('could not take off the outbox what was dealt with', error));
  }
}
