// A clock for tests: time moves only when the test says so.
import type { Clock, Timer } from '../clock.ts';

interface Pending {
  at: number;
  order: number;
  action: () => void;
}

export class ManualClock implements Clock {
  private time: number;
  private order = 0;
  private pending: Pending[] = [];
  /** What `random` gives next, over and over. */
  chance = 0.5;

  constructor(start = Date.UTC(2026, 10, 22, 12)) {
    this.time = start;
  }

  now(): number {
    return this.time;
  }

  random(): number {
    return this.chance;
  }

  after(ms: number, action: () => void): Timer {
    const entry = { at: this.time + Math.max(0, ms), order: this.order++, action };
    this.pending.push(entry);
    return { cancel: () => void (this.pending = this.pending.filter((other) => other !== entry)) };
  }

  /** How long until each pending timer fires, soonest first, in milliseconds. */
  get timers(): number[] {
    return this.pending.map((entry) => entry.at - this.time).sort((a, b) => a - b);
  }

  /** Lets time pass, firing what falls due in order; between two timers whatever they started in promises can run. */
  async advance(ms: number): Promise<void> {
    const end = this.time + ms;
    await settle();
    for (;;) {
      const next = this.pending.filter((entry) => entry.at <= end).sort((a, b) => a.at - b.at || a.order - b.order)[0];
      if (!next) break;
      this.pending = this.pending.filter((entry) => entry !== next);
      this.time = Math.max(this.time, next.at);
      next.action();
      await settle();
    }
    this.time = end;
  }
}

/** Lets pending promises and the I/O that is ready run. */
export async function settle(turns = 5): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** Waits until `check` holds, without a fixed sleep; fails with `what` when that takes longer than `limitMs`. */
export async function until(check: () => boolean, what: string, limitMs = 5000): Promise<void> {
  const end = Date.now() + limitMs;
  while (!check()) {
    if (Date.now() > end) throw new Error(`waited in vain for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
