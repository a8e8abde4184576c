import { describe, expect, it } from 'vitest';
import type { Entity, Graph } from '../../../../core/configurator/model.ts';
import { poolFaults } from './references.ts';

const pools = (groups: Record<string, number>): Graph => ({
  entities: new Map(
    Object.entries(groups).map(([key, mme_group_id]) => [
      `cellular_gateway_pool/${key}`,
      { type: 'cellular_gateway_pool', key, config: { mme_group_id } } as unknown as Entity,
    ]),
  ),
});

describe('the pools of a gateway', () => {
  const record = (id: string, more: object = {}) => ({ gateway_pool_id: id, mme_code: 1, mme_relative_capacity: 10, ...more });
  const known = pools({ p1: 1, p2: 1, p3: 2 });
  const places = (...records: ReturnType<typeof record>[]) => poolFaults(records, known, 'body').map(({ path }) => path);

  it('are each named once, exist, and have one MME code, capacity and group', () => {
    expect(places()).toEqual([]);
    expect(places(record('p1'), record('p2'))).toEqual([]);
    expect(places(record('p1'), record('p1'))).toEqual(['body[1].gateway_pool_id']);
    expect(places(record('p1'), record('p2', { mme_code: 2 }))).toEqual(['body[1].mme_code']);
    expect(places(record('p1'), record('p2', { mme_relative_capacity: 20 }))).toEqual(['body[1].mme_relative_capacity']);
    expect(places(record('p1'), record('p3'))).toEqual(['body[1].gateway_pool_id']);
  });

  it('are told with all that is wrong at once', () => {
    expect(places(record('none'), record('p1', { mme_code: 2 }), record('none'), record('p3', { mme_relative_capacity: 1 }))).toEqual([
      'body[0].gateway_pool_id',
      'body[1].mme_code',
      'body[2].gateway_pool_id',
      'body[3].mme_relative_capacity',
      'body[3].gateway_pool_id',
    ]);
  });
});
