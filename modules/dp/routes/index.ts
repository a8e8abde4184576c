import type { Route } from '../../../core/module/route.ts';
import { cbsdRoutes } from './cbsds.ts';

/** Every REST operation of this module; its logs come with the observability routes. */
export const routes: readonly Route[] = [...cbsdRoutes];
