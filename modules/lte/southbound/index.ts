import type { SouthboundMethod } from '../../../core/module/facets.ts';
import { ha } from './ha.ts';
import { policyAssignment } from './policy-assignment.ts';
import { smsd } from './smsd.ts';
import { subscriberSync } from './subscriber-sync.ts';

/** What LTE access gateways can call. */
export const southbound: readonly SouthboundMethod[] = [...ha, ...smsd, ...subscriberSync, ...policyAssignment];
