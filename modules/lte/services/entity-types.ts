/** Types of entities and keys of network configs that the LTE module reads and writes. */
export const CELLULAR_GATEWAY = 'cellular_gateway';
export const ENODEB = 'cellular_enodeb';
export const GATEWAY_POOL = 'cellular_gateway_pool';
export const APN = 'apn';
export const APN_RESOURCE = 'apn_resource';
export const APN_POLICY_PROFILE = 'apn_policy_profile';

export const LTE_NETWORK = 'lte';
export const CELLULAR_NETWORK = 'cellular_network';
export const SUBSCRIBER_CONFIG = 'network_subscriber_config';
