import { z } from 'zod';
import { nullWhenUnset, unset } from '../../../core/rest/fields.ts';
import { plmnId } from './plmn-ids.ts';

export const modeMapItem = z
  .object({
    mode: z
      .enum(['local_subscriber', 's8_subscriber'])
      .optional()
      .describe('Who serves these subscribers; absent: the gateway with a partner for control'),
    plmn: plmnId()
      .optional()
      .meta({ description: 'Mobile network of the subscribers: MCC and MNC in one', examples: ['00101'] }),
    imsi_range: z
      .string()
      .optional()
      .meta({ description: 'First and last IMSI of the subscribers, with a colon between', examples: ['001010000000001:001010000000099'] }),
    apn: z
      .string()
      .optional()
      .meta({ description: 'Name of the access point that the subscribers use', examples: ['internet'] }),
  })
  .meta({ id: 'mode_map_item', description: 'Some subscribers, and who serves them' });

export const federatedModeMap = z
  .object({
    enabled: z.boolean().meta({ default: false }).optional().describe('Whether the map is used'),
    mapping: nullWhenUnset(z.array(modeMapItem)).describe('The first item that fits a subscriber counts'),
  })
  .meta({ id: 'federated_mode_map', description: 'Who serves which subscribers of a federated network' });

export const federatedNetworkConfigs = z
  .object({
    feg_network_id: unset(z.string(), 'null').meta({
      description: 'Id of the federation network whose gateways connect this one to partners; empty for none',
      examples: ['partners'],
    }),
    federated_modes_mapping: federatedModeMap.optional(),
  })
  .meta({ id: 'federated_network_configs', description: 'How a network uses a federation network' });

export type FederatedNetworkConfigs = z.infer<typeof federatedNetworkConfigs>;
