import type { PresenceReport } from '../ports.ts';

/** Check-ins are forwarded at most this often; the newest one goes. */
const CHECKIN_INTERVAL_MS = 1000;
/** A report that failed goes again after this, and after twice as long each time that it fails again. */
const RETRY_MS = 1000;
/** After so many failures it is dropped: the next report, a reconnect or the network's own question makes it good. */
const MAX_FAILURES = 5;

/** What there is to tell; `streams` is a mark, what they are is read when the report goes. */
export interface News extends Pick<PresenceReport, 'connection' | 'checkin'> {
  readonly streams?: true;
}

/**
 * Tells the network object what lists and the convergence view need. One report is under way at a time; what happens meanwhile is
 * merged into the next.
 */
export class Presence {
  readonly #send: (news: News) => Promise<void>;
  readonly #now: () => number;
  #pending: News | undefined;
  #busy = false;
  #failures = 0;
  #lastCheckin = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(send: (news: News) => Promise<void>, now: () => number) {
    this.#send = send;
    this.#now = now;
  }

  report(news: News): void {
    this.#pending = { ...this.#pending, ...news };
    this.#pump();
  }

  #pump(): void {
    const news = this.#pending;
    if (this.#busy || !news) return;
    const onlyCheckin = news.connection === undefined && news.streams === undefined;
    const wait = this.#lastCheckin + CHECKIN_INTERVAL_MS - this.#now();
    if (onlyCheckin && wait > 0) {
      this.#timer ??= this.#later(wait);
      return;
    }
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#pending = undefined;
    this.#busy = true;
    if (news.checkin) this.#lastCheckin = this.#now();
    this.#send(news)
      .then(
        () => {
          this.#failures = 0;
        },
        (error: unknown) => this.#failed(news, error),
      )
      .finally(() => {
        this.#busy = false;
        if (this.#failures === 0) this.#pump();
      });
  }

  #failed(news: News, error: unknown): void {
    console.warn('presence report failed', error);
    this.#failures += 1;
    if (this.#failures > MAX_FAILURES) {
      this.#failures = 0;
      return;
    }
    this.#pending = { ...news, ...this.#pending };
    this.#timer = this.#later(RETRY_MS * 2 ** (this.#failures - 1));
  }

  #later(wait: number): ReturnType<typeof setTimeout> {
    return setTimeout(() => {
      this.#timer = undefined;
      this.#pump();
    }, wait);
  }
}
