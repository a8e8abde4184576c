import type { MconfigFacet } from '../../../core/module/facets.ts';
import { controlProxy } from './control-proxy.ts';
import { eventd } from './eventd.ts';
import { magmad } from './magmad.ts';
import { metricsd } from './metricsd.ts';
import { ovpn } from './ovpn.ts';
import { sharedMconfig } from './shared-mconfig.ts';
import { state } from './state.ts';
import { tdAgentBit } from './td-agent-bit.ts';

/** What every kind of gateway is told (SOUTHBOUND.md 8, first rows). */
export const mconfig: MconfigFacet = {
  reads: ['magmad_gateway', 'upgrade_tier'],
  builders: {
    magmad,
    'td-agent-bit': tdAgentBit,
    eventd,
    ovpn,
    control_proxy: controlProxy,
    metricsd,
    state,
    shared_mconfig: sharedMconfig,
  },
};
