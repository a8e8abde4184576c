import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { children, find } from '../../../core/configurator/model.ts';
import type { GatewayGraph } from '../../../core/module/facets.ts';
import { type APNConfiguration_APNResource, APNConfiguration_APNResourceSchema } from '../../../proto/gen/lte/protos/apn_pb.js';
import { Non3GPPUserProfileSchema } from '../../../proto/gen/lte/protos/subscriberdb_pb.js';
import type { ApnResource } from '../schemas/apn-resource.ts';
import { APN_RESOURCE, CELLULAR_GATEWAY } from '../services/entity-types.ts';

/** The APN resources of one gateway, encoded in order of the APNs' names, so that equal resources are equal bytes. */
export const gatewayResources = {
  reads: [CELLULAR_GATEWAY, APN_RESOURCE],

  of({ gateway, graph }: GatewayGraph): Uint8Array | undefined {
    const cellular = children(gateway, CELLULAR_GATEWAY).flatMap((key) => find(graph, CELLULAR_GATEWAY, key) ?? []);
    const resources = cellular
      .flatMap((entity) => children(entity, APN_RESOURCE))
      .flatMap((key) => find(graph, APN_RESOURCE, key) ?? [])
      .map((entity) => entity.config as ApnResource)
      .sort((left, right) => (left.apn_name < right.apn_name ? -1 : 1));
    if (resources.length === 0) return undefined;
    const apnConfig = resources.map((resource) => ({
      serviceSelection: resource.apn_name,
      resource: create(APNConfiguration_APNResourceSchema, {
        apnName: resource.apn_name,
        gatewayIp: resource.gateway_ip ?? '',
        gatewayMac: resource.gateway_mac ?? '',
        vlanId: resource.vlan_id ?? 0,
      }),
    }));
    return toBinary(Non3GPPUserProfileSchema, create(Non3GPPUserProfileSchema, { apnConfig }));
  },
};

let newest: { readonly bytes: Uint8Array; readonly resources: ReadonlyMap<string, APNConfiguration_APNResource> } | undefined;

/** The resources by name of their APN. They are asked for item by item, so the last ones are remembered. */
export function apnResources(bytes: Uint8Array): ReadonlyMap<string, APNConfiguration_APNResource> {
  if (newest?.bytes !== bytes) {
    const { apnConfig } = fromBinary(Non3GPPUserProfileSchema, bytes);
    const resources = new Map(
      apnConfig.flatMap(({ serviceSelection, resource }) => (resource ? [[serviceSelection, resource] as const] : [])),
    );
    newest = { bytes, resources };
  }
  return newest.resources;
}
