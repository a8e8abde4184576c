import type { MessageInitShape } from '@bufbuild/protobuf';
import { base64Decode } from '@bufbuild/protobuf/wire';
import type { MconfigEntry } from '../../../core/module/facets.ts';
import { type HSSConfig_SubscriptionProfileSchema, HSSConfigSchema } from '../../../proto/gen/feg/protos/mconfig/mconfigs_pb.js';
import { entry, int64 } from '../../orc8r/mconfig/entry.ts';
import type { Hss } from '../schemas/subscriber-proxies.ts';
import { diameterServer } from './diameter.ts';
import type { Federation } from './federation-gateway.ts';

/** Key `hss`: the subscriber server that the gateway runs itself. */
export function hss({ settings: { hss: config } }: Federation): readonly MconfigEntry[] {
  if (!config) return [];
  const profiles = Object.entries(config.sub_profiles ?? {});
  return [
    entry('hss', HSSConfigSchema, {
      server: diameterServer(config.server),
      lteAuthOp: base64Decode(config.lte_auth_op ?? ''),
      lteAuthAmf: base64Decode(config.lte_auth_amf ?? ''),
      subProfiles: Object.fromEntries(profiles.map(([name, rates]) => [name, profile(rates)])),
      defaultSubProfile: config.default_sub_profile && profile(config.default_sub_profile),
      streamSubscribers: config.stream_subscribers,
    }),
  ];
}

const profile = (rates: NonNullable<Hss['default_sub_profile']>): MessageInitShape<typeof HSSConfig_SubscriptionProfileSchema> => ({
  maxUlBitRate: int64(rates.max_ul_bit_rate ?? 0),
  maxDlBitRate: int64(rates.max_dl_bit_rate ?? 0),
});
