import { sql } from 'drizzle-orm';
import { associations, entities, keptAnswers, networks, revisions } from '../db/schema.ts';
import { compile, type Statement } from '../db/statement.ts';
import type { BulkMutation, WholeEntity } from './mutations.ts';
import { entityImage } from './statements.ts';

const p = sql.placeholder;

/** Characters of JSON in one parameter: D1 takes values of up to 2 MB, and a character may need three bytes. */
const MAX_PARAMETER = 500_000;
/** How long an answer is kept for a repeated Idempotency-Key, milliseconds. */
const ANSWERS_LIVE = 24 * 3600 * 1000;

// Rows travel as one JSON array of [key, name, config, [[child type, child key], ...]].
const imageAfter = sql`json_object('name', i.value ->> '$[1]', 'description', '', 'physical_id', NULL,
  'config', json(i.value -> '$[2]'), 'children', json(i.value -> '$[3]'))`;
const versionNow = sql`(SELECT version FROM ${networks} WHERE id = ${p('network')})`;

type Rows = 'network' | 'type' | 'rows';
type By = 'actor' | 'request' | 'at';

const revise = compile<Rows | By>(
  sql`INSERT INTO ${revisions} (network_id, version, type, key, before, after, actor, request_id, at)
      SELECT ${p('network')}, ${versionNow}, ${p('type')}, i.value ->> '$[0]', ${entityImage(sql`i.value ->> '$[0]'`)},
        ${imageAfter}, ${p('actor')}, ${p('request')}, ${p('at')} FROM json_each(${p('rows')}) AS i`,
);
const insert = sql`INSERT INTO ${entities} (network_id, type, key, name, description, config, version)
  SELECT ${p('network')}, ${p('type')}, value ->> '$[0]', value ->> '$[1]', '', NULLIF(value -> '$[2]', 'null'), 1
  FROM json_each(${p('rows')}) WHERE true`;
const insertOnly = compile<Rows>(insert);
const insertOrReplace = compile<Rows>(
  sql`${insert} ON CONFLICT (network_id, type, key) DO UPDATE SET name = excluded.name, config = excluded.config, version = version + 1`,
);
const dropEdges = compile<Rows>(
  sql`DELETE FROM ${associations} WHERE network_id = ${p('network')} AND from_type = ${p('type')}
        AND from_key IN (SELECT value ->> '$[0]' FROM json_each(${p('rows')}))`,
);
const addEdges = compile<Rows>(
  sql`INSERT INTO ${associations} (network_id, from_type, from_key, to_type, to_key)
      SELECT ${p('network')}, ${p('type')}, i.value ->> '$[0]', c.value ->> '$[0]', c.value ->> '$[1]'
      FROM json_each(${p('rows')}) AS i, json_each(i.value, '$[3]') AS c WHERE true ON CONFLICT DO NOTHING`,
);

const reviseGone = compile<'network' | 'type' | 'keys' | By>(
  sql`INSERT INTO ${revisions} (network_id, version, type, key, before, after, actor, request_id, at)
      SELECT ${p('network')}, ${versionNow}, ${p('type')}, i.value, ${entityImage(sql`i.value`)},
        NULL, ${p('actor')}, ${p('request')}, ${p('at')} FROM json_each(${p('keys')}) AS i`,
);
const remove = compile<'network' | 'type' | 'keys'>(
  sql`DELETE FROM ${entities} WHERE network_id = ${p('network')} AND type = ${p('type')} AND key IN (SELECT value FROM json_each(${p('keys')}))`,
);

const forgetAnswers = compile<'before'>(sql`DELETE FROM ${keptAnswers} WHERE at < ${p('before')}`);
const keepAnswer = compile<'network' | 'operation' | 'key' | 'fingerprint' | 'answer' | 'at'>(
  sql`INSERT INTO ${keptAnswers} (network_id, operation, key, fingerprint, answer, at)
      VALUES (${p('network')}, ${p('operation')}, ${p('key')}, ${p('fingerprint')}, ${p('answer')}, ${p('at')})`,
);

/** The statements of a mutation of many entities at once, their revisions included: a handful for each half megabyte. */
export function bulkStatements(mutation: BulkMutation, network: string, by: { actor: string; request: string; at: number }): Statement[] {
  switch (mutation.do) {
    case 'put_entities':
      return chunks(mutation.entities.map(rowOf)).flatMap((rows) => {
        const values = { network, type: mutation.type, rows };
        return [
          revise({ ...values, ...by }),
          ...(mutation.onlyNew ? [insertOnly(values)] : [insertOrReplace(values), dropEdges(values)]),
          addEdges(values),
        ];
      });
    case 'delete_entities':
      return chunks(mutation.keys.map((key) => JSON.stringify(key))).flatMap((keys) => {
        const values = { network, type: mutation.type, keys };
        return [reviseGone({ ...values, ...by }), remove(values)];
      });
    case 'keep_answer': {
      const { operation, key, fingerprint, answer } = mutation;
      return [
        forgetAnswers({ before: by.at - ANSWERS_LIVE }),
        keepAnswer({ network, operation, key, fingerprint, answer: JSON.stringify(answer), at: by.at }),
      ];
    }
  }
}

const rowOf = ({ key, name, config, children }: WholeEntity): string =>
  JSON.stringify([key, name, config ?? null, children.map((id) => [id.type, id.key]).sort(byTypeAndKey)]);

/** As the image of the same edges comes out of the store. */
function byTypeAndKey([a = '', b = '']: readonly string[], [c = '', d = '']: readonly string[]): number {
  return a === c ? (b < d ? -1 : b > d ? 1 : 0) : a < c ? -1 : 1;
}

/** JSON texts joined to arrays that fit into one parameter each. */
function chunks(texts: readonly string[]): string[] {
  const full: string[] = [];
  let current: string[] = [];
  let size = 0;
  for (const text of texts) {
    if (size + text.length > MAX_PARAMETER && current.length > 0) {
      full.push(`[${current.join(',')}]`);
      current = [];
      size = 0;
    }
    current.push(text);
    size += text.length + 1;
  }
  if (current.length > 0) full.push(`[${current.join(',')}]`);
  return full;
}
