// When to try again (docs/protocol.md, "Reconnecting").

export interface Backoff {
  /** Milliseconds: the bound of the first wait. It doubles with each failure. */
  baseMs: number;
  /** Milliseconds: the bound never grows beyond this. */
  capMs: number;
}

export interface ReconnectTimes extends Backoff {
  /** A connection that lasted this long (milliseconds) counts as good: the next failure is again the first. */
  goodAfterMs: number;
  /** Least wait (milliseconds) after the gateway was deleted or is not registered. */
  slowMs: number;
  /** Least wait (milliseconds) after another connection took this one's place. */
  replacedMs: number;
}

export const RECONNECT: ReconnectTimes = { baseMs: 500, capMs: 30_000, goodAfterMs: 60_000, slowMs: 60_000, replacedMs: 30_000 };

/** Full jitter: a time between 0 and min(cap, base x 2^failures), in milliseconds. `chance` is at least 0 and less than 1. */
export function backoffDelay(failures: number, chance: number, { baseMs, capMs }: Backoff): number {
  return chance * Math.min(capMs, baseMs * 2 ** failures);
}
