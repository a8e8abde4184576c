import type { Route } from '../../../core/module/route.ts';
import { directoryRecordRoutes } from './directory-records.ts';
import { gatewayRoutes } from './gateways.ts';
import { haPairRoutes } from './ha-pairs.ts';
import { networkRoutes } from './networks.ts';

/** Every REST operation of the carrier Wi-Fi module. */
export const routes: readonly Route[] = [...networkRoutes, ...gatewayRoutes, ...haPairRoutes, ...directoryRecordRoutes];
