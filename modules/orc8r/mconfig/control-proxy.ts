import type { MconfigEntry } from '../../../core/module/facets.ts';
import { LogLevel } from '../../../proto/gen/orc8r/protos/common_pb.js';
import { ControlProxySchema } from '../../../proto/gen/orc8r/protos/mconfig/mconfigs_pb.js';
import { entry } from './entry.ts';

/** Key `control_proxy`; nothing in it can be configured. */
export const controlProxy = (): readonly MconfigEntry[] => [entry('control_proxy', ControlProxySchema, { logLevel: LogLevel.INFO })];
