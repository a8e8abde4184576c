import { networkById } from '../../../core/configurator/load.ts';
import type { Network } from '../../../core/configurator/model.ts';
import type { Query } from '../../../core/db/statement.ts';
import { notFound, refuse } from '../../../core/errors.ts';
import type { RequestContext } from '../../../core/module/context.ts';
import { type Route, route } from '../../../core/module/route.ts';
import { checkIfMatch, rewrite } from '../../../core/rest/etag.ts';
import { pathParams } from '../../../core/rest/fields.ts';
import { commitNetwork, networkPart } from '../../../core/rest/network-part.ts';
import { created, createdEmpty, done, noContent } from '../../../core/rest/reply.ts';
import type { NetworkFamily } from '../../orc8r/routes/families.ts';
import { baseNames, type NetworkSubscriberConfig, networkSubscriberConfig, ruleNames } from '../schemas/network-subscriber-config.ts';
import {
  namedRuleFaults,
  NETWORK_WIDE,
  type NetworkWide,
  namedRules,
  storeSubscriberConfig,
  subscriberConfigOf,
  withName,
  withoutName,
} from '../services/subscriber-config.ts';

interface NameList {
  readonly list: NetworkWide;
  /** Last segment of the path. */
  readonly part: 'base_names' | 'rule_names';
  readonly param: 'base_name' | 'rule_id';
  /** Ends the operation ids. */
  readonly name: string;
  readonly schema: typeof baseNames | typeof ruleNames;
}

const LISTS: readonly NameList[] = [
  { list: 'network_wide_base_names', part: 'base_names', param: 'base_name', name: 'BaseName', schema: baseNames },
  { list: 'network_wide_rule_names', part: 'rule_names', param: 'rule_id', name: 'RuleName', schema: ruleNames },
];

/**
 * What holds for every subscriber of a network, whole, list by list and name by name; the same in every family of networks.
 * Its config has to be declared with the family's network type, under `network_subscriber_config`.
 */
export function subscriberConfigRoutes(family: NetworkFamily): Route[] {
  const { base, name, tag } = family;
  const path = `${base}/{network_id}/subscriber_config`;
  return [
    ...networkPart({
      path,
      name: `${name}SubscriberConfig`,
      tag,
      what: 'settings of a network for all its subscribers',
      schema: networkSubscriberConfig,
      read: subscriberConfigOf,
      needs: (config, networkId) => namedRules(networkId, config),
      write: (config, _network, found) => {
        refuse(namedRuleFaults(config, found, (list, index) => `body.${list}[${index}]`));
        return storeSubscriberConfig(config);
      },
    }),
    ...LISTS.flatMap((list) => [...wholeList(family, path, list), ...oneName(family, path, list)]),
  ];
}

const wholeList = ({ name: prefix, tag }: NetworkFamily, path: string, { list, part, name, schema }: NameList): Route[] =>
  networkPart({
    path: `${path}/${part}`,
    name: `${prefix}SubscriberConfig${name}s`,
    tag,
    what: `list of ${NETWORK_WIDE[list].noun}s that hold for all subscribers of a network`,
    schema,
    read: (network) => subscriberConfigOf(network)[list] ?? [],
    needs: (names, networkId) => namedRules(networkId, { [list]: names }),
    write: (names, network, found) => {
      refuse(namedRuleFaults({ [list]: names }, found, (_list, index) => `body[${index}]`));
      return storeSubscriberConfig({ ...subscriberConfigOf(network), [list]: names });
    },
    merges: true,
  });

function oneName({ name: prefix, tag }: NetworkFamily, base: string, { list, part, param, name }: NameList): Route[] {
  const path = `${base}/${part}/{${param}}`;
  const params = pathParams('network_id', param);
  const { noun } = NETWORK_WIDE[list];
  const shared = { path, tag, permission: { action: 'write', scope: 'network' }, params } as const;
  return [
    route({
      ...shared,
      method: 'post',
      operationId: `add${prefix}SubscriberConfig${name}`,
      summary: `Let a ${noun} hold for all subscribers of a network`,
      description: 'Done also when it holds already.',
      guarded: true,
      responses: createdEmpty,
      handle: async ({ params: given }, ctx) => {
        const { networkId, key } = idsOf(given, param);
        const named = { [list]: [key] };
        await change(ctx, networkId, namedRules(networkId, named), (config, found) => {
          refuse(namedRuleFaults(named, found, () => `path.${param}`));
          return withName(config, list, key);
        });
        return created();
      },
    }),
    route({
      ...shared,
      method: 'delete',
      operationId: `remove${prefix}SubscriberConfig${name}`,
      summary: `No longer let a ${noun} hold for all subscribers of a network`,
      description: 'Done also when it did not.',
      responses: done,
      handle: async ({ params: given }, ctx) => {
        const { networkId, key } = idsOf(given, param);
        await change(ctx, networkId, undefined, (config) => withoutName(config, list, key));
        return noContent();
      },
    }),
  ];
}

function idsOf(given: unknown, param: string): { networkId: string; key: string } {
  const values = given as Record<string, string>;
  return { networkId: values['network_id'] ?? '', key: values[param] ?? '' };
}

/** Reads, changes, commits; a change of nothing commits nothing. Error: `not_found` for the network. */
function change(
  ctx: RequestContext,
  id: string,
  needs: Query<Set<string>> | undefined,
  apply: (config: NetworkSubscriberConfig, found: ReadonlySet<string>) => NetworkSubscriberConfig | undefined,
): Promise<void> {
  return rewrite(ctx, async () => {
    const [network, found] = (await ctx.read(networkById({ id }), ...(needs ? [needs] : []))) as [Network | undefined, Set<string>?];
    if (!network) throw notFound(`network "${id}"`);
    const changed = apply(subscriberConfigOf(network), found ?? new Set());
    if (!changed) return checkIfMatch(ctx, [network.version]);
    await commitNetwork(ctx, network, storeSubscriberConfig(changed), true);
  });
}
