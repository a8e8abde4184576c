import { readState } from '../../core/state/indexing.ts';
import type { StateQuery, Subject, Subjects } from '../../core/state/network-states.ts';
import type { NetworkPort, SubjectPage } from '../ports.ts';

/** Asks a network for what was reported of subjects, with as many calls as it takes: usually one. */
export const readSubjects = async (port: Pick<NetworkPort, 'statesAbout'>, query: StateQuery): Promise<Subjects> =>
  (await readWeighed(port, query)).subjects;

/** The same, and how many characters the values had. */
export async function readWeighed(
  port: Pick<NetworkPort, 'statesAbout'>,
  query: StateQuery,
): Promise<{ readonly subjects: Subjects; readonly characters: number }> {
  let characters = 0;
  const { subjects, after: start = '', limit = Number.POSITIVE_INFINITY } = query;
  const ordered = subjects && [...new Set(subjects)].sort();
  const all = new Map<string, Subject>();
  if (ordered?.length === 0) return { subjects: all, characters };
  for (let after: string | null = start; after !== null && all.size < limit; ) {
    const left = Number.isFinite(limit) ? { limit: limit - all.size } : {};
    const page: SubjectPage = await port.statesAbout({ ...query, ...(ordered ? { subjects: ordered } : {}), ...left }, after);
    for (const [id, { states, indexed }] of page.subjects) {
      for (const { value } of states) characters += value.length;
      all.set(id, { states: states.map((state) => ({ ...state, subject: id, value: readState(undefined, state.value).value })), indexed });
    }
    after = page.next;
  }
  return { subjects: all, characters };
}
