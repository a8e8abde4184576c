import type { StateIndexer, StateType } from '../module/facets.ts';
import type { IndexEntry } from './network-states.ts';

/** What a device id is about: gateways put their hardware id in front of keys that are their own (`state_scope: gateway`). */
export function subjectOf(deviceId: string, hardwareId: string): string {
  const prefix = `${hardwareId}:`;
  return deviceId.startsWith(prefix) && deviceId.length > prefix.length ? deviceId.slice(prefix.length) : deviceId;
}

export interface ReadState {
  /** Undefined when it is not JSON. */
  readonly value: unknown;
  /** Why the value is not what its type says; null when it is. */
  readonly fault: string | null;
}

/** Characters of a fault that are kept. */
const MAX_FAULT = 500;

/** Reads a reported value; one that does not fit is told, not refused: gateways of many versions report. */
export function readState(type: StateType | undefined, text: string): ReadState {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { value: undefined, fault: 'is not JSON' };
  }
  const result = type?.schema.safeParse(value);
  if (!result || result.success) return { value, fault: null };
  const faults = result.error.issues.map(({ path, message }) => `${path.join('.') || 'the value'}: ${message}`);
  return { value, fault: faults.join('; ').slice(0, MAX_FAULT) };
}

/**
 * The entries that an indexer makes of a state, each once. A value that cannot be indexed has none: an index is never a reason to lose
 * a report.
 */
export function entriesOf(indexer: StateIndexer, state: Parameters<StateIndexer['entries']>[0]): IndexEntry[] {
  if (state.value === undefined) return [];
  let entries: readonly IndexEntry[];
  try {
    entries = indexer.entries(state);
  } catch (error) {
    console.warn('a state cannot be indexed', indexer.name, state.type, state.subject, error);
    return [];
  }
  const known = entries.filter(({ index, key }) => key !== '' && Object.hasOwn(indexer.indexes, index));
  return [...new Map(known.map((entry) => [JSON.stringify([entry.index, entry.key, entry.value]), entry])).values()];
}
