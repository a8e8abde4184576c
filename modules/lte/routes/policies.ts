import { z } from 'zod';
import { entityKeys } from '../../../core/configurator/keys.ts';
import { loadPage, networkById } from '../../../core/configurator/load.ts';
import type { Entity } from '../../../core/configurator/model.ts';
import { notFound } from '../../../core/errors.ts';
import { type Route, route } from '../../../core/module/route.ts';
import { pagingQuery } from '../../../core/paging.ts';
import { complete } from '../../../core/rest/complete.ts';
import { entityRoutes, mapPage, nextPage, pagedMapNote } from '../../../core/rest/entity-collection.ts';
import { pathParams } from '../../../core/rest/fields.ts';
import { answers, ok } from '../../../core/rest/reply.ts';
import { leavesNetworkWide } from '../services/subscriber-config.ts';
import { baseNameRecord, newBaseNameRecord } from '../schemas/base-name-record.ts';
import { baseName } from '../schemas/network-subscriber-config.ts';
import { policyRule, ruleId } from '../schemas/policy-rule.ts';
import { BASE_NAME, POLICY } from '../services/entity-types.ts';
import {
  createBaseName,
  createRule,
  existingOf,
  missingOf,
  readBaseName,
  readRule,
  referencesOfBaseName,
  referencesOfRule,
  replaceBaseName,
  replaceRule,
} from '../services/policy.ts';

const tag = 'Policies';
const rules = '/networks/{network_id}/policies/rules';
const baseNames = '/networks/{network_id}/policies/base_names';

interface ListKind {
  readonly path: string;
  readonly operationId: string;
  readonly nouns: string;
  readonly type: string;
  readonly id: z.ZodType;
  readonly schema: z.ZodType;
  readonly read: (entity: Entity) => unknown;
}

const listQuery = pagingQuery.extend({
  view: z
    .string()
    .max(64)
    .optional()
    .meta({ description: '`full` asks for the whole objects, by id; in any case of letters', examples: ['full'] }),
});

/** A list of ids, or with `?view=full` a map of whole objects. */
const list = ({ path, operationId, nouns, type, id, schema, read }: ListKind): Route =>
  route({
    method: 'get',
    path,
    operationId,
    tag,
    summary: `List the ${nouns} of a network`,
    description: `Ids, sorted; with \`view=full\` the ${nouns} themselves by id. ${pagedMapNote}`,
    permission: { action: 'read', scope: 'network' },
    params: pathParams('network_id'),
    query: listQuery,
    responses: answers(z.union([z.array(id), z.record(z.string(), schema)]), `Ids, or the ${nouns} by id`, 'ETag', 'Next-Page-Token'),
    handle: async ({ params: { network_id: networkId }, query }, ctx) => {
      const page = mapPage(query);
      if (query.view?.toLowerCase() !== 'full') {
        const [network, keys] = await ctx.read(networkById({ id: networkId }), entityKeys({ networkId, type, ...page }));
        if (!network) throw notFound(`network "${networkId}"`);
        return { ...ok(keys, [network.version]), headers: nextPage(keys, page.limit) };
      }
      const [network, graph] = await ctx.read(networkById({ id: networkId }), loadPage(networkId, type, page));
      if (!network) throw notFound(`network "${networkId}"`);
      const entities = [...graph.entities.values()];
      // A schema with two forms says nothing about how one of them is written, so that is settled here.
      const body = Object.fromEntries(entities.map((entity) => [entity.key, complete(schema, read(entity))]));
      const keys = entities.map((entity) => entity.key);
      return { ...ok(body, [network.version, 'full']), headers: nextPage(keys, page.limit) };
    },
  });

/** Policy rules, and groups of them, in networks of any type. */
export const policyRoutes: readonly Route[] = [
  list({
    path: rules,
    operationId: 'listPolicyRules',
    nouns: 'policy rules',
    type: POLICY,
    id: ruleId,
    schema: policyRule,
    read: readRule,
  }),
  ...entityRoutes({
    path: rules,
    param: 'rule_id',
    name: 'PolicyRule',
    tag,
    type: POLICY,
    noun: 'policy rule',
    schema: policyRule,
    key: (body) => body.id,
    keyField: 'id',
    read: readRule,
    needs: (networkId, body) => existingOf(networkId, referencesOfRule(body)),
    check: (body, found) => missingOf(referencesOfRule(body), found),
    create: (body) => createRule(body),
    replace: (_key, body, current) => replaceRule(body, current),
    ...leavesNetworkWide('network_wide_rule_names'),
    merges: true,
    removesSilently: true,
    // The contract's document names the id, Magma's server answers nothing (REST-BEHAVIOUR 10), and so do we.
    answersCreate: { schema: ruleId, description: 'Created. The body is empty, as in Magma' },
  }),
  list({
    path: baseNames,
    operationId: 'listBaseNames',
    nouns: 'base names',
    type: BASE_NAME,
    id: baseName,
    schema: baseNameRecord,
    read: readBaseName,
  }),
  ...entityRoutes({
    path: baseNames,
    param: 'base_name',
    name: 'BaseName',
    tag,
    type: BASE_NAME,
    noun: 'base name',
    schema: baseNameRecord,
    creates: newBaseNameRecord,
    key: (body) => body.name,
    keyField: 'name',
    read: readBaseName,
    needs: (networkId, body) => existingOf(networkId, referencesOfBaseName(body)),
    check: (body, found) => missingOf(referencesOfBaseName(body), found),
    create: (body) => createBaseName(body),
    replace: (_key, body, current) => replaceBaseName(body, current),
    ...leavesNetworkWide('network_wide_base_names'),
    merges: true,
    removesSilently: true,
    answersCreate: { schema: baseName, description: 'Name of the new group', body: (key) => key },
  }),
];
