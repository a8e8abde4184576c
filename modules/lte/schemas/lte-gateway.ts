import { z } from 'zod';
import { gatewayShape } from '../../orc8r/schemas/gateway.ts';
import { apnResources } from './apn-resource.ts';
import { enodebSerials } from './enodeb.ts';
import { gatewayCellularConfigs } from './gateway-cellular-configs.ts';

const lteShape = {
  cellular: gatewayCellularConfigs,
  connected_enodeb_serials: enodebSerials,
  apn_resources: apnResources.optional(),
} as const;

const { device, id, name, description, magmad, tier } = gatewayShape;

export const mutableLteGateway = z
  .object({ device, id, name, description, magmad, tier, ...lteShape })
  .meta({ id: 'mutable_lte_gateway', description: 'An LTE gateway as it is written' });

export const gatewayCheckedInRecently = z
  .boolean()
  .meta({ id: 'gateway_checked_in_recently', description: 'Whether the last check-in is less than five check-in intervals ago' });

export const lteGateway = z
  .object({ ...gatewayShape, checked_in_recently: gatewayCheckedInRecently, ...lteShape })
  .meta({ id: 'lte_gateway', description: 'An LTE gateway with what it last reported' });

export type MutableLteGateway = z.infer<typeof mutableLteGateway>;
