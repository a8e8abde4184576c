import type { MconfigEntry } from '../../../core/module/facets.ts';
import { LogLevel } from '../../../proto/gen/orc8r/protos/common_pb.js';
import { MetricsDSchema } from '../../../proto/gen/orc8r/protos/mconfig/mconfigs_pb.js';
import { entry } from './entry.ts';

/** Key `metricsd`; nothing in it can be configured. */
export const metricsd = (): readonly MconfigEntry[] => [entry('metricsd', MetricsDSchema, { logLevel: LogLevel.INFO })];
