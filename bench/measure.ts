import { median } from './statistics.ts';

/** One thing measured in several rounds, of the product and, where there is one, of its baseline in between. */
export interface Measure {
  readonly name: string;
  readonly unit: 'calls/s' | 'ms';
  readonly product: readonly number[];
  readonly baseline?: readonly number[];
  readonly aim?: Aim;
}

/** What is hoped for, never a pass mark: at least this ratio to the baseline, or fewer than so many milliseconds. */
export type Aim = { readonly ratio: number } | { readonly below: number };

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
  const ratio = theirs === null ? null : unit === 'ms' ? theirs / ours : ours / theirs;
  return { ...measure, median: ours, baselineMedian: theirs, ratio, met: aim === undefined ? null : meets(aim, ours, ratio) };
}

function meets(aim: Aim, value: number, ratio: number | null): boolean {
  return 'below' in aim ? value < aim.below : ratio !== null && ratio >= aim.ratio;
}
