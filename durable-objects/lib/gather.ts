/**
 * Does pieces of work that come within a moment of one another in one go: what they write to an object's SQLite is then one
 * transaction and one wait for the disk, however many callers there are.
 */
export class Gather {
  readonly #moment: number;
  #waiting: (() => void)[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `moment` in milliseconds. */
  constructor(moment: number) {
    this.#moment = moment;
  }

  /** The outcome of `work`, once it was done together with what others brought. */
  run<T>(work: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#waiting.push(() => {
        try {
          resolve(work());
        } catch (error) {
          reject(error);
        }
      });
      this.#timer ??= setTimeout(() => this.flush(), this.#moment);
    });
  }

  /** Does what waits now, for somebody who wants to see it done. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const work of waiting) work();
  }
}
