import { z } from 'zod';
import { base64Bytes, keepZero, nonEmpty, uint32, uint64 } from '../../../core/rest/fields.ts';
import { networkMobility } from './network-mobility.ts';
import { imei, mcc, mnc, plmnConfig, tacList } from './plmn-config.ts';

export const subscriberdbSyncInterval = uint32()
  .min(60)
  .meta({
    id: 'subscriberdb_sync_interval',
    description: 'Seconds between two looks of a gateway for changed subscribers, at least 60; changes are pushed as well',
    examples: [300],
  });

const subProfile = z.object({
  max_ul_bit_rate: uint64()
    .min(1)
    .meta({ description: 'Highest uplink rate of a subscriber with this profile, in bits per second', examples: [100_000_000] }),
  max_dl_bit_rate: uint64()
    .min(1)
    .meta({ description: 'Highest downlink rate of a subscriber with this profile, in bits per second', examples: [200_000_000] }),
});

export const networkEpcConfigs = z
  .object({
    mcc: mcc().meta({ description: 'Mobile country code (MCC) that all cells of the network broadcast: three digits', examples: ['001'] }),
    mnc: mnc().meta({
      description: 'Mobile network code (MNC) that all cells of the network broadcast: two or three digits',
      examples: ['01'],
    }),
    tac: uint32()
      .min(1)
      .max(65535)
      .meta({ description: 'Tracking area code (TAC) that cells broadcast, 1 to 65535', examples: [1] }),
    lte_auth_op: base64Bytes({ min: 1 }).meta({
      description: 'Operator variant key (OP), 16 bytes, from which the OPc of subscribers without their own is derived',
      examples: ['EREREREREREREREREREREQ=='],
    }),
    lte_auth_amf: base64Bytes({ min: 1 }).meta({
      description: 'Authentication management field (AMF) of the authentication vectors, two bytes',
      examples: ['gAA='],
    }),
    sub_profiles: z
      .record(nonEmpty(), subProfile)
      .optional()
      .describe('Rate limits that subscribers refer to by name; `default` serves those that name none'),
    default_rule_id: z
      .string()
      .optional()
      .meta({ description: 'Id of the policy rule for traffic that no other rule matches', examples: ['default_rule'] }),
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
    service_area_maps: z
      .record(z.string(), tacList)
      .optional()
      .meta({ description: 'Tracking area codes by name of a service area', examples: [{ north: [1, 2] }] }),
    restricted_imeis: z.array(imei).optional().describe('Devices that are refused'),
  })
  .meta({ id: 'network_epc_configs', description: 'Packet core settings that all gateways of a network share' });

export type NetworkEpcConfigs = z.infer<typeof networkEpcConfigs>;
