import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { children, entityKey } from '../../../core/configurator/model.ts';
import { fromBase64 } from '../../../core/identity/bytes.ts';
import type { ContentInput, ContentSet } from '../../../core/module/content.ts';
import type { APNConfiguration_PDNType, APNConfigurationSchema } from '../../../proto/gen/lte/protos/apn_pb.js';
import {
  CoreNetworkType_CoreNetworkTypes,
  LTESubscription_LTEAuthAlgo,
  LTESubscription_LTESubscriptionState,
  SubscriberDataSchema,
} from '../../../proto/gen/lte/protos/subscriberdb_pb.js';
import type { ApnConfiguration } from '../schemas/apn.ts';
import type { NetworkCellularConfigs } from '../schemas/network-cellular-configs.ts';
import type { SubscriberConfig } from '../schemas/subscriber.ts';
import { APN, CELLULAR_NETWORK, SUBSCRIBER } from '../services/entity-types.ts';
import { DEFAULT_PROFILE } from '../services/subscriber/model.ts';
import { apnResources, gatewayResources } from './apn-resources.ts';

export const SUBSCRIBERS = 'subscriberdb';

/**
 * All subscribers of a network, one SubscriberData each; keys are IMSIs with their prefix. How a gateway reaches the network behind
 * an APN is its own affair and goes into the items that it gets (SOUTHBOUND.md 7, "Digest-based subscriber sync").
 */
export const subscribers: ContentSet = {
  name: SUBSCRIBERS,
  description: 'Subscribers with their keys and access points',
  stream: true,
  encoding: 1,
  root: SUBSCRIBER,
  reads: [APN],
  networkConfigs: [CELLULAR_NETWORK],
  encode: (input) => toBinary(SubscriberDataSchema, subscriberData(input)),
  withheld: (configs) => {
    const cellular = configs[CELLULAR_NETWORK] as NetworkCellularConfigs | undefined;
    return cellular?.epc.cloud_subscriberdb_enabled
      ? 'the network keeps its subscribers in the cloud (cloud_subscriberdb_enabled)'
      : undefined;
  },
  share: {
    reads: gatewayResources.reads,
    of: gatewayResources.of,
    apply(item, share) {
      const data = fromBinary(SubscriberDataSchema, item);
      const resources = apnResources(share);
      let changed = false;
      for (const apn of data.non3gpp?.apnConfig ?? []) {
        const resource = resources.get(apn.serviceSelection);
        if (!resource) continue;
        apn.resource = resource;
        changed = true;
      }
      return changed ? toBinary(SubscriberDataSchema, data) : item;
    },
  },
};

/** Assigned policies and base names stay empty: they come from edges that lead to subscribers, and in this graph none does. */
function subscriberData({ networkId, root, below }: ContentInput) {
  const { lte, static_ips: staticIps = {}, forbidden_network_types: forbidden = [] } = root.config as SubscriberConfig;
  const apns = children(root, APN).flatMap((key) => {
    const entity = below.get(entityKey({ type: APN, key }));
    return entity ? [apnConfig(key, entity.config as ApnConfiguration, staticIps[key])] : [];
  });
  return create(SubscriberDataSchema, {
    sid: { id: root.key.replace(/^IMSI/, '') },
    networkId: { id: networkId },
    lte: {
      state: LTESubscription_LTESubscriptionState[lte.state],
      authAlgo: LTESubscription_LTEAuthAlgo[lte.auth_algo],
      authKey: bytes(lte.auth_key),
      authOpc: bytes(lte.auth_opc),
    },
    subProfile: lte.sub_profile || DEFAULT_PROFILE,
    subNetwork: { forbiddenNetworkTypes: forbidden.map((type) => CoreNetworkType_CoreNetworkTypes[`NT_${type}`]) },
    non3gpp: { apnConfig: apns.sort((left, right) => (left.serviceSelection < right.serviceSelection ? -1 : 1)) },
  });
}

function apnConfig(name: string, { ambr, qos_profile: qos, pdn_type: pdn = 0 }: ApnConfiguration, assignedStaticIp = '') {
  return {
    serviceSelection: name,
    ambr: { maxBandwidthUl: ambr.max_bandwidth_ul, maxBandwidthDl: ambr.max_bandwidth_dl },
    qosProfile: {
      classId: qos.class_id ?? 0,
      priorityLevel: qos.priority_level ?? 0,
      preemptionCapability: qos.preemption_capability ?? false,
      preemptionVulnerability: qos.preemption_vulnerability ?? false,
    },
    pdn: pdn as APNConfiguration_PDNType,
    assignedStaticIp,
  } satisfies MessageInitShape<typeof APNConfigurationSchema>;
}

const bytes = (base64: string | undefined): Uint8Array => (base64 === undefined ? undefined : fromBase64(base64)) ?? new Uint8Array();
