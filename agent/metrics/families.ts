// Prometheus families as Magma's MetricsContainer carries them.
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { MetricFamilySchema } from '../../proto/gen/metrics_pb.js';
import { MetricType } from '../../proto/gen/metrics_pb.js';

export type Family = MessageInitShape<typeof MetricFamilySchema>;

export interface Sample {
  value: number;
  labels?: Readonly<Record<string, string>>;
}

/** One family of gauges or counters. Every sample carries its own time (milliseconds), so that a re-sent one is the same point. */
export function family(type: 'gauge' | 'counter', name: string, help: string, samples: number | readonly Sample[], now: number): Family {
  const list = typeof samples === 'number' ? [{ value: samples }] : samples;
  return {
    name,
    help,
    type: type === 'gauge' ? MetricType.GAUGE : MetricType.COUNTER,
    metric: list.map(({ value, labels }: Sample) => ({ label: labelsOf(labels), [type]: { value }, timestampMs: BigInt(now) })),
  };
}

/** A summary with quantiles (0 to 1); `sum` in the unit of the values. */
export function summary(
  name: string,
  help: string,
  quantiles: readonly (readonly [number, number])[],
  count: number,
  sum: number,
  now: number,
): Family {
  const metric = {
    label: labelsOf({}),
    summary: { sampleCount: BigInt(count), sampleSum: sum, quantile: quantiles.map(([quantile, value]) => ({ quantile, value })) },
    timestampMs: BigInt(now),
  };
  return { name, help, type: MetricType.SUMMARY, metric: [metric] };
}

/** Magma's gateways name the service that a metric comes from. */
function labelsOf(labels: Readonly<Record<string, string>> = {}): { name: string; value: string }[] {
  return Object.entries({ service: 'magmad', ...labels }).map(([name, value]) => ({ name, value }));
}
