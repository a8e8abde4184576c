/**
 * Does pieces of work that come within a moment of one another in one go: what they write to an object's SQLite is then one
 * transaction and one wait for the disk, however many callers there are.
 */
export class Gather {
  readonly #moment: () => Promise<void>;
  #waiting: (() => void)[] = [];

  /** `moment` is fulfilled when it has passed. */
  constructor(moment: () => Promise<void>) {
    this.#moment = moment;
  }

  /** The outcome of `work`, once it was done together with what others brought. */
  async run<T>(work: () => T): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const first = this.#waiting.length === 0;
    this.#waiting.push(() => {
      try {
        resolve(work());
      } catch (error) {
        reject(error);
      }
    });
    if (first) {
      await this.#moment();
      this.flush();
    }
    return promise;
  }

  /** Does what waits now, for somebody who wants to see it done. */
  flush(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const work of waiting) work();
  }
}
