import { networkById } from '../../../core/configurator/load.ts';
import { notFound } from '../../../core/errors.ts';
import { type Route, route } from '../../../core/module/route.ts';
import { rewrite } from '../../../core/rest/etag.ts';
import { nonEmpty, pathParams } from '../../../core/rest/fields.ts';
import { commitNetwork, networkPart } from '../../../core/rest/network-part.ts';
import { done, noContent } from '../../../core/rest/reply.ts';
import type { NetworkFeatures, NetworkSentryConfig, StateConfig } from '../schemas/network-configs.ts';
import { networkFeatures, networkSentryConfig, stateConfig } from '../schemas/network-configs.ts';
import { networkDescription, networkName } from '../schemas/network.ts';
import { type NetworkDnsConfig, networkDnsConfig } from '../schemas/network-dns-config.ts';
import { configOf, DNS, FEATURES, SENTRY, STATE } from '../services/network.ts';
import { dnsRecordRoutes } from './dns-records.ts';
import type { NetworkFamily } from './families.ts';

/** Name, description, features and DNS, which every family of networks serves. */
export function sharedNetworkParts(family: NetworkFamily): Route[] {
  const { base, name, tag } = family;
  const path = (part: string) => `${base}/{network_id}/${part}`;
  return [
    ...networkPart({
      path: path('name'),
      name: `${name}Name`,
      tag,
      what: 'name of a network',
      schema: networkName,
      read: (network) => network.name,
      write: (value) => [{ do: 'update_network', name: value }],
    }),
    ...networkPart({
      path: path('description'),
      name: `${name}Description`,
      tag,
      what: 'description of a network',
      schema: networkDescription,
      read: (network) => network.description,
      write: (value) => [{ do: 'update_network', description: value }],
    }),
    ...networkPart({
      path: path('features'),
      name: `${name}Features`,
      tag,
      what: 'feature switches of a network',
      schema: networkFeatures,
      read: (network) => configOf<NetworkFeatures>(network, FEATURES),
      write: (value) => [{ do: 'update_network', configs: { [FEATURES]: value } }],
    }),
    removeNetworkConfig(family, 'features', 'Features', FEATURES),
    ...networkPart({
      path: path('dns'),
      name: `${name}Dns`,
      tag,
      what: 'DNS settings of a network',
      schema: networkDnsConfig,
      read: (network) => configOf<NetworkDnsConfig>(network, DNS),
      write: (value) => [{ do: 'update_network', configs: { [DNS]: value } }],
    }),
    removeNetworkConfig(family, 'dns', 'Dns', DNS),
    ...dnsRecordRoutes(family),
  ];
}

/** DELETE of one config of a network; done also when there was none. */
export function removeNetworkConfig({ base, name, tag }: NetworkFamily, part: string, what: string, configKey: string): Route {
  return route({
    method: 'delete',
    path: `${base}/{network_id}/${part}`,
    operationId: `delete${name}${what}`,
    tag,
    summary: `Take away the ${part} settings of a network`,
    permission: { action: 'write', scope: 'network' },
    params: pathParams('network_id'),
    responses: done,
    handle: ({ params: { network_id: id } }, ctx) =>
      rewrite(ctx, async () => {
        const [network] = await ctx.read(networkById({ id }));
        if (!network) throw notFound(`network "${id}"`);
        if (configKey in network.configs) await commitNetwork(ctx, network, [{ do: 'update_network', configs: { [configKey]: null } }]);
        return noContent();
      }),
  });
}

/** What only the generic routes serve. */
const genericParts: readonly Route[] = [
  ...networkPart({
    path: '/networks/{network_id}/type',
    name: 'NetworkType',
    tag: 'Networks',
    what: 'type of a network',
    schema: nonEmpty()
      .max(255)
      .meta({ description: 'Kind of network, as `network_type` of a network says', examples: ['lte'] }),
    read: (network) => network.type,
    write: (value) => [{ do: 'update_network', type: value }],
  }),
  ...networkPart({
    path: '/networks/{network_id}/sentry',
    name: 'NetworkSentry',
    tag: 'Networks',
    what: 'crash reporting of a network',
    schema: networkSentryConfig,
    read: (network) => configOf<NetworkSentryConfig>(network, SENTRY),
    write: (value) => [{ do: 'update_network', configs: { [SENTRY]: value } }],
  }),
  ...networkPart({
    path: '/networks/{network_id}/state',
    name: 'NetworkState',
    tag: 'Networks',
    what: 'state reporting of a network',
    schema: stateConfig,
    read: (network) => configOf<StateConfig>(network, STATE),
    write: (value) => [{ do: 'update_network', configs: { [STATE]: value } }],
  }),
];

export const networkPartRoutes: readonly Route[] = [
  ...sharedNetworkParts({ base: '/networks', name: 'Network', tag: 'Networks' }),
  ...genericParts,
];
