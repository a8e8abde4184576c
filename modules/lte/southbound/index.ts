import type { SouthboundMethod } from '../../../core/module/facets.ts';
import { smsd } from './smsd.ts';

/** What LTE access gateways can call. */
export const southbound: readonly SouthboundMethod[] = [...smsd];
