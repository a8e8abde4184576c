import type { SouthboundMethod } from '../../../core/module/facets.ts';
import { callTraceController } from './call-trace-controller.ts';
import { certifier } from './certifier.ts';
import { cloudStateService } from './cloud-state-service.ts';
import { configurator } from './configurator.ts';
import { directoryService } from './directory-service.ts';
import { metricsController } from './metrics-controller.ts';
import { stateService } from './state-service.ts';
import { streamer } from './streamer.ts';

/** What every gateway can call. */
export const southbound: readonly SouthboundMethod[] = [
  ...stateService,
  ...cloudStateService,
  ...directoryService,
  ...streamer,
  ...metricsController,
  ...configurator,
  ...callTraceController,
  ...certifier,
];
