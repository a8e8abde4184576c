import type { MconfigEntry } from '../../../core/module/facets.ts';
import { SessionDSchema, WalletExhaustDetection_Method } from '../../../proto/gen/lte/protos/mconfig/mconfigs_pb.js';
import { LogLevel } from '../../../proto/gen/orc8r/protos/common_pb.js';
import { entry } from '../../orc8r/mconfig/entry.ts';

/** Key `sessiond`. Policies and charging always come from a partner, and a session whose quota has run out is ended. */
export const sessiond = (): readonly MconfigEntry[] => [
  entry('sessiond', SessionDSchema, {
    logLevel: LogLevel.INFO,
    gxGyRelayEnabled: true,
    walletExhaustDetection: { terminateOnExhaust: true, method: WalletExhaustDetection_Method.GxTrackedRules },
  }),
];
