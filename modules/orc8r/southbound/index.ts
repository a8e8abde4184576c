import type { SouthboundMethod } from '../../../core/module/facets.ts';
import { callTraceController } from './call-trace-controller.ts';
import { configurator } from './configurator.ts';
import { metricsController } from './metrics-controller.ts';
import { stateService } from './state-service.ts';
import { streamer } from './streamer.ts';

/** What every gateway can call. */
export const southbound: readonly SouthboundMethod[] = [
  ...stateService,
  ...streamer,
  ...metricsController,
  ...configurator,
  ...callTraceController,
];
