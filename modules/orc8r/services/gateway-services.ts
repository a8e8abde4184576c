import { type Metric, type MetricFamily, MetricType } from '../../../proto/gen/metrics_pb.js';
import { MetricName, type MetricsContainer } from '../../../proto/gen/orc8r/protos/metricsd_pb.js';
import {
  type ServiceInfo,
  ServiceInfo_ApplicationHealth,
  ServiceInfo_ServiceState,
} from '../../../proto/gen/orc8r/protos/service303_pb.js';
import type { GatewayMetrics } from '../schemas/gateway-services.ts';

export function toServiceInfo({ name, version, state, health, startTimeSecs, status }: ServiceInfo) {
  return {
    name,
    version,
    // A later version may know more than we do.
    state: ServiceInfo_ServiceState[state] ?? 'UNKNOWN',
    health: ServiceInfo_ApplicationHealth[health] ?? 'APP_UNKNOWN',
    start_time_secs: Number(startTimeSecs),
    meta: status?.meta ?? {},
  };
}

export const toGatewayMetrics = ({ family }: MetricsContainer): GatewayMetrics => ({ families: family.map(toFamily) });

type Family = GatewayMetrics['families'][number];

function toFamily({ name, help, type, metric }: MetricFamily): Family {
  return {
    // The number of a name stands for the name (wire.json, MetricName).
    name: (/^\d+$/.test(name) ? MetricName[Number(name)] : undefined) ?? name,
    help,
    type: MetricType[type] as Family['type'],
    metrics: metric.map(toMetric),
  };
}

function toMetric(metric: Metric): Family['metrics'][number] {
  const { label, timestampMs, gauge, counter, untyped, histogram, summary } = metric;
  const single = gauge ?? counter ?? untyped;
  const many = histogram ?? summary;
  return {
    labels: Object.fromEntries(label.map(({ name, value }) => [name, value])),
    ...(timestampMs === 0n ? {} : { timestamp_ms: Number(timestampMs) }),
    ...(single ? { value: text(single.value) } : {}),
    ...(many ? { sample_count: Number(many.sampleCount), sample_sum: text(many.sampleSum) } : {}),
    ...(histogram
      ? {
          buckets: histogram.bucket.map(({ upperBound, cumulativeCount }) => ({
            upper_bound: text(upperBound),
            cumulative_count: Number(cumulativeCount),
          })),
        }
      : {}),
    ...(summary ? { quantiles: summary.quantile.map(({ quantile, value }) => ({ quantile, value: text(value) })) } : {}),
  };
}

/** As Prometheus writes numbers. */
const text = (value: number): string =>
  value === Number.POSITIVE_INFINITY ? '+Inf' : value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value);
