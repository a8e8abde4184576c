import type { MconfigEntry } from '../../../core/module/facets.ts';
import { RedirectDSchema } from '../../../proto/gen/lte/protos/mconfig/mconfigs_pb.js';
import { LogLevel } from '../../../proto/gen/orc8r/protos/common_pb.js';
import { DirectoryDSchema } from '../../../proto/gen/orc8r/protos/mconfig/mconfigs_pb.js';
import { entry } from '../../orc8r/mconfig/entry.ts';

/** Keys `redirectd` and `directoryd`, which are told nothing but how much to log, yet do not start without it. */
export const redirectd = (): readonly MconfigEntry[] => [entry('redirectd', RedirectDSchema, { logLevel: LogLevel.INFO })];
export const directoryd = (): readonly MconfigEntry[] => [entry('directoryd', DirectoryDSchema, { logLevel: LogLevel.INFO })];
