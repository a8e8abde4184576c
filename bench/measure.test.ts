import { describe, expect, it } from 'vitest';
import { summarise } from './measure.ts';

describe('summarise', () => {
  it('compares medians of rounds: a rate by the baseline, a time by itself', () => {
    const rate = summarise({ name: 'reads', unit: 'calls/s', product: [90, 70, 80], baseline: [100, 300, 90] });
    expect(rate).toMatchObject({ median: 80, baselineMedian: 100, ratio: 0.8, met: null });
    const time = summarise({ name: 'latency', unit: 'ms', product: [4], baseline: [3] });
    expect(time.ratio).toBe(0.75);
  });

  it('says whether an aim was met', () => {
    const product = [70];
    const baseline = [100];
    expect(summarise({ name: 'x', unit: 'calls/s', product, baseline, aim: { ratio: 0.7 } }).met).toBe(true);
    expect(summarise({ name: 'x', unit: 'calls/s', product, baseline, aim: { ratio: 0.71 } }).met).toBe(false);
    expect(summarise({ name: 'x', unit: 'ms', product, aim: { below: 100 } }).met).toBe(true);
    expect(summarise({ name: 'x', unit: 'ms', product, aim: { below: 70 } }).met).toBe(false);
    expect(summarise({ name: 'x', unit: 'ms', product, aim: { ratio: 0.1 } }).met).toBe(false);
  });
});
