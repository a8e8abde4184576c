import { z } from 'zod';
import { gatewayShape } from '../../orc8r/schemas/gateway.ts';
import { gatewayCwfConfigs } from './gateway-cwf-configs.ts';

const { device, id, name, description, magmad, tier } = gatewayShape;

export const mutableCwfGateway = z
  .object({ device, id, name, description, magmad, tier, carrier_wifi: gatewayCwfConfigs })
  .meta({ id: 'mutable_cwf_gateway', description: 'A carrier Wi-Fi gateway as it is written' });

export const cwfGateway = z
  .object({ ...gatewayShape, carrier_wifi: gatewayCwfConfigs })
  .meta({ id: 'cwf_gateway', description: 'A carrier Wi-Fi gateway with what it last reported' });

export type MutableCwfGateway = z.infer<typeof mutableCwfGateway>;
