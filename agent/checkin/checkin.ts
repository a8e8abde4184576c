// The check-in: one ReportStates with one gw_state, right after connecting and then at the configured interval (SOUTHBOUND 4).
import { reasonOf } from '../log.ts';
import type { Logger } from '../log.ts';
import type { Clock, Timer } from '../clock.ts';

const DEFAULT_INTERVAL_S = 60;
const FLOOR_INTERVAL_S = 5;
const DEFAULT_TIMEOUT_S = 10;

export interface CheckinOptions {
  clock: Clock;
  log: Logger;
  /** Sends one report; rejects when the cloud did not take it within `timeoutMs`. */
  report: (timeoutMs: number) => Promise<void>;
  onResult: (result: { ok: boolean; durationMs: number; reason: string }) => void;
}

export class Checkin {
  private readonly options: CheckinOptions;
  private intervalMs = DEFAULT_INTERVAL_S * 1000;
  private timeoutMs = DEFAULT_TIMEOUT_S * 1000;
  private timer: Timer | undefined;
  private connected = false;
  private lastAt = 0;
  private running: Promise<void> | undefined;

  constructor(options: CheckinOptions) {
    this.options = options;
  }

  /** Takes checkin_interval and checkin_timeout (seconds; 0 is the default) of the mconfig; they hold at once. */
  configure(intervalSeconds: number, timeoutSeconds: number): void {
    const interval = intervalSeconds > 0 ? Math.max(intervalSeconds, FLOOR_INTERVAL_S) : DEFAULT_INTERVAL_S;
    this.timeoutMs = (timeoutSeconds > 0 ? timeoutSeconds : DEFAULT_TIMEOUT_S) * 1000;
    if (interval * 1000 === this.intervalMs) return;
    this.intervalMs = interval * 1000;
    if (this.connected && !this.running) this.schedule(this.lastAt + this.intervalMs - this.options.clock.now());
  }

  /** The connection is up: reports now; the next report comes at a random point of the interval so that a fleet spreads out. */
  connect(): void {
    this.connected = true;
    this.timer?.cancel();
    this.start(0.5 + 0.5 * this.options.clock.random());
  }

  disconnect(): void {
    this.connected = false;
    this.timer?.cancel();
  }

  /** Resolves when no report is under way. */
  async settled(): Promise<void> {
    await this.running;
  }

  private schedule(ms: number): void {
    this.timer?.cancel();
    this.timer = this.options.clock.after(Math.max(0, ms), () => this.start(1));
  }

  /** `share` of the interval is what passes until the next report. */
  private start(share: number): void {
    // A reconnect while the last report still waits: that one fails by itself, and the new one follows it.
    const before = this.running ?? Promise.resolve();
    const run = before.then(() => this.once(share));
    this.running = run;
    void run.finally(() => {
      if (this.running === run) this.running = undefined;
    });
  }

  private async once(share: number): Promise<void> {
    const { clock, log, report, onResult } = this.options;
    if (!this.connected) return;
    const started = clock.now();
    this.lastAt = started;
    let reason = '';
    try {
      await report(this.timeoutMs);
    } catch (error) {
      reason = reasonOf(error);
    }
    const durationMs = clock.now() - started;
    if (reason) log('warn', 'check-in failed', { reason });
    else log('info', 'checked in', { ms: durationMs });
    onResult({ ok: !reason, durationMs, reason });
    // The interval of now: it may have changed while the report was under way.
    if (this.connected) this.schedule(started + share * this.intervalMs - clock.now());
  }
}
