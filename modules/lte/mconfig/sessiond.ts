import type { MconfigEntry } from '../../../core/module/facets.ts';
import { SessionDSchema } from '../../../proto/gen/lte/protos/mconfig/mconfigs_pb.js';
import { LogLevel } from '../../../proto/gen/orc8r/protos/common_pb.js';
import { entry } from '../../orc8r/mconfig/entry.ts';
import { sentryFields } from '../../orc8r/mconfig/sentry.ts';
import type { LteGateway } from './lte-gateway.ts';

/** Key `sessiond`. An LTE session whose quota has run out is not ended. */
export function sessiond({ input, network: { epc } }: LteGateway): readonly MconfigEntry[] {
  return [
    entry('sessiond', SessionDSchema, {
      logLevel: LogLevel.INFO,
      walletExhaustDetection: { terminateOnExhaust: false },
      gxGyRelayEnabled: epc.gx_gy_relay_enabled,
      sentryConfig: sentryFields(input),
      enable5gFeatures: epc.enable5g_features,
    }),
  ];
}
