import { defineModule } from '../../core/module/facets.ts';
import { commands } from './commands.ts';
import { entityTypes, networkTypes } from './entities.ts';
import { mconfig } from './mconfig/index.ts';
import { restoring } from './restoring.ts';
import { routes } from './routes/index.ts';
import { southbound } from './southbound/index.ts';
import { stillAllowed } from './services/allowed-commands.ts';
import { generic } from './services/command-kinds.ts';
import { stateIndexers, stateTypes } from './states/index.ts';
import { configs } from './streams/configs.ts';

/** What all networks and gateways share; every other module builds on it. */
export const orc8r = defineModule({
  name: 'orc8r',
  version: '0.1.0',
  description: 'Networks, gateways and tiers of any kind; check-in, configuration, metrics and commands',
  networkTypes,
  entityTypes,
  routes,
  mconfig,
  streams: [configs],
  stateTypes,
  stateIndexers,
  southbound,
  commands,
  commandChecks: { [generic.name]: stillAllowed },
  restoring,
});
