import type { EntityType } from '../../core/module/facets.ts';
import { storedCbsd } from './schemas/cbsd.ts';
import { CBSD } from './services/cbsd-queries.ts';

export const entityTypes: Readonly<Record<string, EntityType>> = {
  [CBSD]: {
    description: 'Base station in shared spectrum; clients know it by the number of its entity, physical id: `cbsd:<serial>`',
    config: storedCbsd,
  },
};
