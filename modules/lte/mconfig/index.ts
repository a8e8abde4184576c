import type { MconfigFacet } from '../../../core/module/facets.ts';
import { dnsd } from './dnsd.ts';
import { enodebd } from './enodebd.ts';
import { liagentd } from './liagentd.ts';
import { forLte } from './lte-gateway.ts';
import { mme } from './mme.ts';
import { mobilityd } from './mobilityd.ts';
import { pipelined } from './pipelined.ts';
import { policydb } from './policydb.ts';
import { sctpd } from './sctpd.ts';
import { sessiond } from './sessiond.ts';
import { subscriberdb } from './subscriberdb.ts';

/** What LTE access gateways are told (SOUTHBOUND.md 8, rows `enodebd` to `liagentd`). */
export const mconfig: MconfigFacet = {
  reads: ['magmad_gateway', 'cellular_gateway', 'cellular_enodeb', 'cellular_gateway_pool'],
  networkWide: ['network_probe_task'],
  builders: {
    enodebd: forLte(enodebd),
    mobilityd: forLte(mobilityd),
    mme: forLte(mme),
    pipelined: forLte(pipelined),
    subscriberdb: forLte(subscriberdb),
    policydb: forLte(policydb),
    sctpd: forLte(sctpd),
    sessiond: forLte(sessiond),
    dnsd: forLte(dnsd),
    liagentd: forLte(liagentd),
  },
};
