import type { ModuleDefinition } from '../core/module/facets.ts';
import { cwf } from './cwf/module.ts';
import { dp } from './dp/module.ts';
import { feg } from './feg/module.ts';
import { lte } from './lte/module.ts';
import { orc8r } from './orc8r/module.ts';

/** All modules of the platform; the only list of them. */
export const modules: readonly ModuleDefinition[] = [orc8r, lte, feg, cwf, dp];
