// Time and chance as the agent sees them, so that tests decide both.

/** A timer that was set; `cancel` may be called at any time. */
export interface Timer {
  cancel(): void;
}

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Runs `action` once, `ms` milliseconds from now. */
  after(ms: number, action: () => void): Timer;
  /** A number of at least 0 and less than 1. */
  random(): number;
}

/** The real time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  after: (ms, action) => {
    const handle = setTimeout(action, ms);
    return { cancel: () => clearTimeout(handle) };
  },
  random: () => Math.random(),
};

/** Waits `ms` milliseconds, or less when the signal fires; never rejects. */
export function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      timer.cancel();
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = clock.after(ms, done);
    signal.addEventListener('abort', done);
  });
}
