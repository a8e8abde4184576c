import type { MconfigEntry } from '../../../core/module/facets.ts';
import { SctpDSchema } from '../../../proto/gen/lte/protos/mconfig/mconfigs_pb.js';
import { LogLevel } from '../../../proto/gen/orc8r/protos/common_pb.js';
import { entry } from '../../orc8r/mconfig/entry.ts';

/** Key `sctpd`; nothing in it can be configured. */
export const sctpd = (): readonly MconfigEntry[] => [entry('sctpd', SctpDSchema, { logLevel: LogLevel.INFO })];
