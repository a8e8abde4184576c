import { type Fault, invalid } from '../../../core/errors.ts';

export { MAX_STATES_PER_REPORT } from '../../../core/wire/limits.ts';

/** Ids in one SyncStates or DeleteStates: a gateway names all the states of its subscribers there at once, about as many as a frame holds. */
export const MAX_STATE_IDS = 100_000;
/** Bytes of one state's value. */
export const MAX_STATE_VALUE_BYTES = 1024 * 1024;
/** Characters of a state's type, and of its device id. */
const MAX_STATE_NAME = 512;

/** Refuses a list that is too long. Error: `invalid`. */
export function atMost(limit: number, items: readonly unknown[], what: string): void {
  if (items.length > limit) throw invalid(`${items.length} ${what} in one request; at most ${limit} are taken`);
}

/** The faults of a state's type and device id. `path` names the state in what was sent. */
export function nameFaults(path: string, id: { readonly type: string; readonly deviceID: string } | undefined): Fault[] {
  return (['type', 'deviceID'] as const).flatMap((field) => {
    const name = id?.[field] ?? '';
    if (name === '') return [{ path: `${path}.${field}`, message: 'must not be empty' }];
    return name.length > MAX_STATE_NAME ? [{ path: `${path}.${field}`, message: `must have at most ${MAX_STATE_NAME} characters` }] : [];
  });
}

/** Refuses with at most the first ten faults: a message of thousands helps nobody. Error: `invalid`. */
export function refuse(faults: readonly Fault[]): void {
  if (faults.length > 0) throw invalid(faults.slice(0, 10));
}
