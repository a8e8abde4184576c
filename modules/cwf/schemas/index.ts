export * from './cwf-gateway.ts';
export * from './cwf-ha-pair.ts';
export * from './cwf-network.ts';
export * from './gateway-cwf-configs.ts';
export * from './network-carrier-wifi-configs.ts';
export * from './reported.ts';
