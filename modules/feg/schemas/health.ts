import { z } from 'zod';
import { nullWhenUnset, uint32 } from '../../../core/rest/fields.ts';

const LARGEST_FLOAT = 3.4028234663852886e38;

/** A number that a 32-bit float of the mconfig can hold. */
const float32 = () => z.number().min(-LARGEST_FLOAT).max(LARGEST_FLOAT);

export const health = z
  .object({
    health_services: nullWhenUnset(z.array(z.enum(['S6A_PROXY', 'SESSION_PROXY', 'SWX_PROXY']))).meta({
      description: 'Services that a gateway has to run to count as healthy',
      examples: [['S6A_PROXY']],
    }),
    update_interval_secs: uint32()
      .optional()
      .meta({ description: 'Seconds between two health reports', examples: [10] }),
    cloud_disable_period_secs: uint32()
      .optional()
      .meta({ description: 'Seconds that services stay off when the cloud takes the gateway out', examples: [10] }),
    local_disable_period_secs: uint32()
      .optional()
      .meta({ description: 'Seconds that services stay off when the gateway takes itself out', examples: [1] }),
    update_failure_threshold: uint32()
      .optional()
      .meta({ description: 'Failed reports in a row after which the gateway takes itself out', examples: [3] }),
    request_failure_threshold: float32()
      .optional()
      .meta({ description: 'Share of failed requests above which a service is unhealthy, 0 to 1', examples: [0.5] }),
    minimum_request_threshold: uint32()
      .optional()
      .meta({ description: 'Requests in the interval below which `request_failure_threshold` says nothing', examples: [1] }),
    cpu_utilization_threshold: float32()
      .optional()
      .meta({ description: 'Share of CPU time above which the gateway is unhealthy, 0 to 1', examples: [0.9] }),
    memory_available_threshold: float32()
      .optional()
      .meta({ description: 'Share of memory in use above which the gateway is unhealthy, 0 to 1', examples: [0.9] }),
  })
  .meta({ id: 'health', description: 'When a federation gateway counts as healthy' });

export const serviceStatusHealth = z
  .object({
    service_state: z.enum(['AVAILABLE', 'UNAVAILABLE']).optional().describe('Whether the service runs'),
    health_status: z.enum(['HEALTHY', 'UNHEALTHY']).optional().describe('How the service judges itself'),
  })
  .meta({ id: 'service_status_health', description: 'Health of one service of a gateway' });

export const federationGatewayHealthStatus = z
  .object({
    status: z.enum(['HEALTHY', 'UNHEALTHY']).describe('The verdict on the gateway'),
    description: z.string().meta({ description: 'Which services or thresholds the verdict rests on', examples: ['OK'] }),
    service_status: z.record(z.string(), serviceStatusHealth).optional().describe('Health by name of a service'),
  })
  .meta({ id: 'federation_gateway_health_status', description: 'Health of a federation gateway' });

export const federationNetworkClusterStatus = z
  .object({ active_gateway: z.string().meta({ description: 'Id of the gateway that serves at present', examples: ['fgw1'] }) })
  .meta({ id: 'federation_network_cluster_status', description: 'Which gateway of a federation network serves' });

export type Health = z.infer<typeof health>;
export type FederationGatewayHealthStatus = z.infer<typeof federationGatewayHealthStatus>;
