import { z } from 'zod';
import { objectSql } from '../../../../test/support/object-sql.ts';
import type { StateIndexer, StateType } from '../../../../core/module/facets.ts';
import type { StateNews } from '../../../ports.ts';
import { networkMigrations } from '../../schema.ts';
import { NetworkStates } from '../network-states.ts';

const places = z.object({ places: z.array(z.string()) });

export const stateTypes: ReadonlyMap<string, StateType> = new Map([
  ['phone', { description: 'where a phone is', schema: places, shared: true }],
  ['watch', { description: 'where a watch is', schema: places, shared: true, timed: true }],
]);

/** Finds phones by place; from version 2 on places are written large. */
export const placeIndexer = (version: number): StateIndexer => ({
  name: 'places',
  version,
  types: ['phone'],
  indexes: { phones_at: 'phones at a place' },
  entries: ({ subject, value }) =>
    (places.safeParse(value).data?.places ?? []).map((place) => ({
      index: 'phones_at',
      key: version > 1 ? place.toUpperCase() : place,
      value: subject,
    })),
});

/** Storage of a network object, and what is made of it anew after each eviction. For tests. */
export function stateStorage() {
  const sql = objectSql(networkMigrations);
  const storage = { sql, transactionSync: <T>(work: () => T): T => work() };
  return {
    sql,
    open: (indexers: readonly StateIndexer[] = [placeIndexer(1)]) => new NetworkStates(storage, { stateTypes, stateIndexers: indexers }),
  };
}

const bytes = (text: string) => new TextEncoder().encode(text);

/** News of a state; `value` is sent as JSON, text as it is, null for one that is gone, undefined for one that is as it was. */
export function news(number: number, deviceId: string, value: unknown, { type = 'phone', at = number } = {}): StateNews {
  if (value === null) return { type, deviceId, number, state: null };
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return { type, deviceId, number, state: { version: 1, receivedAt: at, ...(value === undefined ? {} : { value: bytes(text) }) } };
}

/** Everything in the index, without the numbers of rows. */
export const entries = (sql: SqlStorage): string[] =>
  sql
    .exec<{ entry: string }>(
      `SELECT s.hardware_id || ' ' || s.device_id || ': ' || e.name || ' ' || e.key || '=' || e.value AS entry
       FROM state_entries AS e JOIN states AS s ON s.id = e.state_id ORDER BY 1`,
    )
    .toArray()
    .map(({ entry }) => entry);
