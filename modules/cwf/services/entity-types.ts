/** Types of networks and entities and keys of network configs that the carrier Wi-Fi module reads and writes. */
export const CWF_NETWORK = 'carrier_wifi_network';
export const CWF_GATEWAY = 'carrier_wifi_gateway';
export const HA_PAIR = 'cwf_ha_pair';

/** The config of a network; the same word as the type of the network. */
export const CARRIER_WIFI = 'carrier_wifi_network';
