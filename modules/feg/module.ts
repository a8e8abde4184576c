import { defineModule } from '../../core/module/facets.ts';
import { entityTypes, networkTypes } from './entities.ts';
import { mconfig } from './mconfig/index.ts';
import { restoring } from './restoring.ts';
import { routes } from './routes/index.ts';

/** Federation gateways, which connect networks to the cores of partners. */
export const feg = defineModule({
  name: 'feg',
  version: '0.1.0',
  description: 'Federation networks and their gateways, and the LTE networks that they serve',
  dependsOn: ['orc8r', 'lte'],
  networkTypes,
  entityTypes,
  routes,
  mconfig,
  restoring,
});
