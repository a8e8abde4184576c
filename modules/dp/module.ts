import { defineModule } from '../../core/module/facets.ts';
import { entityTypes } from './entities.ts';
import { routes } from './routes/index.ts';

/** Base stations in shared spectrum (CBRS). */
export const dp = defineModule({
  name: 'dp',
  version: '0.1.0',
  description: 'Shared spectrum: base stations (CBSDs) and what they want of the spectrum access system',
  dependsOn: ['orc8r'],
  entityTypes,
  routes,
});
