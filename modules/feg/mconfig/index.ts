import type { MconfigFacet } from '../../../core/module/facets.ts';
import { FEDERATION_GATEWAY } from '../services/entity-types.ts';
import { aaaServer } from './aaa-server.ts';
import { csfb } from './csfb.ts';
import { eapAka, eapSim } from './eap.ts';
import { forFederation } from './federation-gateway.ts';
import { health } from './health.ts';
import { hss } from './hss.ts';
import { s6aProxy } from './s6a-proxy.ts';
import { s8Proxy } from './s8-proxy.ts';
import { sessionProxy } from './session-proxy.ts';
import { swxProxy } from './swx-proxy.ts';

/** What federation gateways are told (SOUTHBOUND.md 8, rows that begin with `feg`). */
export const mconfig: MconfigFacet = {
  reads: ['magmad_gateway', FEDERATION_GATEWAY],
  builders: {
    feg_s6a_proxy: forFederation(s6aProxy),
    feg_s8_proxy: forFederation(s8Proxy),
    feg_csfb: forFederation(csfb),
    feg_hss: forFederation(hss),
    feg_eap_aka: forFederation(({ settings }) => eapAka(settings.eap_aka)),
    feg_eap_sim: forFederation(({ settings }) => eapSim(settings.eap_sim)),
    feg_aaa_server: forFederation(({ settings }) => aaaServer(settings.aaa_server)),
    feg_session_proxy: forFederation(sessionProxy),
    feg_swx_proxy: forFederation(swxProxy),
    feg_health: forFederation(health),
  },
};
