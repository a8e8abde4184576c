import type { PresenceReport } from '../ports.ts';

/** Check-ins are forwarded at most this often; the newest one goes. */
const CHECKIN_INTERVAL_MS = 1000;

/**
 * Tells the network object what lists and the convergence view need. One report is under way at a time, so that they arrive in
 * order; what happens meanwhile is merged into the next.
 */
export class Presence {
  readonly #send: (report: PresenceReport) => Promise<void>;
  readonly #now: () => number;
  #pending: PresenceReport | undefined;
  #busy = false;
  #lastCheckin = 0;
  #delayed = false;

  constructor(send: (report: PresenceReport) => Promise<void>, now: () => number) {
    this.#send = send;
    this.#now = now;
  }

  report(news: PresenceReport): void {
    this.#pending = { ...this.#pending, ...news };
    this.#pump();
  }

  #pump(): void {
    const report = this.#pending;
    if (this.#busy || !report) return;
    const onlyCheckin = report.connection === undefined && report.streams === undefined;
    const wait = this.#lastCheckin + CHECKIN_INTERVAL_MS - this.#now();
    if (onlyCheckin && wait > 0) {
      this.#later(wait);
      return;
    }
    this.#pending = undefined;
    this.#busy = true;
    if (report.checkin) this.#lastCheckin = this.#now();
    this.#send(report)
      // Lost news is not lost for good: the next report, a reconnect or the network's own question brings it again.
      .catch((error: unknown) => console.warn('presence report failed', error))
      .finally(() => {
        this.#busy = false;
        this.#pump();
      });
  }

  #later(wait: number): void {
    if (this.#delayed) return;
    this.#delayed = true;
    setTimeout(() => {
      this.#delayed = false;
      this.#pump();
    }, wait);
  }
}
