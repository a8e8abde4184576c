import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { MagmaDSchema } from '../../proto/gen/orc8r/protos/mconfig/mconfigs_pb.js';
import { applyMutations, type HeldGraph } from '../configurator/apply.ts';
import { children, entityKey, find, parents } from '../configurator/model.ts';
import type { Mutation } from '../configurator/mutations.ts';
import type { GatewayGraph } from '../module/facets.ts';
import { feedingMconfigs, type PreviewOptions, previewMconfigs } from './preview.ts';

const gateway = (key: string) => ({ type: 'magmad_gateway', key });
const radio = (key: string) => ({ type: 'radio', key });
const tier = { type: 'upgrade_tier', key: 't' };
const types = new Set(['magmad_gateway', 'radio', 'upgrade_tier', 'notice']);
interface Config {
  readonly services?: readonly string[];
  readonly broken?: string;
}

/** A service that is told the services of the radio below its gateway, the version of the tier above it, and all notices. */
function mconfig({ network, gateway: own, graph }: GatewayGraph) {
  const radios = children(own, 'radio').map((key) => (find(graph, 'radio', key)?.config ?? {}) as Config);
  const broken = radios.find((config) => config.broken)?.broken;
  if (broken) throw new Error(`the radio is ${broken}`);
  const version = parents(own, 'upgrade_tier').map((key) => find(graph, 'upgrade_tier', key)?.name ?? '');
  const notices = [...graph.entities.values()].filter(({ type }) => type === 'notice').map(({ key }) => key);
  const message = create(MagmaDSchema, {
    packageVersion: version.join(),
    dynamicServices: [...radios.flatMap(({ services = [] }) => services), ...notices],
    featureFlags: { [network.name]: true },
  });
  return [{ key: 'magmad', schema: MagmaDSchema, message }];
}

let pauses = 0;
const options: PreviewOptions = {
  registry: { mconfig, mconfigReads: { types, networkWide: new Set(['notice']) } },
  networkId: 'n1',
  types,
  pause: async () => {
    pauses += 1;
  },
};
const made = (count: number, ...more: Mutation[]): HeldGraph =>
  applyMutations(
    'n1',
    { network: undefined, entities: new Map() },
    [
      { do: 'create_network', type: 'lte', name: 'old', description: '', configs: {} },
      { do: 'create_entity', id: tier, name: '1.0' },
      ...Array.from({ length: count }, (_, index) => `g${String(index).padStart(4, '0')}`).flatMap((key): Mutation[] => [
        { do: 'create_entity', id: gateway(key), physicalId: `hw-${key}` },
        { do: 'create_entity', id: radio(key), config: { services: ['a'] } },
        { do: 'add_children', id: gateway(key), type: 'radio', keys: [key] },
        { do: 'add_children', id: tier, type: 'magmad_gateway', keys: [key] },
      ]),
      ...more,
    ],
    types,
  );
const preview = (graph: HeldGraph, ...mutations: Mutation[]) => previewMconfigs(graph, mutations, options);
const services = (key: string, ...names: string[]): Mutation => ({ do: 'update_entity', id: radio(key), config: { services: names } });

describe('the preview of a change', () => {
  it('names the gateways whose mconfig would be another one, and where', async () => {
    const graph = made(3);
    expect(await preview(graph, services('g0001', 'a', 'b'))).toEqual({
      total: 1,
      unexamined: 0,
      gateways: [
        {
          gatewayId: 'g0001',
          change: 'update',
          differences: [{ path: '/configsByKey/magmad/dynamicServices/1', after: 'b' }],
          leftOut: 0,
          error: null,
        },
      ],
    });
    const tiers = await preview(graph, { do: 'update_entity', id: tier, name: '2.0' });
    expect(tiers.gateways.map(({ gatewayId, differences }) => [gatewayId, differences])).toEqual(
      ['g0000', 'g0001', 'g0002'].map((key) => [key, [{ path: '/configsByKey/magmad/packageVersion', before: '1.0', after: '2.0' }]]),
    );
    expect((await preview(graph, { do: 'update_network', name: 'new' })).total).toBe(3);
    expect((await preview(graph, { do: 'create_entity', id: { type: 'notice', key: 'x' } })).total).toBe(3);
  });

  it('is empty for what concerns nobody or changes nothing', async () => {
    const graph = made(3);
    const nothing = { total: 0, unexamined: 0, gateways: [] };
    expect(await preview(graph, services('g0001', 'a'))).toEqual(nothing);
    expect(await preview(graph, { do: 'create_entity', id: radio('spare'), config: { services: ['x'] } })).toEqual(nothing);
    expect(await preview(graph, { do: 'update_network', description: 'other' })).toEqual(nothing);
    expect(await preview(made(0), { do: 'update_network', name: 'new' })).toEqual(nothing);
  });

  it('tells of gateways that come and go', async () => {
    const graph = made(2);
    const added = await preview(graph, { do: 'create_entity', id: gateway('new'), physicalId: null });
    expect(added.gateways).toMatchObject([
      { gatewayId: 'new', change: 'create', differences: [{ path: '/configsByKey/magmad', after: { featureFlags: { old: true } } }] },
    ]);
    const removed = await preview(graph, { do: 'delete_entity', id: gateway('g0000') });
    expect(removed.gateways).toMatchObject([{ gatewayId: 'g0000', change: 'delete', differences: [{ path: '/configsByKey/magmad' }] }]);
    expect(removed.gateways[0]?.differences[0]).not.toHaveProperty('after');
    expect((await preview(graph, { do: 'delete_network' })).gateways.map(({ change }) => change)).toEqual(['delete', 'delete']);
  });

  it('says when the mconfig could not be rendered, unless it could not before', async () => {
    const broken: Mutation = { do: 'update_entity', id: radio('g0000'), config: { broken: 'upside down' } };
    expect((await preview(made(1), broken)).gateways).toEqual([
      { gatewayId: 'g0000', change: 'update', differences: [], leftOut: 0, error: 'the radio is upside down' },
    ]);
    const graph = made(1, broken);
    expect((await preview(graph, { do: 'update_network', name: 'new' })).total).toBe(0);
    const mended = await preview(graph, services('g0000', 'a'));
    expect(mended.gateways).toMatchObject([{ error: null, differences: [{ path: '/configsByKey/magmad' }] }]);
  });

  it('is bounded: so many differences, gateways shown, gateways rendered; and lets others have their turn', async () => {
    const graph = made(1100);
    pauses = 0;
    const all = await preview(graph, { do: 'update_network', name: 'new' });
    expect({ ...all, gateways: all.gateways.length }).toEqual({ total: 1000, unexamined: 100, gateways: 20 });
    expect(pauses).toBe(40);
    const many = await preview(graph, services('g0000', ...Array.from({ length: 300 }, (_, index) => `s${index}`)));
    expect(many.gateways[0]).toMatchObject({ leftOut: 100 });
    expect(many.gateways[0]?.differences).toHaveLength(200);
    const large = 'x'.repeat(100_000);
    const heavy = await preview(graph, ...['g0000', 'g0001', 'g0002', 'g0003', 'g0004'].map((key) => services(key, large)));
    expect([heavy.total, heavy.gateways.length]).toEqual([5, 3]);
  });

  it('changes nothing in the graph it was made from', async () => {
    const graph = made(2);
    const before = JSON.stringify([...graph.entities]);
    await preview(graph, services('g0000', 'z'), { do: 'delete_entity', id: gateway('g0001') }, { do: 'update_network', name: 'new' });
    expect(JSON.stringify([...graph.entities])).toBe(before);
    expect(graph.network?.name).toBe('old');
    expect(graph.entities.has(entityKey(gateway('g0001')))).toBe(true);
  });
});

describe('mutations that feed mconfigs', () => {
  it('touch the network, or entities that builders read, or a device', () => {
    const all: Mutation[] = [
      { do: 'update_network', name: 'n' },
      services('g', 'a'),
      { do: 'create_entity', id: { type: 'subscriber', key: 's' } },
      { do: 'put_entities', type: 'subscriber', entities: [{ key: 's', name: '', config: {}, children: [radio('r')] }] },
      { do: 'add_children', id: { type: 'subscriber', key: 's' }, type: 'radio', keys: ['r'] },
      { do: 'put_device', hardwareId: 'hw', type: 't', info: {} },
      { do: 'revoke_certificates', kind: 'gateway', subject: 'hw', reason: 'r' },
    ];
    expect(feedingMconfigs(all, options.registry)).toEqual([all[0], all[1], all[4], all[5]]);
  });
});
