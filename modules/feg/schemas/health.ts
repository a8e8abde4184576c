import { z } from 'zod';
import { nullWhenUnset, uint32 } from '../../../core/rest/fields.ts';

const LARGEST_FLOAT = 3.4028234663852886e38;

/** A number that a 32-bit float of the mconfig can hold. */
const float32 = () => z.number().min(-LARGEST_FLOAT).max(LARGEST_FLOAT);

export const health = z
  .object({
    health_services: nullWhenUnset(z.array(z.enum(['S6A_PROXY', 'SESSION_PROXY', 'SWX_PROXY']))).describe(
      'Services that a healthy gateway runs',
    ),
    update_interval_secs: uint32().optional().describe('Seconds between two health reports'),
    cloud_disable_period_secs: uint32().optional().describe('Seconds that services stay off when the cloud takes the gateway out'),
    local_disable_period_secs: uint32().optional().describe('Seconds that services stay off when the gateway takes itself out'),
    update_failure_threshold: uint32().optional().describe('Failed reports in a row after which the gateway takes itself out'),
    request_failure_threshold: float32().optional().describe('Share of failed requests above which a service is unhealthy, 0 to 1'),
    minimum_request_threshold: uint32().optional().describe('Requests below which that share says nothing'),
    cpu_utilization_threshold: float32().optional().describe('Share of CPU time above which the gateway is unhealthy, 0 to 1'),
    memory_available_threshold: float32().optional().describe('Share of memory in use above which the gateway is unhealthy, 0 to 1'),
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
    description: z.string().describe('What the verdict rests on'),
    service_status: z.record(z.string(), serviceStatusHealth).optional().describe('Health by name of a service'),
  })
  .meta({ id: 'federation_gateway_health_status', description: 'Health of a federation gateway' });

export const federationNetworkClusterStatus = z
  .object({ active_gateway: z.string().describe('Id of the gateway that serves at present') })
  .meta({ id: 'federation_network_cluster_status', description: 'Which gateway of a federation network serves' });

export type Health = z.infer<typeof health>;
export type FederationGatewayHealthStatus = z.infer<typeof federationGatewayHealthStatus>;
