import { sql } from 'drizzle-orm';
import { entities, keptAnswers, revisions } from '../db/schema.ts';
import { compile, type Statement } from '../db/statement.ts';
import type { BulkMutation, WholeEntity } from './mutations.ts';
import { entityImage, type Hand, reviseParents, versionNow } from './statements.ts';

const p = sql.placeholder;

/** Characters of JSON in one parameter: D1 takes values of up to 2 MB, and a character may need three bytes. */
const MAX_PARAMETER = 500_000;
/** How long an answer is kept for a repeated Idempotency-Key, milliseconds. */
const ANSWERS_LIVE = 24 * 3600 * 1000;

// A view whose trigger (migrations 0004 to 0006) writes revisions, entities and edges, so that the rows are sent and parsed once for all.
const put = compile<'network' | 'type' | 'rows' | 'onlyNew' | 'owns' | keyof Hand>(
  sql`INSERT INTO put_entities (network_id, type, entities, only_new, owns, actor, request_id, at)
      VALUES (${p('network')}, ${p('type')}, jsonb(${p('rows')}), ${p('onlyNew')}, ${p('owns')}, ${p('actor')}, ${p('request')}, ${p('at')})`,
);

// Not what this commit has the image of already, since it was to lose a child that went before.
const reviseGone = compile<'network' | 'type' | 'keys' | keyof Hand>(
  sql`INSERT INTO ${revisions} (network_id, version, type, key, before, after, actor, request_id, at)
      SELECT ${p('network')}, ${versionNow}, ${p('type')}, i.value, ${entityImage(sql`i.value`)},
        NULL, ${p('actor')}, ${p('request')}, ${p('at')} FROM json_each(${p('keys')}) AS i
      WHERE NOT EXISTS (SELECT 1 FROM ${revisions} AS r WHERE r.network_id = ${p('network')} AND r.type = ${p('type')} AND r.key = i.value
        AND r.version = ${versionNow} AND r.after IS NULL)`,
);
const remove = compile<'network' | 'type' | 'keys'>(
  sql`DELETE FROM ${entities} WHERE network_id = ${p('network')} AND type = ${p('type')} AND key IN (SELECT value FROM json_each(${p('keys')}))`,
);

const forgetAnswers = compile<'before'>(sql`DELETE FROM ${keptAnswers} WHERE at < ${p('before')}`);
const keepAnswer = compile<'network' | 'operation' | 'key' | 'fingerprint' | 'answer' | 'at'>(
  sql`INSERT INTO ${keptAnswers} (network_id, operation, key, fingerprint, answer, at)
      VALUES (${p('network')}, ${p('operation')}, ${p('key')}, ${p('fingerprint')}, ${p('answer')}, ${p('at')})`,
);

/** The statements of a mutation of many entities at once, their revisions included: one or two for each half megabyte. */
export function bulkStatements(mutation: BulkMutation, network: string, by: Hand): Statement[] {
  switch (mutation.do) {
    case 'put_entities': {
      const values = { network, type: mutation.type, onlyNew: mutation.onlyNew ? 1 : 0, owns: mutation.owns ?? null, ...by };
      return chunks(mutation.entities.map(memberOf)).map((members) => put({ ...values, rows: `{${members}}` }));
    }
    case 'delete_entities':
      return chunks(mutation.keys.map((key) => JSON.stringify(key))).flatMap((keys) => {
        const values = { network, type: mutation.type, keys: `[${keys}]` };
        return [reviseParents(values, by), reviseGone({ ...values, ...by }), remove(values)];
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

/** As the view takes it: the key, and what there is to say of such an entity. */
function memberOf({ key, name, config, children }: WholeEntity): string {
  const edges = children.map((id) => [id.type, id.key]);
  if (edges.length > 1) edges.sort(byTypeAndKey);
  return `${JSON.stringify(key)}:${JSON.stringify([name, config ?? null, edges])}`;
}

/** As the image of the same edges comes out of the store. */
function byTypeAndKey([a = '', b = '']: readonly string[], [c = '', d = '']: readonly string[]): number {
  return a === c ? (b < d ? -1 : b > d ? 1 : 0) : a < c ? -1 : 1;
}

/** JSON texts joined to what fits into one parameter each. */
function chunks(texts: readonly string[]): string[] {
  const full: string[] = [];
  let current = '';
  for (const text of texts) {
    if (current === '') current = text;
    else if (current.length + text.length < MAX_PARAMETER) current += `,${text}`;
    else {
      full.push(current);
      current = text;
    }
  }
  if (current !== '') full.push(current);
  return full;
}
