import type { MconfigFacet } from '../../../core/module/facets.ts';
import { aaaServer } from '../../feg/mconfig/aaa-server.ts';
import { eapAka, eapSim } from '../../feg/mconfig/eap.ts';
import { CWF_GATEWAY, HA_PAIR } from '../services/entity-types.ts';
import { forCwf } from './cwf-gateway.ts';
import { health } from './health.ts';
import { directoryd, redirectd } from './log-levels.ts';
import { pipelined } from './pipelined.ts';
import { sessiond } from './sessiond.ts';

/** What carrier Wi-Fi gateways are told (SOUTHBOUND.md 8, rows that begin with `cwf`, and `directoryd`). */
export const mconfig: MconfigFacet = {
  reads: ['magmad_gateway', CWF_GATEWAY, HA_PAIR],
  builders: {
    cwf_pipelined: forCwf(pipelined),
    cwf_sessiond: forCwf(sessiond),
    cwf_eap_aka: forCwf(({ network }) => eapAka(network.eap_aka)),
    cwf_eap_sim: forCwf(({ network }) => eapSim(network.eap_sim)),
    cwf_aaa_server: forCwf(({ network }) => aaaServer(network.aaa_server)),
    cwf_redirectd: forCwf(redirectd),
    cwf_directoryd: forCwf(directoryd),
    cwf_health: forCwf(health),
  },
};
