import { z } from 'zod';
import { gatewayShape } from '../../orc8r/schemas/gateway.ts';
import { gatewayFederationConfigs } from './federation-configs.ts';

const { device, registration_info, id, name, description, magmad, tier, status } = gatewayShape;

export const mutableFederationGateway = z
  .object({ device, id, name, description, magmad, tier, federation: gatewayFederationConfigs.optional() })
  .meta({ id: 'mutable_federation_gateway', description: 'A federation gateway as it is written' });

export const federationGateway = z
  .object({
    device,
    registration_info,
    id,
    name,
    description,
    magmad,
    tier,
    federation: gatewayFederationConfigs
      .nullable()
      .describe('Its federation settings; null for a gateway that goes by those of its network'),
    status,
  })
  .meta({ id: 'federation_gateway', description: 'A federation gateway with what it last reported' });

export type MutableFederationGateway = z.infer<typeof mutableFederationGateway>;
