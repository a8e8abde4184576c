import { create } from '@bufbuild/protobuf';
import { existing, idsJson } from '../../../core/configurator/load.ts';
import { type EntityId, entityKey } from '../../../core/configurator/model.ts';
import type { Mutation } from '../../../core/configurator/mutations.ts';
import { invalid } from '../../../core/errors.ts';
import { type GatewayContext, type SouthboundMethod, unary } from '../../../core/module/facets.ts';
import { VoidSchema } from '../../../proto/gen/orc8r/protos/common_pb.js';
import { PolicyAssignmentController } from '../../../proto/gen/lte/protos/policydb_pb.js';
import { BASE_NAME, POLICY, SUBSCRIBER } from '../services/entity-types.ts';

/** Rules and base names in one request. */
const MAX_NAMES = 1000;

interface Assignment {
  /** With its prefix: it is the key of the subscriber. */
  readonly imsi: string;
  readonly ruleIds: readonly string[];
  readonly baseNames: readonly string[];
}

/**
 * PolicyAssignmentController: a gateway that was told of rules from outside has them assigned to a subscriber of its network, or taken
 * off (SOUTHBOUND.md 7, "policydb reverse path").
 */
export const policyAssignment: readonly SouthboundMethod[] = [
  unary(PolicyAssignmentController.method.enableStaticRules, (request, context) => assign('add_children', request, context)),
  unary(PolicyAssignmentController.method.disableStaticRules, (request, context) => assign('remove_children', request, context)),
];

/** Error: `invalid`, naming all that the network does not have. */
async function assign(change: 'add_children' | 'remove_children', request: Assignment, context: GatewayContext) {
  const { imsi, ruleIds, baseNames } = request;
  const names = [...ruleIds, ...baseNames];
  if (names.length > MAX_NAMES) throw invalid(`${names.length} rules and base names in one request; at most ${MAX_NAMES} are taken`);
  const id: EntityId = { type: SUBSCRIBER, key: imsi };
  const named = [id, ...ruleIds.map((key) => ({ type: POLICY, key })), ...baseNames.map((key) => ({ type: BASE_NAME, key }))];
  const [found] = await context.read(existing({ networkId: context.networkId, ids: idsJson(named) }));
  const unknown = named.filter((one) => !found.has(entityKey(one)));
  if (unknown.length > 0) {
    throw invalid(
      unknown
        .slice(0, 10)
        .map(({ type, key }) => ({ path: '', message: `${NOUNS[type]} "${key.slice(0, 255)}" does not exist in this network` })),
    );
  }
  const mutations = [edges(change, id, POLICY, ruleIds), edges(change, id, BASE_NAME, baseNames)].flat();
  if (mutations.length > 0) await context.commit({ action: `subscriber.${VERBS[change]}`, target: imsi, mutations });
  return create(VoidSchema);
}

const edges = (change: 'add_children' | 'remove_children', id: EntityId, type: string, keys: readonly string[]): Mutation[] =>
  keys.length === 0 ? [] : [{ do: change, id, type, keys: [...new Set(keys)] }];

const NOUNS: Readonly<Record<string, string>> = { [SUBSCRIBER]: 'subscriber', [POLICY]: 'policy rule', [BASE_NAME]: 'base name' };
const VERBS = { add_children: 'assign_rules', remove_children: 'withdraw_rules' } as const;
