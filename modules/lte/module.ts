import { defineModule } from '../../core/module/facets.ts';
import { commands } from './commands.ts';
import { contents } from './contents/index.ts';
import { entityTypes, networkTypes } from './entities.ts';
import { mconfig } from './mconfig/index.ts';
import { restoring } from './restoring/index.ts';
import { routes } from './routes/index.ts';
import { southbound } from './southbound/index.ts';
import { stateIndexers, stateTypes } from './states/index.ts';

/** LTE networks and their access gateways. */
export const lte = defineModule({
  name: 'lte',
  version: '0.1.0',
  description: 'LTE and 5G networks: access gateways, base stations, subscribers and policies',
  dependsOn: ['orc8r'],
  networkTypes,
  entityTypes,
  stateTypes,
  stateIndexers,
  routes,
  mconfig,
  contents,
  southbound,
  commands,
  restoring,
});
