import { asRead } from '../../../core/configurator/restore.ts';
import type { Completion, RestoreFacts, RestoreRule } from '../../../core/configurator/restore-rule.ts';
import { children, entityKey, find, parents } from '../../../core/configurator/model.ts';
import type { Image, Restorable } from '../../../core/configurator/revisions.ts';
import type { Fault } from '../../../core/errors.ts';
import type { CellularGatewayPoolRecord } from '../schemas/cellular-gateway-pool.ts';
import type { GatewayCellularConfigs } from '../schemas/gateway-cellular-configs.ts';
import { CELLULAR_GATEWAY, GATEWAY_POOL } from '../services/entity-types.ts';
import { setCellularConfig, setPools, withPools } from '../services/gateway/cellular.ts';
import { poolFaults } from '../services/gateway/references.ts';

type Records = readonly CellularGatewayPoolRecord[];

const poolsOf = (config: unknown): Records => (config as GatewayCellularConfigs | null)?.pooling ?? [];

/**
 * The pools that a gateway lists and the edges to it from pools change together (REST-BEHAVIOUR 8). A gateway that comes back has the
 * pools that it lists; a pool that comes back has the gateways that it had, with what they listed of it then.
 */
export const poolRule: RestoreRule = {
  types: [CELLULAR_GATEWAY, GATEWAY_POOL],
  names: [GATEWAY_POOL],
  remembers: [[GATEWAY_POOL, CELLULAR_GATEWAY]],
  complete: (restored, facts) => {
    const gateways = restored.filter(({ type }) => type === CELLULAR_GATEWAY);
    const pools = restored.filter(({ type }) => type === GATEWAY_POOL);
    const own = new Set(gateways.map(({ key }) => key));
    const others = new Set(
      pools.flatMap((pool) => [...membersNow(pool, facts), ...membersThen(pool.after)]).filter((key) => !own.has(key)),
    );
    return together([
      ...gateways.map((gateway) => ofGateway(gateway, pools, facts)),
      ...[...others].map((key) => ofMember(key, pools, facts)),
      ...pools.map((pool) => deletedPool(pool, gateways, facts)),
    ]);
  },
};

function membersNow({ key }: Restorable, { graphNow }: RestoreFacts): string[] {
  const pool = find(graphNow, GATEWAY_POOL, key);
  return pool ? children(pool, CELLULAR_GATEWAY) : [];
}

const membersThen = (image: Image | null): string[] =>
  (image?.children ?? []).flatMap(([type, key]) => (type === CELLULAR_GATEWAY ? [key] : []));

/** A restored gateway: its pools are those that it lists. */
function ofGateway({ key, after }: Restorable, pools: readonly Restorable[], facts: RestoreFacts): Completion {
  const records = poolsOf(after?.config);
  return {
    faults: poolFaults(records, facts.graphThen, `${entityKey({ type: CELLULAR_GATEWAY, key })}.config.pooling`),
    mutations: after === null ? leavePools(key, [], facts, pools) : [...leavePools(key, records, facts, pools), ...setPools(key, records)],
    expect: named(records, facts),
  };
}

/** A gateway that only its pools concern: it lists what it listed, without those that do not have it and with those that have it again. */
function ofMember(key: string, pools: readonly Restorable[], facts: RestoreFacts): Completion {
  const gateway = find(facts.graphNow, CELLULAR_GATEWAY, key);
  // One that is gone has been told as a missing child.
  if (!gateway) return {};
  const config = gateway.config as GatewayCellularConfigs;
  const listed = new Set(poolsOf(config).map((record) => record.gateway_pool_id));
  const has = pools.filter(({ after }) => membersThen(after).includes(key));
  // One that is to be deleted keeps its members, who stand in its way.
  const lost = new Set(pools.filter((pool) => pool.after && !has.includes(pool)).map((pool) => pool.key));
  const joined = has.filter((pool) => !listed.has(pool.key));
  const then = poolsOf(facts.past.get(entityKey(gateway))?.config);
  const returning = joined.flatMap((pool) => then.find((record) => record.gateway_pool_id === pool.key) ?? []);
  const records = [...poolsOf(config).filter((record) => !lost.has(record.gateway_pool_id)), ...returning];
  if (joined.length === 0 && records.length === listed.size) return {};
  const forgotten = joined.filter((pool) => !returning.some((record) => record.gateway_pool_id === pool.key));
  return {
    faults: [
      ...forgotten.map((pool) => unknownMembership(pool, key)),
      ...(joined.length > 0 ? poolFaults(records, facts.graphThen, `${entityKey(gateway)}.config.pooling`) : []),
    ],
    mutations: [...leavePools(key, records, facts, pools), ...setCellularConfig(key, withPools(config, records))],
    expect: [asRead(gateway), ...named(records, facts)],
  };
}

const unknownMembership = (pool: Restorable, gateway: string): Fault => ({
  path: entityKey(pool),
  message: `had the gateway ${gateway}, and it is not known any more with which settings: restore ${CELLULAR_GATEWAY}/${gateway} first`,
});

/** By name, so that each pool that loses the gateway has a revision of its own; also one that is given it, which it does not list. */
function leavePools(key: string, records: Records, { graphNow }: RestoreFacts, restored: readonly Restorable[]) {
  const gateway = find(graphNow, CELLULAR_GATEWAY, key);
  const had = new Set([...(gateway ? parents(gateway, GATEWAY_POOL) : []), ...restored.map((pool) => pool.key)]);
  const stays = new Set(records.map((record) => record.gateway_pool_id));
  return [...had]
    .filter((pool) => !stays.has(pool))
    .map((pool) => ({ do: 'remove_children', id: { type: GATEWAY_POOL, key: pool }, type: CELLULAR_GATEWAY, keys: [key] }) as const);
}

/** A pool that is to go must have no gateways then, as when it is deleted. */
function deletedPool(pool: Restorable, gateways: readonly Restorable[], facts: RestoreFacts): Completion {
  if (pool.after) return {};
  const lists = (key: string): boolean => {
    const gateway = gateways.find((each) => each.key === key);
    return !gateway || poolsOf(gateway.after?.config).some((record) => record.gateway_pool_id === pool.key);
  };
  const members = membersNow(pool, facts).filter(lists);
  const message = `still has gateways: ${members.join(', ')}; take them out of it first`;
  return members.length > 0 ? { faults: [{ path: entityKey(pool), message }] } : {};
}

/** The pools that records name must be as they were read, those that are restored aside, which are watched anyway. */
const named = (records: Records, { graphNow }: RestoreFacts) =>
  records.flatMap((record) => find(graphNow, GATEWAY_POOL, record.gateway_pool_id) ?? []).map(asRead);

const together = (all: readonly Completion[]): Completion => ({
  faults: all.flatMap(({ faults = [] }) => faults),
  mutations: all.flatMap(({ mutations = [] }) => mutations),
  expect: all.flatMap(({ expect = [] }) => expect),
});
