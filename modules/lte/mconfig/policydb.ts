import type { MconfigEntry } from '../../../core/module/facets.ts';
import { PolicyDBSchema } from '../../../proto/gen/lte/protos/mconfig/mconfigs_pb.js';
import { LogLevel } from '../../../proto/gen/orc8r/protos/common_pb.js';
import { entry } from '../../orc8r/mconfig/entry.ts';

/** Key `policydb`; policies themselves come by streams. */
export const policydb = (): readonly MconfigEntry[] => [entry('policydb', PolicyDBSchema, { logLevel: LogLevel.INFO })];
