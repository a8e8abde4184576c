/** Commits that come within this time of one another are dealt with together. */
const COALESCE_MS = 3;
/** A network that is written to all the time is refreshed this often, not for each commit; the first of them never waits for it. */
const EVERY_MS = 25;
/** Where commits come by the hundred, what a refresh costs is better spent on them. */
const LONGEST_MS = 200;

/** When a network is refreshed next: soon after a commit that comes alone, and the less often the more of them come. */
export class RefreshPace {
  #beganAt = 0;
  #every = EVERY_MS;

  /** How long the commit that was just announced waits for others, in milliseconds. Times are unix milliseconds. */
  wait(now: number): number {
    const left = this.#beganAt + this.#every - now;
    // A clock that was set back must not make it longer.
    return Math.min(Math.max(COALESCE_MS, left), this.#every);
  }

  began(now: number): void {
    this.#beganAt = now;
  }

  /** How many commits the refresh found. */
  covered(commits: number): void {
    this.#every = Math.min(EVERY_MS * Math.max(1, commits), LONGEST_MS);
  }
}
