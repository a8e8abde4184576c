import type { RestoreRule } from '../../../core/module/facets.ts';
import { poolRule } from './pools.ts';

/** What entities of this module see to when a revision brings them back. */
export const restoring: readonly RestoreRule[] = [poolRule];
