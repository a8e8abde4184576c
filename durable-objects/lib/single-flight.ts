/**
 * Runs one piece of work at a time. Who asks while it runs gets the run after it, shared with all others who asked meanwhile: that
 * run starts after they asked, so it sees what they came to tell.
 */
export class SingleFlight {
  readonly #work: () => Promise<void>;
  #running: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  constructor(work: () => Promise<void>) {
    this.#work = work;
  }

  /** Whether a run is under way. */
  get running(): boolean {
    return this.#running !== undefined;
  }

  run(): Promise<void> {
    if (this.#next) return this.#next;
    if (!this.#running) return this.#start();
    this.#next = this.#running
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined;
        return this.#start();
      });
    return this.#next;
  }

  /** The run under way, or one that starts now: for who only needs that there was one. */
  join(): Promise<void> {
    return this.#running ?? this.#start();
  }

  #start(): Promise<void> {
    this.#running = this.#work().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }
}
