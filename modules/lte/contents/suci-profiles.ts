import { create, toBinary } from '@bufbuild/protobuf';
import { NETWORK } from '../../../core/configurator/mutations.ts';
import { fromBase64 } from '../../../core/identity/bytes.ts';
import type { ContentSet } from '../../../core/module/content.ts';
import { SuciProfile_ECIESProtectionScheme, SuciProfileListSchema } from '../../../proto/gen/lte/protos/subscriberdb_pb.js';
import type { NetworkCellularConfigs } from '../schemas/network-cellular-configs.ts';
import { CELLULAR_NETWORK } from '../services/entity-types.ts';

export const SUCI_PROFILES = 'suci_profiles';

/** The keys that uncover concealed identities, all in one item. Not a stream: gateways ask for them (SubscriberDBCloud/ListSuciProfiles). */
export const suciProfiles: ContentSet = {
  name: SUCI_PROFILES,
  description: 'Keys that uncover concealed subscriber identities',
  stream: false,
  encoding: 1,
  root: NETWORK.type,
  reads: [],
  networkConfigs: [CELLULAR_NETWORK],
  encode({ root }) {
    const cellular = (root.config as Record<string, NetworkCellularConfigs | undefined>)[CELLULAR_NETWORK];
    const profiles = cellular?.ngc?.suci_profiles ?? [];
    const suciProfiles = profiles.map((profile) => ({
      homeNetPublicKeyId: profile.home_network_public_key_identifier ?? 0,
      protectionScheme: SuciProfile_ECIESProtectionScheme[profile.protection_scheme ?? 'ProfileA'],
      homeNetPublicKey: fromBase64(profile.home_network_public_key ?? '') ?? new Uint8Array(),
      homeNetPrivateKey: fromBase64(profile.home_network_private_key ?? '') ?? new Uint8Array(),
    }));
    return toBinary(SuciProfileListSchema, create(SuciProfileListSchema, { suciProfiles }));
  },
};
