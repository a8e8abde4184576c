import { defineModule } from '../../core/module/facets.ts';
import { entityTypes } from './entities.ts';
import { mconfig } from './mconfig.ts';
import { routes } from './routes.ts';
import { southbound } from './southbound.ts';

/** A module to copy: one of each thing that most modules have. It is not in modules/index.ts, so no platform runs it. */
export const monitor = defineModule({
  name: 'monitor',
  version: '0.1.0',
  description: 'Gateways watch the devices behind them',
  dependsOn: ['orc8r'],
  entityTypes,
  routes,
  mconfig,
  southbound,
  commands: [{ name: 'monitor_scan', description: 'Looks for new devices behind the gateway at once' }],
});
