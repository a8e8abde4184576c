import { base64Decode } from '@bufbuild/protobuf/wire';
import type { MconfigEntry } from '../../../core/module/facets.ts';
import { SubscriberDBSchema } from '../../../proto/gen/lte/protos/mconfig/mconfigs_pb.js';
import { LogLevel } from '../../../proto/gen/orc8r/protos/common_pb.js';
import { entry, int64 } from '../../orc8r/mconfig/entry.ts';
import { jittered } from '../../orc8r/mconfig/jitter.ts';
import type { LteGateway } from './lte-gateway.ts';

const DEFAULT_SECONDS = 300;
const SHORTEST_SECONDS = 60;

/** Key `subscriberdb`. The interval (seconds) is the gateway's, else the network's, else 300; spread over gateways by up to a fifth. */
export function subscriberdb({ input, network, gateway }: LteGateway): readonly MconfigEntry[] {
  const { epc } = network;
  const interval = usable(gateway.epc.subscriberdb_sync_interval) ?? usable(epc.subscriberdb_sync_interval) ?? DEFAULT_SECONDS;
  const profiles = Object.entries(epc.sub_profiles ?? {});
  return [
    entry('subscriberdb', SubscriberDBSchema, {
      logLevel: LogLevel.INFO,
      lteAuthOp: base64Decode(epc.lte_auth_op),
      lteAuthAmf: base64Decode(epc.lte_auth_amf),
      subProfiles: Object.fromEntries(
        profiles.map(([name, profile]) => [
          name,
          { maxUlBitRate: int64(profile.max_ul_bit_rate), maxDlBitRate: int64(profile.max_dl_bit_rate) },
        ]),
      ),
      hssRelayEnabled: epc.hss_relay_enabled,
      syncInterval: jittered(interval, 0.2, input.gateway.key),
      enable5gFeatures: epc.enable5g_features,
    }),
  ];
}

const usable = (seconds: number | undefined): number | undefined =>
  seconds !== undefined && seconds >= SHORTEST_SECONDS ? seconds : undefined;
