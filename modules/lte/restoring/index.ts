import type { RestoreRule } from '../../../core/module/facets.ts';
import { poolRule } from './pools.ts';
import { apnRule, networkRule, networkWideRule, subscriberRule } from './references.ts';

/** What entities of this module see to when a revision brings them back. */
export const restoring: readonly RestoreRule[] = [poolRule, subscriberRule, networkRule, networkWideRule, apnRule];
