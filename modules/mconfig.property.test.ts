import { fromJson } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { renderMconfig } from '../core/mconfig/render.ts';
import type { GatewayGraph } from '../core/module/facets.ts';
import { createRegistry } from '../core/module/registry.ts';
import { mconfigRegistry } from '../proto/mconfig-registry.ts';
import { arbitraryOf } from '../test/contract/arbitrary.ts';
import type { Schema } from '../test/contract/json-schema.ts';
import { gatewayGraph, type Sketch } from './orc8r/mconfig/testing/graph.ts';
import { modules } from './index.ts';

const registry = createRegistry(modules);

/** What a checked field may hold that chance hardly finds: addresses, blocks, channels. Last of all it is left out. */
const REMEDIES: readonly unknown[] = ['192.168.128.0/24', '10.0.0.1', 1, 44590, undefined];

/** The value with whatever its schema's own checks refuse put right; undefined when that cannot be done. */
function mended(schema: z.ZodType, value: unknown): { readonly config: unknown } | undefined {
  const config = structuredClone(value);
  for (const remedy of REMEDIES) {
    const result = schema.safeParse(config);
    if (result.success) return { config };
    for (const { path } of result.error.issues) {
      const last = path.at(-1);
      const holder = path
        .slice(0, -1)
        .reduce<unknown>((inner, name) => (inner as Record<PropertyKey, unknown> | undefined)?.[name], config);
      if (last === undefined || typeof holder !== 'object' || holder === null) continue;
      if (remedy !== undefined) Reflect.set(holder, last, remedy);
      else if (Array.isArray(holder)) holder.splice(Number(last), 1);
      else Reflect.deleteProperty(holder, last);
    }
  }
  return schema.safeParse(config).success ? { config } : undefined;
}

/** Any config that REST would store: what the schema describes and its checks let pass. */
function valid(schema: z.ZodType | undefined): fc.Arbitrary<unknown> {
  if (!schema) return fc.constant(null);
  const json = z.toJSONSchema(schema, { target: 'draft-2020-12', io: 'input', unrepresentable: 'any' }) as Schema & {
    $defs?: Record<string, Schema>;
  };
  const follow = (ref: string): Schema => json.$defs?.[ref.replace('#/$defs/', '')] ?? {};
  return arbitraryOf(json, follow)
    .map((value) => mended(schema, value))
    .filter((found) => found !== undefined)
    .map(({ config }) => config);
}

const configOf = (type: string) => valid(registry.entityTypes.get(type)?.config);
const networkConfigs = (type: string): fc.Arbitrary<Record<string, unknown>> => {
  const { configs = {} } = registry.networkTypes.get(type) ?? {};
  const all = Object.fromEntries(Object.entries(configs).map(([name, schema]) => [name, valid(schema)]));
  return fc.record(all, { requiredKeys: Object.keys(all).filter((name) => !/^(sentry|state)_config$/.test(name)) });
};
const key = fc.oneof(fc.stringMatching(/^[A-Za-z0-9_-]{1,12}$/), fc.nat().map(String));

/** Below a gateway, above it and beside it: everything that a builder of some module reads. */
function sketches(kind: string, extra: fc.Arbitrary<readonly Sketch[]>): fc.Arbitrary<readonly Sketch[]> {
  return fc
    .record({ magmad: configOf('magmad_gateway'), tier: configOf('upgrade_tier'), extra })
    .map(({ magmad, tier, extra: more }) => [
      { type: 'magmad_gateway', key: 'gw1', config: magmad, physicalId: 'hw1', children: [{ type: kind, key: 'gw1' }] },
      { type: 'upgrade_tier', key: 't1', config: tier, children: [{ type: 'magmad_gateway', key: 'gw1' }] },
      ...more,
    ]);
}

const POOL = 'pool1';
const inPool = (config: unknown): unknown => {
  const { pooling } = config as { pooling?: readonly object[] };
  return pooling ? { ...(config as object), pooling: pooling.map((record) => ({ ...record, gateway_pool_id: POOL })) } : config;
};
const lte = fc
  .record({
    gateway: configOf('cellular_gateway').map(inPool),
    enodebs: fc.dictionary(key, fc.option(configOf('cellular_enodeb')), { maxKeys: 4 }),
    pool: configOf('cellular_gateway_pool'),
    tasks: fc.dictionary(key, configOf('network_probe_task'), { maxKeys: 3 }),
  })
  .map(({ gateway, enodebs, pool, tasks }): Sketch[] => [
    {
      type: 'cellular_gateway',
      key: 'gw1',
      config: gateway,
      children: Object.keys(enodebs).map((serial) => ({ type: 'cellular_enodeb', key: serial })),
    },
    { type: 'cellular_gateway_pool', key: POOL, config: pool, children: [{ type: 'cellular_gateway', key: 'gw1' }] },
    ...Object.entries(enodebs).map(([serial, config]) => ({ type: 'cellular_enodeb', key: serial, config })),
    ...Object.entries(tasks).map(([id, config]) => ({ type: 'network_probe_task', key: id, config })),
  ]);
const federation = fc
  .option(configOf('federation_gateway'))
  .map((config): Sketch[] => [{ type: 'federation_gateway', key: 'gw1', config }]);
const carrierWifi = fc
  .record({ gateway: configOf('carrier_wifi_gateway'), pair: fc.option(configOf('cwf_ha_pair')) })
  .map(({ gateway, pair }): Sketch[] => [
    { type: 'carrier_wifi_gateway', key: 'gw1', config: gateway },
    ...(pair === null
      ? []
      : [{ type: 'cwf_ha_pair', key: 'pair1', config: pair, children: [{ type: 'carrier_wifi_gateway', key: 'gw1' }] }]),
  ]);

const kinds: readonly [string, string, string, fc.Arbitrary<readonly Sketch[]>][] = [
  ['an LTE gateway', 'lte', 'cellular_gateway', lte],
  ['an LTE gateway of a federated network', 'feg_lte', 'cellular_gateway', lte],
  ['a federation gateway', 'feg', 'federation_gateway', federation],
  ['a carrier Wi-Fi gateway', 'carrier_wifi_network', 'carrier_wifi_gateway', carrierWifi],
];

const render = (input: GatewayGraph) => renderMconfig(registry.mconfig(input));

/** Strict, as the gateway's json_format.Parse: an unknown field or a number out of range throws. */
function expectTaken(document: string): void {
  const { configsByKey } = JSON.parse(document) as { configsByKey: Record<string, { '@type': string }> };
  expect(configsByKey).toHaveProperty('magmad');
  for (const { '@type': type, ...fields } of Object.values(configsByKey)) {
    const schema = mconfigRegistry.getMessage(type.replace('type.googleapis.com/', ''));
    if (!schema) throw new Error(`${type} is not an mconfig message`);
    fromJson(schema, fields as Parameters<typeof fromJson>[1]);
  }
}

describe('whatever REST would store', () => {
  it.each(kinds)('for %s renders to what its parser takes, the same bytes each time and in any order', (_, network, kind, extra) => {
    expect(registry.networkTypes.has(network)).toBe(true);
    expect(registry.entityTypes.has(kind)).toBe(true);
    const graphs = fc
      .tuple(networkConfigs(network), sketches(kind, extra))
      .chain(([configs, all]) =>
        fc
          .shuffledSubarray([...all], { minLength: all.length })
          .map((shuffled) => [gatewayGraph('gw1', configs, all), gatewayGraph('gw1', configs, shuffled)] as const),
      );
    fc.assert(
      fc.property(graphs, ([one, other]) => {
        const document = render(one).document(5);
        expectTaken(document);
        expect(render(structuredClone(one)).document(5)).toBe(document);
        expect(render(other).document(5)).toBe(document);
      }),
      { numRuns: 150, seed: 31 },
    );
  });
});
