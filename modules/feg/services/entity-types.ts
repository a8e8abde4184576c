/** Types of networks and entities and keys of network configs that the federation module reads and writes. */
export const FEG_NETWORK = 'feg';
export const FEG_LTE_NETWORK = 'feg_lte';
export const FEDERATION_GATEWAY = 'federation_gateway';

/** What a federation network has. */
export const FEDERATION = 'federation_network';
/** What a network has that is served by one. */
export const FEDERATED = 'federated_network';
