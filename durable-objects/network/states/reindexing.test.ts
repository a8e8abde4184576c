import { describe, expect, it } from 'vitest';
import { entries, news, placeIndexer, stateStorage } from './testing/states.ts';

const phones = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => news(from + index, `p${from + index}`, { places: ['home'] }));

/** A network with 600 phones, indexed by version 1. */
function indexed() {
  const storage = stateStorage();
  storage.open().take('gw1', { hardwareId: 'hw1', confirmed: 0, news: phones(1, 601) });
  return storage;
}

const job = (states: { report(): { indexers: readonly { reindexing: unknown }[] } }) => states.report().indexers[0]?.reindexing;
const written = (sql: SqlStorage, place: string) => entries(sql).filter((entry) => entry.includes(` ${place}=`)).length;

describe('re-indexing', () => {
  it('has nothing to do for a network without states, nor for the version that is there', () => {
    expect(stateStorage().open().reindexing).toBe(false);
    expect(indexed().open().reindexing).toBe(false);
  });

  it('makes the entries of another version step by step, tells how far it is, and goes on after an eviction', () => {
    const { open, sql } = indexed();
    const states = open([placeIndexer(2)]);
    expect(states.report().indexers).toEqual([
      { name: 'places', version: 1, types: ['phone'], reindexing: { toVersion: 2, done: 0, total: 600 } },
    ]);
    expect(states.reindex()).toBe(true);
    expect([written(sql, 'HOME'), written(sql, 'home')]).toEqual([250, 350]);
    const again = open([placeIndexer(2)]);
    expect(job(again)).toEqual({ toVersion: 2, done: 250, total: 600 });
    expect([again.reindex(), again.reindex()]).toEqual([true, true]);
    expect(again.reindex()).toBe(false);
    expect(again.report().indexers).toEqual([{ name: 'places', version: 2, types: ['phone'], reindexing: null }]);
    expect([written(sql, 'HOME'), written(sql, 'home')]).toEqual([600, 0]);
  });

  it('takes fewer of large states at a time: an object answers nobody meanwhile', () => {
    const storage = stateStorage();
    // 64 KiB each, of which two megabytes are 32.
    const large = Array.from({ length: 40 }, (_, index) => news(index + 1, `p${index}`, { places: ['home'], rest: 'x'.repeat(65_536) }));
    storage.open().take('gw1', { hardwareId: 'hw1', confirmed: 0, news: large });
    const states = storage.open([placeIndexer(2)]);
    states.reindex();
    expect(job(states)).toEqual({ toVersion: 2, done: 32, total: 40 });
    while (states.reindex());
    expect(written(storage.sql, 'HOME')).toBe(40);
  });

  it('leaves what changes meanwhile to the reports themselves', () => {
    const { open, sql } = indexed();
    const states = open([placeIndexer(2)]);
    states.reindex();
    const changes = [news(601, 'p1', null), news(602, 'p500', null), news(603, 'p501', { places: ['pub'] }), ...phones(604, 614)];
    states.take('gw1', { hardwareId: 'hw1', confirmed: 600, news: changes });
    while (states.reindex());
    expect([written(sql, 'HOME'), written(sql, 'PUB'), written(sql, 'home')]).toEqual([607, 1, 0]);
  });

  it('starts over when yet another version comes before it is done', () => {
    const { open, sql } = indexed();
    open([placeIndexer(2)]).reindex();
    const states = open([placeIndexer(1)]);
    while (states.reindex());
    expect([written(sql, 'HOME'), written(sql, 'home')]).toEqual([0, 600]);
    expect(states.report().indexers[0]).toMatchObject({ version: 1, reindexing: null });
  });

  it('fills an index that is new, and drops one that is no more', () => {
    const { open, sql } = indexed();
    const states = open([{ ...placeIndexer(1), name: 'others' }]);
    expect(entries(sql)).toEqual([]);
    expect(job(states)).toEqual({ toVersion: 1, done: 0, total: 600 });
    while (states.reindex());
    expect(written(sql, 'home')).toBe(600);
  });
});
