// What the agent counts about itself, since its start.

export interface Counters {
  connects: number;
  disconnects: number;
  configsApplied: number;
  configsRefused: number;
  bootstrapFailures: number;
  checkinFailures: number;
  calls: number;
  /** Of the last check-in: 1 good, 0 failed. */
  checkinStatus: number;
  /** Of the last good check-in, in milliseconds. */
  checkinMs: number;
}

export function newCounters(): Counters {
  return {
    connects: 0,
    disconnects: 0,
    configsApplied: 0,
    configsRefused: 0,
    bootstrapFailures: 0,
    checkinFailures: 0,
    calls: 0,
    checkinStatus: 0,
    checkinMs: 0,
  };
}
