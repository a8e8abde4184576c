import { median } from './statistics.ts';

/** Of rates more is better, of all others less. */
export type Unit = 'calls/s' | 'ms' | 's' | 'MB' | 'kB' | 'bytes' | 'files' | 'queries' | 'updates' | 'trips' | 'rows/s';

/** One thing measured in several rounds, of the product and, where there is one, of its baseline in between. */
export interface Measure {
  readonly name: string;
  readonly unit: Unit;
  readonly product: readonly number[];
  readonly baseline?: readonly number[];
  readonly aim?: Aim;
}

/** What is hoped for, never a pass mark: at least this ratio to the baseline, fewer than so many units, or no more than so many. */
export type Aim = { readonly ratio: number } | { readonly below: number } | { readonly atMost: number };

/** A measure as it is shown and kept. */
export interface Summary extends Measure {
  readonly median: number;
  readonly baselineMedian: number | null;
  /** How much of the baseline's speed is left: 1 is as fast, 0.5 half as fast, for rates and times alike. */
  readonly ratio: number | null;
  readonly met: boolean | null;
}

/** The medians of the rounds, and what they say. */
export function summarise(measure: Measure): Summary {
  const { unit, product, baseline, aim } = measure;
  const ours = median(product);
  const theirs = baseline ? median(baseline) : null;
  const ratio = theirs === null ? null : unit.endsWith('/s') ? ours / theirs : theirs / ours;
  return { ...measure, median: ours, baselineMedian: theirs, ratio, met: aim === undefined ? null : meets(aim, ours, ratio) };
}

function meets(aim: Aim, value: number, ratio: number | null): boolean {
  if ('atMost' in aim) return value <= aim.atMost;
  return 'below' in aim ? value < aim.below : ratio !== null && ratio >= aim.ratio;
}
