import type { NetworkView } from '../../core/module/facets.ts';
import { readSubjects } from '../lib/read-subjects.ts';
import type { NetworkPort } from '../ports.ts';

/** The network as a gateway's southbound methods see it. `told` resolves when the network has heard what this gateway reported. */
export const networkView = (network: () => NetworkPort, told: () => Promise<void>): NetworkView => ({
  states: async (query) => {
    await told();
    return readSubjects(network(), query);
  },
  checkins: async (gatewayIds) => new Map(await network().checkins(gatewayIds)),
  reserve: (index) => network().reserveNumber(index),
});
