import { z } from 'zod';
import { int64, nonEmpty } from '../../../core/rest/fields.ts';
import { gatewayDevice, registrationInfo } from './gateway-device.ts';
import { gatewayStatus } from './gateway-status.ts';
import { magmadGatewayConfigs } from './magmad-gateway-configs.ts';
import { tierId } from './tier-id.ts';

export const gatewayId = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[a-z][\da-z_-]+$/, { error: 'must begin with a small letter and go on with small letters, digits, _ or -' })
  .meta({
    id: 'gateway_id',
    description: 'Id of the gateway within the network: a small letter, then small letters, digits, `_` and `-`',
    examples: ['agw1'],
  });
export const gatewayName = nonEmpty().meta({ id: 'gateway_name', description: 'Name of the gateway for people', examples: ['Roof'] });
export const gatewayDescription = nonEmpty().meta({
  id: 'gateway_description',
  description: 'What the gateway is for, or where it stands',
  examples: ['North roof'],
});

/** The properties that gateways of every kind share; a kind's own model spreads these and adds to them. */
export const gatewayShape = {
  device: gatewayDevice.optional(),
  registration_info: registrationInfo.optional(),
  id: gatewayId,
  name: gatewayName,
  description: gatewayDescription,
  magmad: magmadGatewayConfigs,
  tier: tierId,
  status: gatewayStatus.optional(),
} as const;

export const magmadGateway = z
  .object(gatewayShape)
  .meta({ id: 'magmad_gateway', description: 'A gateway, as far as all kinds of gateways are alike' });

export const pageToken = z.string().meta({
  id: 'page_token',
  description: 'Token of the next page, for the parameter `page_token`; empty when there is none',
  examples: ['YWd3MQ'],
});

export const paginatedGateways = z
  .object({
    page_token: pageToken,
    gateways: z.record(z.string(), magmadGateway).describe('Gateways of this page by id'),
    total_count: int64().meta({ description: 'Gateways in the network, whatever page this is', examples: [1] }),
  })
  .meta({ id: 'paginated_gateways', description: 'A page of gateways' });

export type MagmadGateway = z.infer<typeof magmadGateway>;
export type PaginatedGateways = z.infer<typeof paginatedGateways>;
