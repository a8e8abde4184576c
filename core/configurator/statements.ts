import { type SQL, sql } from 'drizzle-orm';
import { associations, certificates, devices, entities, networks, revisions } from '../db/schema.ts';
import { compile, type Statement } from '../db/statement.ts';
import type { EntityId } from './model.ts';
import { type BulkMutation, type Mutation, NETWORK } from './mutations.ts';

const p = sql.placeholder;

const insertNetwork = compile<'network' | 'type' | 'name' | 'description' | 'configs' | 'at'>(
  // A network made again under an old id goes on counting, so that nobody takes its versions for old ones.
  sql`INSERT INTO ${networks} (id, type, name, description, configs, version, created_at, updated_at)
      VALUES (${p('network')}, ${p('type')}, ${p('name')}, ${p('description')}, ${p('configs')},
        1 + COALESCE((SELECT MAX(version) FROM ${revisions} WHERE network_id = ${p('network')}), 0), ${p('at')}, ${p('at')})`,
);
const updateNetwork = compile<'network' | 'type' | 'name' | 'description' | 'configs'>(
  // json_patch would merge inside a config; a config is replaced whole.
  sql`UPDATE ${networks} SET type = COALESCE(${p('type')}, type), name = COALESCE(${p('name')}, name),
        description = COALESCE(${p('description')}, description),
        configs = (SELECT COALESCE(json_group_object(key, json(value)), '{}') FROM (
          SELECT key, configs -> fullkey AS value FROM json_each(configs) WHERE key NOT IN (SELECT key FROM json_each(${p('configs')}))
          UNION ALL SELECT key, ${p('configs')} -> fullkey FROM json_each(${p('configs')}) WHERE type <> 'null'))
      WHERE id = ${p('network')}`,
);
const deleteNetwork = compile<'network'>(sql`DELETE FROM ${networks} WHERE id = ${p('network')}`);

// An entity's version is that of the network when it last changed: whoever holds the tag of one that was deleted since does not take
// another of the same key for it. Databases from before that may hold higher ones.
export const versionNow = sql`(SELECT version FROM ${networks} WHERE id = ${p('network')})`;
const moved = sql`version = iif(version > ${versionNow}, version + 1, ${versionNow})`;

const insertEntity = compile<'network' | 'type' | 'key' | 'name' | 'description' | 'physical' | 'config'>(
  sql`INSERT INTO ${entities} (network_id, type, key, name, description, physical_id, config, version)
      VALUES (${p('network')}, ${p('type')}, ${p('key')}, ${p('name')}, ${p('description')}, ${p('physical')}, ${p('config')}, ${versionNow})`,
);
const updateEntity = compile<'network' | 'type' | 'key' | 'name' | 'description' | 'setPhysical' | 'physical' | 'setConfig' | 'config'>(
  sql`UPDATE ${entities} SET name = COALESCE(${p('name')}, name), description = COALESCE(${p('description')}, description),
        physical_id = CASE WHEN ${p('setPhysical')} = 1 THEN ${p('physical')} ELSE physical_id END,
        config = CASE WHEN ${p('setConfig')} = 1 THEN ${p('config')} ELSE config END, ${moved}
      WHERE network_id = ${p('network')} AND type = ${p('type')} AND key = ${p('key')}`,
);
const deleteEntity = compile<'network' | 'type' | 'key'>(
  sql`DELETE FROM ${entities} WHERE network_id = ${p('network')} AND type = ${p('type')} AND key = ${p('key')}`,
);
const bumpEntities = compile<'network' | 'type' | 'keys'>(
  sql`UPDATE ${entities} SET ${moved}
      WHERE network_id = ${p('network')} AND type = ${p('type')} AND key IN (SELECT value FROM json_each(${p('keys')}))`,
);

const dropOtherChildren = compile<'network' | 'type' | 'key' | 'childType' | 'keys'>(
  sql`DELETE FROM ${associations} WHERE network_id = ${p('network')} AND from_type = ${p('type')} AND from_key = ${p('key')}
        AND to_type = ${p('childType')} AND to_key NOT IN (SELECT value FROM json_each(${p('keys')}))`,
);
const dropChildren = compile<'network' | 'type' | 'key' | 'childType' | 'keys'>(
  sql`DELETE FROM ${associations} WHERE network_id = ${p('network')} AND from_type = ${p('type')} AND from_key = ${p('key')}
        AND to_type = ${p('childType')} AND to_key IN (SELECT value FROM json_each(${p('keys')}))`,
);
const dropRivalParents = compile<'network' | 'type' | 'key' | 'childType' | 'keys'>(
  sql`DELETE FROM ${associations} WHERE network_id = ${p('network')} AND from_type = ${p('type')} AND from_key <> ${p('key')}
        AND to_type = ${p('childType')} AND to_key IN (SELECT value FROM json_each(${p('keys')}))`,
);
const addChildren = compile<'network' | 'type' | 'key' | 'childType' | 'keys'>(
  sql`INSERT INTO ${associations} (network_id, from_type, from_key, to_type, to_key)
      SELECT ${p('network')}, ${p('type')}, ${p('key')}, ${p('childType')}, value FROM json_each(${p('keys')}) WHERE true
      ON CONFLICT DO NOTHING`,
);
const dropOtherParents = compile<'network' | 'type' | 'key' | 'parentType' | 'keys'>(
  sql`DELETE FROM ${associations} WHERE network_id = ${p('network')} AND to_type = ${p('type')} AND to_key = ${p('key')}
        AND from_type = ${p('parentType')} AND from_key NOT IN (SELECT value FROM json_each(${p('keys')}))`,
);
const addParents = compile<'network' | 'type' | 'key' | 'parentType' | 'keys'>(
  sql`INSERT INTO ${associations} (network_id, from_type, from_key, to_type, to_key)
      SELECT ${p('network')}, ${p('parentType')}, value, ${p('type')}, ${p('key')} FROM json_each(${p('keys')}) WHERE true
      ON CONFLICT DO NOTHING`,
);

const putDevice = compile<'hardware' | 'network' | 'type' | 'info'>(
  sql`INSERT INTO ${devices} (hardware_id, network_id, type, info) VALUES (${p('hardware')}, ${p('network')}, ${p('type')}, ${p('info')})
      ON CONFLICT (hardware_id) DO UPDATE SET network_id = excluded.network_id, type = excluded.type, info = excluded.info`,
);
const deleteDevice = compile<'hardware'>(sql`DELETE FROM ${devices} WHERE hardware_id = ${p('hardware')}`);
/** The certificates that go with their holder. */
const KINDS_OF = { gateway: '["gateway","vpn"]', operator: '["operator"]' } as const;
const revoke = compile<'kinds' | 'subject' | 'reason' | 'at'>(
  sql`UPDATE ${certificates} SET revoked_at = ${p('at')}, revoke_reason = ${p('reason')}
      WHERE kind IN (SELECT value FROM json_each(${p('kinds')})) AND subject = ${p('subject')} AND revoked_at IS NULL`,
);

const revokeInNetwork = compile<'network' | 'at'>(
  sql`UPDATE ${certificates} SET revoked_at = ${p('at')}, revoke_reason = 'the network was deleted'
      WHERE kind IN ('gateway', 'vpn') AND revoked_at IS NULL
        AND subject IN (SELECT physical_id FROM ${entities} WHERE network_id = ${p('network')} AND physical_id IS NOT NULL)`,
);

const json = (value: unknown): string | null => (value === undefined || value === null ? null : JSON.stringify(value));
const keysJson = (keys: readonly string[]): string => JSON.stringify([...new Set(keys)]);

/** Who writes, as a revision tells it; `at` in unix milliseconds. */
export interface Hand {
  readonly actor: string;
  readonly request: string;
  readonly at: number;
}

/** The statements of one mutation, in order; revisions of what loses an edge by it, and is not named by it, included. */
export function statementsOf(mutation: Exclude<Mutation, BulkMutation>, network: string, by: Hand): Statement[] {
  const { at } = by;
  switch (mutation.do) {
    case 'create_network': {
      const { type, name, description } = mutation;
      return [insertNetwork({ network, type, name, description, configs: JSON.stringify(withoutNulls(mutation.configs)), at })];
    }
    case 'update_network': {
      const { type = null, name = null, description = null, configs = {} } = mutation;
      return [updateNetwork({ network, type, name, description, configs: JSON.stringify(configs) })];
    }
    case 'delete_network':
      return [revokeInNetwork({ network, at }), deleteNetwork({ network })];
    case 'create_entity': {
      const { id, name = '', description = '', physicalId = null, config } = mutation;
      return [insertEntity({ network, ...id, name, description, physical: physicalId, config: json(config) })];
    }
    case 'update_entity': {
      const { id, name = null, description = null, physicalId, config } = mutation;
      return [
        updateEntity({
          network,
          ...id,
          name,
          description,
          setPhysical: physicalId === undefined ? 0 : 1,
          physical: physicalId ?? null,
          setConfig: config === undefined ? 0 : 1,
          config: json(config),
        }),
      ];
    }
    case 'delete_entity': {
      const { type, key } = mutation.id;
      return [reviseParents({ network, type, keys: JSON.stringify([key]) }, by), deleteEntity({ network, type, key })];
    }
    case 'set_children':
      return [dropOtherChildren(edge(network, mutation)), ...joined(network, mutation, by)];
    case 'add_children':
      return joined(network, mutation, by);
    case 'remove_children':
      return [dropChildren(edge(network, mutation)), bump(network, mutation.id)];
    case 'set_parents': {
      const keys = keysJson(mutation.keys);
      const ends = { network, ...mutation.id, parentType: mutation.type, keys };
      return [
        reviseParents(
          { network, type: mutation.id.type, keys: JSON.stringify([mutation.id.key]), of: mutation.type, but: mutation.keys },
          by,
        ),
        dropOtherParents(ends),
        addParents(ends),
        bump(network, mutation.id),
        bumpEntities({ network, type: mutation.type, keys }),
      ];
    }
    case 'put_device':
      return [putDevice({ hardware: mutation.hardwareId, network, type: mutation.type, info: JSON.stringify(mutation.info) })];
    case 'delete_device':
      return [deleteDevice({ hardware: mutation.hardwareId })];
    case 'revoke_certificates':
      return [revoke({ kinds: KINDS_OF[mutation.kind], subject: mutation.subject, reason: mutation.reason, at })];
  }
}

type ChildEdges = Extract<Mutation, { do: 'set_children' | 'add_children' | 'remove_children' }>;

const edge = (network: string, mutation: ChildEdges) => ({
  network,
  ...mutation.id,
  childType: mutation.type,
  keys: keysJson(mutation.keys),
});

const bump = (network: string, id: EntityId): Statement => bumpEntities({ network, type: id.type, keys: JSON.stringify([id.key]) });

function joined(network: string, mutation: Extract<ChildEdges, { exclusive?: boolean }>, by: Hand): Statement[] {
  const ends = edge(network, mutation);
  const { id, type } = mutation;
  return [
    ...(mutation.exclusive
      ? [reviseParents({ network, type, keys: ends.keys, of: id.type, but: [id.key] }, by), dropRivalParents(ends)]
      : []),
    addChildren(ends),
    bump(network, mutation.id),
    bumpEntities({ network, type: mutation.type, keys: ends.keys }),
  ];
}

const withoutNulls = (configs: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(configs).filter(([, value]) => value !== null && value !== undefined));

// --- revisions: images taken by SQL inside the same transaction, so no write can slip between image and change.

const imageOfE = sql`json_object('name', e.name, 'description', e.description, 'physical_id', e.physical_id, 'config', json(e.config),
    'children', (SELECT json_group_array(json_array(to_type, to_key)) FROM ${associations} WHERE network_id = e.network_id AND from_type = e.type AND from_key = e.key))`;

/** The image of the entity with that key, null when there is none. Placeholders: network, type. */
export const entityImage = (key: SQL): SQL =>
  sql`(SELECT ${imageOfE} FROM ${entities} AS e WHERE e.network_id = ${p('network')} AND e.type = ${p('type')} AND e.key = ${key})`;
const ownImage = entityImage(sql`${p('key')}`);
const networkImage = sql`(SELECT json_object('type', n.type, 'name', n.name, 'description', n.description, 'configs', json(n.configs))
  FROM ${networks} AS n WHERE n.id = ${p('network')})`;

type Revision = 'network' | 'type' | 'key' | 'actor' | 'request' | 'at';
const before = (image: SQL) =>
  compile<Revision>(
    sql`INSERT INTO ${revisions} (network_id, version, type, key, before, after, actor, request_id, at)
        VALUES (${p('network')}, COALESCE((SELECT version FROM ${networks} WHERE id = ${p('network')}), 0),
          ${p('type')}, ${p('key')}, ${image}, NULL, ${p('actor')}, ${p('request')}, ${p('at')})`,
  );
const after = (image: SQL) =>
  compile<'network' | 'type' | 'key' | 'request'>(
    sql`UPDATE ${revisions} SET after = ${image},
          version = COALESCE((SELECT version FROM ${networks} WHERE id = ${p('network')}), version)
        WHERE id = (SELECT MAX(id) FROM ${revisions} WHERE network_id = ${p('network')} AND type = ${p('type')} AND key = ${p('key')} AND request_id = ${p('request')})`,
  );
const entityBefore = before(ownImage);
const networkBefore = before(networkImage);
const entityAfter = after(ownImage);
const networkAfter = after(networkImage);

const beforeOfParents = compile<'network' | 'type' | 'keys' | 'of' | 'but' | keyof Hand>(
  sql`INSERT INTO ${revisions} (network_id, version, type, key, before, after, actor, request_id, at)
      SELECT e.network_id, ${versionNow}, e.type, e.key, ${imageOfE}, NULL, ${p('actor')}, ${p('request')}, ${p('at')}
      FROM json_each(${p('keys')}) AS i
      CROSS JOIN ${associations} AS a ON a.network_id = ${p('network')} AND a.to_type = ${p('type')} AND a.to_key = i.value
      CROSS JOIN ${entities} AS e ON e.network_id = a.network_id AND e.type = a.from_type AND e.key = a.from_key
      WHERE (${p('of')} IS NULL OR a.from_type = ${p('of')}) AND a.from_key NOT IN (SELECT value FROM json_each(${p('but')}))
        AND NOT EXISTS (SELECT 1 FROM ${revisions} AS r
          WHERE r.network_id = e.network_id AND r.type = e.type AND r.key = e.key AND r.version = ${versionNow})
      GROUP BY e.type, e.key`,
);
const afterOfAll = compile<'network'>(
  sql`UPDATE ${revisions} SET after = (SELECT ${imageOfE} FROM ${entities} AS e
        WHERE e.network_id = ${revisions.networkId} AND e.type = ${revisions.type} AND e.key = ${revisions.key})
      WHERE network_id = ${p('network')} AND version = ${versionNow} AND after IS NULL AND type <> ${NETWORK.type}`,
);

/** Takes the image of what is about to lose its edge to one of these children, unless this commit has it already. */
export const reviseParents = ({ network, type, keys, of, but = [] }: LostChildren, by: Hand): Statement =>
  beforeOfParents({ network, type, keys, of: of ?? null, but: JSON.stringify(but), ...by });

interface LostChildren {
  readonly network: string;
  readonly type: string;
  /** JSON array. */
  readonly keys: string;
  /** Parents of this type only. */
  readonly of?: string | undefined;
  /** Not these parents. */
  readonly but?: readonly string[];
}

/** Takes the images after the change of all entities of which this commit has one from before it; to run behind the mutations. */
export const imagesAfter = (network: string): Statement => afterOfAll({ network });

const isNetwork = (id: EntityId): boolean => id.type === NETWORK.type && id.key === NETWORK.key;

/** Takes the image before the change; to run ahead of the mutations. */
export function imageBefore(id: EntityId, network: string, by: Hand): Statement {
  const values = { network, ...id, ...by };
  return isNetwork(id) ? networkBefore(values) : entityBefore(values);
}

/** Takes the image after it, and the version that the network has only then: for a network that is made, or itself. */
export function imageAfter(id: EntityId, network: string, request: string): Statement {
  const values = { network, ...id, request };
  return isNetwork(id) ? networkAfter(values) : entityAfter(values);
}
