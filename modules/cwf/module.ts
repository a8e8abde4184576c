import { defineModule } from '../../core/module/facets.ts';
import { entityTypes, networkTypes } from './entities.ts';
import { mconfig } from './mconfig/index.ts';
import { routes } from './routes/index.ts';
import { stateTypes } from './states.ts';

/** Carrier Wi-Fi networks: gateways between access points and the core of a mobile network. */
export const cwf = defineModule({
  name: 'cwf',
  version: '0.1.0',
  description: 'Carrier Wi-Fi networks, their gateways and pairs of them',
  dependsOn: ['orc8r', 'lte', 'feg'],
  networkTypes,
  entityTypes,
  stateTypes,
  routes,
  mconfig,
});
