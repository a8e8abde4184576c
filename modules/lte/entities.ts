import type { EntityType, NetworkType } from '../../core/module/facets.ts';
import { sharedNetworkConfigs } from '../orc8r/entities.ts';
import { apnResource } from './schemas/apn-resource.ts';
import { apnConfiguration } from './schemas/apn.ts';
import { cellularGatewayPoolConfigs } from './schemas/cellular-gateway-pool.ts';
import { enodebConfig } from './schemas/enodeb.ts';
import { gatewayCellularConfigs } from './schemas/gateway-cellular-configs.ts';
import { networkCellularConfigs } from './schemas/network-cellular-configs.ts';
import { networkSubscriberConfig } from './schemas/network-subscriber-config.ts';
import { networkProbeDestinationDetails, networkProbeTaskDetails } from './schemas/network-probe.ts';
import { policyQosProfile } from './schemas/policy-qos-profile.ts';
import { policyRule } from './schemas/policy-rule.ts';
import { mutableRatingGroup } from './schemas/rating-group.ts';
import { storedSms } from './schemas/sms.ts';
import { subscriberConfig } from './schemas/subscriber.ts';

export const networkTypes: Readonly<Record<string, NetworkType>> = {
  lte: {
    configs: { ...sharedNetworkConfigs, cellular_network: networkCellularConfigs, network_subscriber_config: networkSubscriberConfig },
  },
};

/** The entities of this module (REST-BEHAVIOUR.md 16). A config schema comes with the routes that write the config. */
export const entityTypes: Readonly<Record<string, EntityType>> = {
  cellular_gateway: {
    description: 'LTE part of a gateway, below a magmad_gateway of the same key',
    config: gatewayCellularConfigs,
    children: ['cellular_enodeb', 'apn_resource'],
    owns: ['apn_resource'],
  },
  cellular_enodeb: { description: 'Base station; key and physical id: serial number', config: enodebConfig },
  cellular_gateway_pool: {
    description: 'Gateways that share the load of an area',
    config: cellularGatewayPoolConfigs,
    children: ['cellular_gateway'],
  },
  apn: { description: 'Access point that subscribers connect through; key: its name', config: apnConfiguration },
  apn_resource: {
    description: 'How one gateway reaches the network behind an APN',
    config: apnResource,
    children: ['apn'],
  },
  subscriber: {
    description: 'SIM; key: IMSI with prefix',
    config: subscriberConfig,
    children: ['apn', 'policy', 'base_name', 'apn_policy_profile'],
    owns: ['apn_policy_profile'],
  },
  msisdn: { description: 'Telephone number; name: IMSI of the subscriber, who need not be there' },
  sms_message: { description: 'Text message to a subscriber', config: storedSms },
  apn_policy_profile: { description: 'Policies of one subscriber on one APN; key: <IMSI>___<APN>', children: ['apn', 'policy'] },
  policy: {
    description: 'Rule for the traffic of subscribers',
    config: policyRule.omit({ id: true, assigned_subscribers: true, qos_profile: true }),
    children: ['policy_qos_profile'],
  },
  base_name: { description: 'Group of policy rules', children: ['policy'] },
  policy_qos_profile: { description: 'Quality of service that rules refer to', config: policyQosProfile.omit({ id: true }) },
  rating_group: { description: 'How traffic is charged; key: its number in decimal', config: mutableRatingGroup },
  network_probe_task: { description: 'Interception of one target', config: networkProbeTaskDetails },
  network_probe_destination: { description: 'Where intercepted data is delivered', config: networkProbeDestinationDetails },
};
