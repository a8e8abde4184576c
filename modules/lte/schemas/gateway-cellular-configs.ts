import { z } from 'zod';
import { cellularGatewayPoolRecords } from './cellular-gateway-pool.ts';
import { gatewayDnsConfigs } from './gateway-dns-configs.ts';
import { gatewayEpcConfigs } from './gateway-epc-configs.ts';
import { gatewayHeConfig } from './gateway-he-config.ts';
import { gatewayNgcConfigs } from './gateway-ngc-configs.ts';
import { gatewayNonEpsConfigs } from './gateway-non-eps-configs.ts';
import { gatewayRanConfigs } from './gateway-ran-configs.ts';

export const gatewayCellularConfigs = z
  .object({
    epc: gatewayEpcConfigs,
    ran: gatewayRanConfigs,
    ngc: gatewayNgcConfigs.optional(),
    non_eps_service: gatewayNonEpsConfigs.optional(),
    dns: gatewayDnsConfigs.optional(),
    he_config: gatewayHeConfig.optional(),
    pooling: cellularGatewayPoolRecords.optional(),
  })
  .meta({ id: 'gateway_cellular_configs', description: 'Radio and core settings of one gateway' });

export type GatewayCellularConfigs = z.infer<typeof gatewayCellularConfigs>;
