/** The value below which `share` (0 to 1) of the samples lie, by nearest rank. Error: RangeError without samples. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((left, right) => left - right);
  const found = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  if (found === undefined) throw new RangeError('there is nothing to take a percentile of');
  return found;
}

/** The middle of the samples; of an even number, halfway between the two in the middle. Error: RangeError without samples. */
export function median(samples: readonly number[]): number {
  const sorted = samples.toSorted((left, right) => left - right);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  if (upper === undefined || lower === undefined) throw new RangeError('there is nothing to take a median of');
  return (lower + upper) / 2;
}
