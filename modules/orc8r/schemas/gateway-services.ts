import { z } from 'zod';
import { nonEmpty, uint64 } from '../../../core/rest/fields.ts';

export const serviceRequest = z
  .object({
    service: nonEmpty().max(255).optional().meta({ description: 'Name of a service on the gateway', default: 'magmad' }),
  })
  .meta({ id: 'gateway_service_request', description: 'Which service of a gateway is asked' });

export const serviceInfo = z
  .object({
    name: z.string().meta({ description: 'Name of the service, as it says', examples: ['magmad'] }),
    version: z.string().meta({ description: 'Which release of it runs', examples: ['1.8.0'] }),
    state: z
      .enum(['UNKNOWN', 'STARTING', 'ALIVE', 'STOPPING', 'STOPPED'])
      .meta({ description: 'Where it is in its life', examples: ['ALIVE'] }),
    health: z.enum(['APP_UNKNOWN', 'APP_UNHEALTHY', 'APP_HEALTHY']).meta({ description: 'How it says it is', examples: ['APP_HEALTHY'] }),
    start_time_secs: uint64().meta({ description: 'When it was started, in seconds since 1970', examples: [1767182400] }),
    meta: z.record(z.string(), z.string()).meta({ description: 'What else it says of itself', examples: [{ agent_version: '0.1.0' }] }),
  })
  .meta({ id: 'gateway_service_info', description: 'What a service of a gateway says of itself' });

const bucket = z
  .object({
    upper_bound: z.string().meta({ description: 'Largest value that is counted, as text since it may be `+Inf`', examples: ['0.5'] }),
    cumulative_count: uint64().meta({ description: 'Observations up to it', examples: [12] }),
  })
  .meta({ id: 'metric_bucket', description: 'A bucket of a histogram' });

const quantile = z
  .object({
    quantile: z.number().meta({ description: 'Which quantile, 0 to 1', examples: [0.9] }),
    value: z.string().meta({ description: 'Its value, as text since it may be `NaN`', examples: ['3.2'] }),
  })
  .meta({ id: 'metric_quantile', description: 'A quantile of a summary' });

const metric = z
  .object({
    labels: z.record(z.string(), z.string()).meta({ description: 'Labels by name', examples: [{ service: 'mme' }] }),
    timestamp_ms: uint64()
      .optional()
      .meta({
        description: 'When it was taken, in milliseconds since 1970; left out when the service does not say',
        examples: [1767182400000],
      }),
    value: z
      .string()
      .optional()
      .meta({ description: 'Value of a gauge, a counter or an untyped metric, as text since it may be `NaN` or `+Inf`', examples: ['7'] }),
    sample_count: uint64()
      .optional()
      .meta({ description: 'Observations of a histogram or summary', examples: [12] }),
    sample_sum: z
      .string()
      .optional()
      .meta({ description: 'Their sum, as text since it may be `NaN`', examples: ['8.25'] }),
    buckets: z.array(bucket).optional().describe('Buckets of a histogram'),
    quantiles: z.array(quantile).optional().describe('Quantiles of a summary'),
  })
  .meta({ id: 'gateway_metric', description: 'One metric with its labels' });

const family = z
  .object({
    name: z.string().meta({ description: 'Name of the family', examples: ['process_cpu_seconds_total'] }),
    help: z
      .string()
      .optional()
      .meta({ description: 'What it counts', examples: ['CPU time used'] }),
    type: z
      .enum(['COUNTER', 'GAUGE', 'SUMMARY', 'UNTYPED', 'HISTOGRAM'])
      .meta({ description: 'Kind of its metrics', examples: ['COUNTER'] }),
    metrics: z.array(metric).describe('One for each set of labels'),
  })
  .meta({ id: 'gateway_metric_family', description: 'Metrics of one name' });

export const gatewayMetrics = z
  .object({ families: z.array(family).describe('All families that the service has') })
  .meta({ id: 'gateway_metrics', description: 'The metrics of a service of a gateway, as they are now' });

export type GatewayMetrics = z.infer<typeof gatewayMetrics>;
