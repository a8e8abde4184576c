import type { MessageInitShape } from '@bufbuild/protobuf';
import type { GatewayGraph } from '../../../core/module/facets.ts';
import { type FederatedModeMapSchema, ModeMapItem_FederatedMode } from '../../../proto/gen/lte/protos/mconfig/mconfigs_pb.js';
import { networkConfig } from '../../orc8r/mconfig/configs.ts';

/** What is read of `federated_network_configs`, which belongs to the federation module. */
interface FederatedNetwork {
  readonly federated_modes_mapping?: {
    readonly enabled?: boolean;
    readonly mapping?:
      | readonly { readonly mode?: string; readonly plmn?: string; readonly imsi_range?: string; readonly apn?: string }[]
      | null;
  } | null;
}

const MODES = new Map<string | undefined, ModeMapItem_FederatedMode>([
  ['local_subscriber', ModeMapItem_FederatedMode.LOCAL_SUBSCRIBER],
  ['s8_subscriber', ModeMapItem_FederatedMode.S8_SUBSCRIBER],
]);

/** Who serves which subscribers, from the network's `federated_network`; undefined in a network without federation. */
export function federatedModeMap(input: GatewayGraph): MessageInitShape<typeof FederatedModeMapSchema> | undefined {
  const map = networkConfig<FederatedNetwork>(input, 'federated_network')?.federated_modes_mapping;
  if (!map) return undefined;
  return {
    enabled: map.enabled,
    mapping: (map.mapping ?? []).map(({ mode, plmn, imsi_range, apn }) => ({
      mode: MODES.get(mode) ?? ModeMapItem_FederatedMode.SPGW_SUBSCRIBER,
      plmn,
      imsiRange: imsi_range,
      apn,
    })),
  };
}
