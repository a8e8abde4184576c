import type { StateQuery } from '../../../core/state/network-states.ts';
import type { StoredState, SubjectPage } from '../../ports.ts';

/** Subjects that are looked at together, and characters of what is known of them: a call between objects carries 32 MiB at most. */
const PAGE_SUBJECTS = 1000;
const PAGE_CHARACTERS = 4 * 1024 * 1024;

type StateRow = { id: number; type: string; subject: string; size: number };
type EntryRow = { id: number; name: string; key: string; size: number };
type FullState = { id: number; type: string; hardware_id: string; gateway_id: string; value: string; received_at: number };

/** What of a subject goes into an answer; the values are read when it is known that they fit. */
interface Found {
  readonly states: number[];
  readonly entries: Map<string, number[]>;
  size: number;
}

// An entry counts only while nobody has reported the same device anew since: an address or a session that a subscriber had elsewhere is
// not his any more.
const NEWEST = `NOT EXISTS (SELECT 1 FROM states AS n WHERE n.subject = s.subject AND n.type = s.type
  AND (n.received_at, n.hardware_id) > (s.received_at, s.hardware_id))`;

/** Reads what is known of subjects, in order of their ids, from the one after `after`. `subjects` of the query have to be in order. */
export class SubjectReader {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  page(query: StateQuery, after: string): SubjectPage {
    const { ids, more } = this.#ids(query, after);
    const found = this.#find(query, ids);
    let size = 0;
    const page: [string, SubjectPage['subjects'][number][1]][] = [];
    let last = after;
    for (const id of ids) {
      if (size >= PAGE_CHARACTERS) return { subjects: page, next: last };
      const what = found.get(id);
      if (what) page.push([id, this.#read(what)]);
      size += what?.size ?? 0;
      last = id;
    }
    return { subjects: page, next: more ? last : null };
  }

  #ids(
    { subjects, types = [], indexes = [], prefix = '', limit = PAGE_SUBJECTS }: StateQuery,
    after: string,
  ): { ids: readonly string[]; more: boolean } {
    if (subjects) {
      const rest = subjects.filter((id) => id > after);
      return { ids: rest.slice(0, PAGE_SUBJECTS), more: rest.length > PAGE_SUBJECTS };
    }
    const ids = this.#sql
      .exec<{ id: string }>(
        `SELECT subject AS id FROM states WHERE subject > ?1 AND subject >= ?2 AND subject < ?3 AND type IN (SELECT value FROM json_each(?4))
         UNION SELECT key FROM state_entries WHERE key > ?1 AND key >= ?2 AND key < ?3 AND name IN (SELECT value FROM json_each(?5))
         ORDER BY 1 LIMIT ?6`,
        ...[after, prefix, `${prefix}\u{10FFFF}`, JSON.stringify(types), JSON.stringify(indexes), Math.min(limit, PAGE_SUBJECTS)],
      )
      .toArray()
      .map(({ id }) => id);
    return { ids, more: ids.length === Math.min(limit, PAGE_SUBJECTS) };
  }

  #find({ types = [], indexes = [], everyReporter }: StateQuery, ids: readonly string[]): Map<string, Found> {
    const found = new Map<string, Found>();
    const of = (id: string): Found => {
      const known = found.get(id) ?? { states: [], entries: new Map<string, number[]>(), size: 0 };
      found.set(id, known);
      return known;
    };
    const seen = new Set<string>();
    for (const { id, type, subject, size } of this.#states(ids, types)) {
      const key = JSON.stringify([subject, type]);
      if (seen.has(key) && !everyReporter) continue;
      seen.add(key);
      of(subject).states.push(id);
      of(subject).size += size;
    }
    for (const { id, name, key, size } of this.#entries(ids, indexes)) {
      const { entries } = of(key);
      entries.set(name, [...(entries.get(name) ?? []), id]);
      of(key).size += size;
    }
    return found;
  }

  #states(ids: readonly string[], types: readonly string[]): StateRow[] {
    if (types.length === 0) return [];
    return this.#sql
      .exec<StateRow>(
        `SELECT s.id AS id, s.type AS type, s.subject AS subject, s.size AS size FROM json_each(?) AS i
         CROSS JOIN states AS s ON s.subject = i.value AND s.type IN (SELECT value FROM json_each(?))
         ORDER BY s.type, s.received_at DESC, s.hardware_id DESC`,
        ...[JSON.stringify(ids), JSON.stringify(types)],
      )
      .toArray();
  }

  #entries(ids: readonly string[], indexes: readonly string[]): EntryRow[] {
    if (indexes.length === 0) return [];
    return this.#sql
      .exec<EntryRow>(
        `SELECT e.id AS id, e.name AS name, e.key AS key, length(e.value) AS size FROM json_each(?) AS i
         CROSS JOIN state_entries AS e ON e.key = i.value AND e.name IN (SELECT value FROM json_each(?))
         CROSS JOIN states AS s ON s.id = e.state_id WHERE ${NEWEST}
         ORDER BY s.received_at DESC, s.hardware_id DESC, e.value`,
        ...[JSON.stringify(ids), JSON.stringify(indexes)],
      )
      .toArray();
  }

  #read({ states, entries }: Found): SubjectPage['subjects'][number][1] {
    return {
      states: states.flatMap((id) => this.#state(id)),
      indexed: Object.fromEntries([...entries].map(([name, ids]) => [name, [...new Set(ids.flatMap((id) => this.#value(id)))]])),
    };
  }

  #state(id: number): StoredState[] {
    return this.#sql
      .exec<FullState>(
        `SELECT s.type AS type, s.hardware_id AS hardware_id, r.gateway_id AS gateway_id, s.value AS value, s.received_at AS received_at
         FROM states AS s JOIN state_reporters AS r USING (hardware_id) WHERE s.id = ?`,
        id,
      )
      .toArray()
      .map((row) => ({
        type: row.type,
        hardwareId: row.hardware_id,
        gatewayId: row.gateway_id,
        value: row.value,
        receivedAt: row.received_at,
      }));
  }

  #value(id: number): string[] {
    return this.#sql
      .exec<{ value: string }>('SELECT value FROM state_entries WHERE id = ?', id)
      .toArray()
      .map(({ value }) => value);
  }
}
