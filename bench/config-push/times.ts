import type { Sides } from '../load.ts';
import type { Aim, Measure } from '../measure.ts';
import { percentile } from '../statistics.ts';

/** Milliseconds from sending a write to each of its ends. */
export interface PushTimes {
  /** The response is there. */
  readonly answered: number;
  /** The last gateway has the content; an agent has also put it in force. */
  readonly delivered: number;
  /** The convergence view shows every ACK. The baseline has no such thing. */
  readonly visible?: number;
}

const SHARES = [
  ['p50', 0.5],
  ['p99', 0.99],
] as const;

const ENDS = [
  ['answered', 'to the response'],
  ['delivered', 'to the last config-applied'],
  ['visible', 'to the last ACK seen'],
] as const;

/** Percentiles of each round, by what the writes did. `aims` are for the last end. */
export function toMeasures(
  what: string,
  rounds: Sides<readonly (readonly PushTimes[])[]>,
  aims: Partial<Record<'p50' | 'p99', Aim>>,
): Measure[] {
  return ENDS.flatMap(([end, text]) =>
    SHARES.map(([name, share]) => {
      const of = (side: readonly (readonly PushTimes[])[]): number[] =>
        side
          .map((round) => round.flatMap((times) => times[end] ?? []))
          .filter((samples) => samples.length > 0)
          .map((samples) => percentile(samples, share));
      const baseline = of(rounds.baseline);
      const aim = end === 'visible' ? aims[name] : undefined;
      return {
        name: `${what} ${text}, ${name}`,
        unit: 'ms' as const,
        product: of(rounds.product),
        ...(baseline.length > 0 && { baseline }),
        ...(aim && { aim }),
      };
    }),
  );
}
