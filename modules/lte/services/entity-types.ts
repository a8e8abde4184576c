/** Types of entities and keys of network configs that the LTE module reads and writes. */
export const CELLULAR_GATEWAY = 'cellular_gateway';
export const ENODEB = 'cellular_enodeb';
export const GATEWAY_POOL = 'cellular_gateway_pool';
export const APN = 'apn';
export const APN_RESOURCE = 'apn_resource';
export const APN_POLICY_PROFILE = 'apn_policy_profile';
export const SUBSCRIBER = 'subscriber';
export const POLICY = 'policy';
export const BASE_NAME = 'base_name';
export const POLICY_QOS_PROFILE = 'policy_qos_profile';
export const RATING_GROUP = 'rating_group';
export const MSISDN = 'msisdn';
export const SMS_MESSAGE = 'sms_message';
export const PROBE_TASK = 'network_probe_task';
export const PROBE_DESTINATION = 'network_probe_destination';

export const LTE_NETWORK = 'lte';
export const CELLULAR_NETWORK = 'cellular_network';
export const SUBSCRIBER_CONFIG = 'network_subscriber_config';
