import { z } from 'zod';
import { aaaServer } from './aaa-server.ts';
import { eapAka, eapSim } from './eap.ts';
import { health } from './health.ts';
import { gx, gy } from './session-proxy.ts';
import { csfb, hss, s6a, s8, swx } from './subscriber-proxies.ts';

export const servedNetworkIds = z
  .array(z.string())
  .meta({ id: 'served_network_ids', description: 'Ids of the networks whose gateways may use this federation', examples: [['city']] });
export const servedNhIds = z.array(z.string()).meta({
  id: 'served_nh_ids',
  description: 'Ids of the federation networks that may send requests on to this one',
  examples: [['neutral_host']],
});
export const nhRoutes = z.record(z.string(), z.string()).meta({
  id: 'nh_routes',
  description: 'Id of the federation network that serves subscribers, by their mobile network (five or six digits)',
  examples: [{ '00101': 'partners' }],
});

const shape = {
  s6a,
  s8: s8.optional(),
  hss,
  gx,
  gy,
  swx,
  eap_sim: eapSim.optional(),
  eap_aka: eapAka,
  aaa_server: aaaServer,
  served_network_ids: servedNetworkIds,
  health,
  csfb: csfb.optional(),
  served_nh_ids: servedNhIds.optional(),
  nh_routes: nhRoutes.optional(),
} as const;

export const networkFederationConfigs = z
  .object(shape)
  .meta({ id: 'network_federation_configs', description: 'How the gateways of a federation network reach partners' });

export const gatewayFederationConfigs = z.object(shape).meta({
  id: 'gateway_federation_configs',
  description: 'How one federation gateway reaches partners, in place of what its network says',
});

/** Both models are alike: a gateway without its own uses its network's. */
export type FederationConfigs = z.infer<typeof networkFederationConfigs>;
