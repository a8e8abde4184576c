import { z } from 'zod';
import { base64Bytes, keepZero, nonEmpty, uint32, uint64 } from '../../../core/rest/fields.ts';
import { networkMobility } from './network-mobility.ts';
import { imei, mcc, mnc, plmnConfig, tacList } from './plmn-config.ts';

export const subscriberdbSyncInterval = uint32()
  .min(60)
  .meta({ id: 'subscriberdb_sync_interval', description: 'Seconds between two looks of a gateway for changed subscribers' });

const subProfile = z.object({
  max_ul_bit_rate: uint64().min(1).describe('Highest uplink rate, in bits per second'),
  max_dl_bit_rate: uint64().min(1).describe('Highest downlink rate, in bits per second'),
});

export const networkEpcConfigs = z
  .object({
    mcc: mcc().describe('Mobile country code of the network'),
    mnc: mnc().describe('Mobile network code of the network'),
    tac: uint32().min(1).max(65535).describe('Tracking area code'),
    lte_auth_op: base64Bytes({ min: 1 }).describe('Operator variant key (OP) for subscribers without one of their own'),
    lte_auth_amf: base64Bytes({ min: 1 }).describe('Authentication management field'),
    sub_profiles: z
      .record(nonEmpty(), subProfile)
      .optional()
      .describe('Rate limits that subscribers refer to by name; `default` serves those that name none'),
    default_rule_id: z.string().optional().describe('Policy rule for traffic that no other rule matches'),
    hss_relay_enabled: z.boolean().describe('Ask the HSS of a partner network about subscribers instead of the own list'),
    gx_gy_relay_enabled: z.boolean().describe('Ask a partner network for policies and charging'),
    subscriberdb_sync_interval: subscriberdbSyncInterval.optional(),
    cloud_subscriberdb_enabled: z.boolean().optional().describe('Let gateways ask the cloud about subscribers they do not hold'),
    enable5g_features: keepZero(z.boolean(), false).optional().describe('Run the 5G core beside the LTE one'),
    congestion_control_enabled: keepZero(z.boolean(), true)
      .optional()
      .describe('Refuse attach requests in overload; gateways may override it'),
    network_services: z
      .array(z.enum(['dpi', 'policy_enforcement']))
      .optional()
      .describe('Services run on subscriber traffic'),
    mobility: networkMobility.optional().describe('How subscribers come by their IP addresses'),
    restricted_plmns: z.array(plmnConfig).optional().describe('Mobile networks whose subscribers are refused'),
    service_area_maps: z.record(z.string(), tacList).optional().describe('Tracking area codes by name of a service area'),
    restricted_imeis: z.array(imei).optional().describe('Devices that are refused'),
  })
  .meta({ id: 'network_epc_configs', description: 'Packet core settings that all gateways of a network share' });

export type NetworkEpcConfigs = z.infer<typeof networkEpcConfigs>;
