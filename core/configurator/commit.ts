import { sql } from 'drizzle-orm';
import type { Database } from '../db/database.ts';
import { associations, audit, commitGuard, entities, networks, outbox } from '../db/schema.ts';
import { compile, type Statement } from '../db/statement.ts';
import { type EntityId, entityKey } from './model.ts';
import { bulkStatements } from './bulk.ts';
import { changesRights, isBulk, type Mutation, NETWORK, revised, touched } from './mutations.ts';
import { imageAfter, imageBefore, imagesAfter, statementsOf } from './statements.ts';

const p = sql.placeholder;

// Each inserts what fails the table's check when something is not as expected, and nothing otherwise.
const guardNetwork = compile<'network' | 'version'>(
  sql`INSERT INTO ${commitGuard} (expected) SELECT 0 WHERE COALESCE((SELECT version FROM ${networks} WHERE id = ${p('network')}), 0) <> ${p('version')}`,
);
/** `expect`: JSON array of [type, key, version or null]. */
const guardEntities = compile<'network' | 'exists' | 'expect'>(
  sql`INSERT INTO ${commitGuard} (expected) SELECT 0
      WHERE (${p('exists')} = 1 AND NOT EXISTS (SELECT 1 FROM ${networks} WHERE id = ${p('network')}))
        OR EXISTS (SELECT 1 FROM json_each(${p('expect')}) AS i
          LEFT JOIN ${entities} AS e ON e.network_id = ${p('network')} AND e.type = i.value ->> '$[0]' AND e.key = i.value ->> '$[1]'
          WHERE COALESCE(e.version, 0) <> COALESCE(i.value ->> '$[2]', e.version, -1))`,
);
const bumpNetwork = compile<'network' | 'at'>(
  sql`UPDATE ${networks} SET version = version + 1, updated_at = ${p('at')} WHERE id = ${p('network')}`,
);
const insertOutbox = compile<'network' | 'changes' | 'at'>(
  sql`INSERT INTO ${outbox} (network_id, version, changes, at)
      SELECT id, version, ${p('changes')}, ${p('at')} FROM ${networks} WHERE id = ${p('network')} RETURNING version`,
);
/** The same with what goes with its owner. `childrenOf`: JSON array of [type, key of an owner, type of the children that go]. */
const insertOutboxWithChildren = compile<'network' | 'changes' | 'childrenOf' | 'at'>(
  sql`INSERT INTO ${outbox} (network_id, version, changes, at)
      SELECT id, version, (SELECT json_group_array(json(change)) FROM (
          SELECT value AS change FROM json_each(${p('changes')})
          UNION ALL SELECT change FROM (SELECT json_array(a.to_type, a.to_key) AS change FROM json_each(${p('childrenOf')}) AS i
            CROSS JOIN ${associations} AS a ON a.network_id = ${p('network')} AND a.from_type = i.value ->> '$[0]'
              AND a.from_key = i.value ->> '$[1]' AND a.to_type = i.value ->> '$[2]' ORDER BY a.to_type, a.to_key))), ${p('at')}
      FROM ${networks} WHERE id = ${p('network')} RETURNING version`,
);
const insertAudit = compile<'at' | 'actor' | 'action' | 'network' | 'target' | 'request' | 'outcome' | 'detail'>(
  sql`INSERT INTO ${audit} (at, actor, action, network_id, target, outcome, request_id, detail)
      VALUES (${p('at')}, ${p('actor')}, ${p('action')}, ${p('network')}, ${p('target')}, ${p('outcome')}, ${p('request')}, ${p('detail')})`,
);

/** Who commits, when (unix milliseconds) and in which request. */
export interface Author {
  readonly actor: string;
  readonly requestId: string;
  readonly at: number;
}

export interface Expected extends EntityId {
  /** As it was read; 0: it does not exist; left out: it exists. */
  readonly version?: number;
}

export interface Commit {
  readonly networkId: string;
  /** Audit verb, `<thing>.<verb>`: `gateway.update`. */
  readonly action: string;
  /** What it is done to, for the audit row: `agw1`. */
  readonly target: string;
  readonly mutations: readonly Mutation[];
  /** What has to be so, or the commit fails with `precondition_failed`. */
  readonly expect?: readonly Expected[];
}

export interface Committed {
  readonly networkId: string;
  readonly version: number;
  /** As the mutations name them; what went with its owner is named in the outbox only. */
  readonly changes: readonly EntityId[];
}

/**
 * Commits mutations, versions, revisions, audit row and outbox row in one D1 batch: together or not at all.
 * Errors: `precondition_failed`, `conflict` (id or physical id taken), `invalid` (an edge to something that is gone).
 */
export async function commit(db: Database, change: Commit, author: Author): Promise<Committed> {
  const changes = changesOf(change);
  const statements = statementsFor(change, changes, author);
  const results = await db.commit(statements, { rightsStay: !change.mutations.some(changesRights) });
  const version = results.flat().find((row) => 'version' in row)?.['version'];
  return { networkId: change.networkId, version: Number(version ?? 0), changes };
}

/** The statements of a commit, in the order in which they have to run. */
export const commitStatements = (change: Commit, author: Author): Statement[] => statementsFor(change, changesOf(change), author);

function statementsFor(change: Commit, changed: readonly EntityId[], author: Author): Statement[] {
  const { networkId: network, mutations } = change;
  const { at } = author;
  const by = { actor: author.actor, request: author.requestId, at };
  const creates = mutations.some((mutation) => mutation.do === 'create_network');
  const removes = mutations.some((mutation) => mutation.do === 'delete_network');
  const images = distinct(mutations.filter((mutation) => !isBulk(mutation)).flatMap(revised));
  const changes = JSON.stringify(changed.map((id) => [id.type, id.key]));
  const owners = mutations.flatMap(ownersOf);
  // A deleted network has no version left to announce, and what went with its owner cannot be named any more: that row is written before.
  const before = removes || owners.length > 0;
  const announce = [
    owners.length > 0
      ? insertOutboxWithChildren({ network, changes, childrenOf: JSON.stringify(owners), at })
      : insertOutbox({ network, changes, at }),
  ];
  return [
    ...expectations(change, !creates),
    ...(creates ? [] : [bumpNetwork({ network, at })]),
    ...(before ? announce : []),
    ...images.map((id) => imageBefore(id, network, by)),
    ...mutations.flatMap((mutation) => (isBulk(mutation) ? bulkStatements(mutation, network, by) : statementsOf(mutation, network, by))),
    ...imagesBehind(change, images, { creates, removes, request: author.requestId }),
    ...(before ? [] : announce),
    auditStatement({ action: change.action, networkId: network, target: change.target, outcome: 'ok' }, author),
  ];
}

/** A network that is made has its version only at the end; of one that is gone nothing is left to look at. Some lose an edge unnamed. */
function imagesBehind(
  { networkId: network, mutations }: Commit,
  images: readonly EntityId[],
  { creates, removes, request }: { readonly creates: boolean; readonly removes: boolean; readonly request: string },
): Statement[] {
  const single = creates || removes ? images : images.filter((id) => id.type === NETWORK.type && id.key === NETWORK.key);
  const opened = images.length > single.length || mutations.some(({ do: what }) => what === 'delete_entities' || what === 'set_parents');
  return [...single.map((id) => imageAfter(id, network, request)), ...(opened && !removes ? [imagesAfter(network)] : [])];
}

/** Whose children of which type a mutation takes along: [type, key, type of the children]. */
function ownersOf(mutation: Mutation): [string, string, string][] {
  if (mutation.do !== 'put_entities' || mutation.owns === undefined) return [];
  const { type, owns, entities } = mutation;
  return entities.map(({ key }) => [type, key, owns]);
}

/** What fails when the network is not there, or a version has moved. */
function expectations({ networkId: network, expect = [] }: Commit, exists: boolean): Statement[] {
  const whole = expect.filter(({ type }) => type === NETWORK.type);
  const parts = expect.filter(({ type }) => type !== NETWORK.type).map(({ type, key, version = null }) => [type, key, version]);
  return [
    ...(exists || parts.length > 0 ? [guardEntities({ network, exists: exists ? 1 : 0, expect: JSON.stringify(parts) })] : []),
    ...whole.flatMap(({ version }) => (version === undefined ? [] : [guardNetwork({ network, version })])),
  ];
}

/** An audit row on its own, for what is refused or what changes nothing in the graph. */
export function auditStatement(
  row: { action: string; networkId: string; target: string; outcome: 'ok' | 'refused' | 'failed'; detail?: unknown },
  author: Author,
): Statement {
  return insertAudit({
    at: author.at,
    actor: author.actor,
    action: row.action,
    network: row.networkId,
    target: row.target,
    request: author.requestId,
    outcome: row.outcome,
    detail: row.detail === undefined ? null : JSON.stringify(row.detail),
  });
}

const changesOf = (change: Commit): EntityId[] => distinct(change.mutations.flatMap(touched));

function distinct(ids: readonly EntityId[]): EntityId[] {
  return [...new Map(ids.map((id) => [entityKey(id), id])).values()];
}
