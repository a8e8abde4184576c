import { readState } from '../../core/state/indexing.ts';
import type { StateQuery, Subject, Subjects } from '../../core/state/network-states.ts';
import type { NetworkPort, SubjectPage } from '../ports.ts';

/** Asks a network for what was reported of subjects, with as many calls as it takes: usually one. */
export async function readSubjects(port: Pick<NetworkPort, 'statesAbout'>, query: StateQuery): Promise<Subjects> {
  const { subjects, after: start = '', limit = Number.POSITIVE_INFINITY } = query;
  const ordered = subjects && [...new Set(subjects)].sort();
  const all = new Map<string, Subject>();
  if (ordered?.length === 0) return all;
  for (let after: string | null = start; after !== null && all.size < limit; ) {
    const left = Number.isFinite(limit) ? { limit: limit - all.size } : {};
    const page: SubjectPage = await port.statesAbout({ ...query, ...(ordered ? { subjects: ordered } : {}), ...left }, after);
    for (const [id, { states, indexed }] of page.subjects) {
      all.set(id, { states: states.map((state) => ({ ...state, subject: id, value: readState(undefined, state.value).value })), indexed });
    }
    after = page.next;
  }
  return all;
}
