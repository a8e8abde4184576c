import { describe, expect, it } from 'vitest';
import { createRegistry } from '../../core/module/registry.ts';
import { OrcError } from '../../core/errors.ts';
import { modules } from '../../modules/index.ts';
import { type TestApi, testApi } from '../../test/support/context.ts';
import { creatable } from './creations.ts';
import { openApiDocument } from './document.ts';
import { PATH_PARAMETERS } from './path-parameters.ts';

const registry = createRegistry(modules);
const paths = openApiDocument(registry, '0.0.0')['paths'] as Record<string, Record<string, Operation>>;

interface Operation {
  readonly operationId: string;
  readonly requestBody?: { readonly content: Record<string, { readonly example?: unknown }> };
}

/** Where a POST makes something, with the example of its body. */
const creations: ReadonlyMap<string, unknown> = new Map(
  Object.entries(paths).flatMap(([path, { post }]) => {
    const media = post?.requestBody?.content['application/json'];
    const made = media && !/\/command\/|:|\/login$/.test(path);
    return made ? [[path.slice('/magma/v1'.length), media.example] as const] : [];
  }),
);

/** The same of PUTs, whose JSON body has an example too. */
const replacements: ReadonlyMap<string, unknown> = new Map(
  Object.entries(paths).flatMap(([path, { put }]) => {
    const media = put?.requestBody?.content['application/json'];
    return media ? [[path.slice('/magma/v1'.length), media.example] as const] : [];
  }),
);

const NETWORKS = ['/networks', '/lte', '/feg', '/feg_lte', '/cwf'];

const at = (path: string): string => path.replace(/\{(\w+)\}/g, (_, name: string) => String(PATH_PARAMETERS[name]?.example));
const send = (api: TestApi, path: string) => api.call('POST', at(path), { body: creations.get(path) });

/** Sends what is left again and again until nothing more is taken; answers what was taken. */
async function sendAll(api: TestApi, rest: readonly string[]): Promise<string[]> {
  const taken: string[] = [];
  for (const path of rest) {
    try {
      await send(api, path);
      taken.push(path);
    } catch (error) {
      if (!(error instanceof OrcError)) throw error;
    }
  }
  return taken.length === 0
    ? []
    : [
        ...taken,
        ...(await sendAll(
          api,
          rest.filter((path) => !taken.includes(path)),
        )),
      ];
}

describe('examples of creations', () => {
  const taken = new Set<string>();
  const replaced = new Set<string>();
  const reasons = new Map<string, readonly string[]>();

  it.each(NETWORKS)('POST %s, and all that goes into such a network, are taken by a new platform', async (base) => {
    const api = testApi(registry.routes);
    expect((await send(api, base)).status).toBe(201);
    // What is made under the family's own path goes first: the gateways of all families have the same id.
    const others = [...creations.keys()].filter((path) => !NETWORKS.includes(path));
    const own = others.filter((path) => path.startsWith(`${base}/`) || path.startsWith('/networks/{network_id}/tiers'));
    for (const path of [
      ...(await sendAll(api, own)),
      ...(await sendAll(
        api,
        others.filter((each) => !own.includes(each)),
      )),
    ])
      taken.add(path);
    for (const [path, body] of replacements) {
      const refused = await api.call('PUT', at(path), { body }).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (refused === undefined) replaced.add(path);
      else if (refused instanceof OrcError) reasons.set(path, [...(reasons.get(path) ?? []), refused.message]);
      else throw refused;
    }
    api.d1.close();
  });

  it('and those of changes are taken after them, but for some', () => {
    const never = [...replacements.keys()].filter((path) => !replaced.has(path));
    expect(Object.fromEntries(never.map((path) => [path, reasons.get(path)?.[0]]))).toEqual({
      // What the creations below do not make is not there to be changed; the number of a CBSD is the platform's choice.
      '/cwf/{network_id}/ha_pairs/{ha_pair_id}': 'HA pair "pair1" was not found',
      '/dp/{network_id}/cbsds/{cbsd_id}': 'CBSD 1 was not found',
      '/networks/{network_id}/tracing/{trace_id}': 'call trace "attach-problem-1" was not found',
    });
  });

  it('are all taken but three', () => {
    const never = [...creations.keys()].filter((path) => !NETWORKS.includes(path) && !taken.has(path));
    expect(never).toEqual([
      // It wants two gateways.
      '/cwf/{network_id}/ha_pairs',
      // The example of the gateway brings these along.
      '/feg/{network_id}/gateways/{gateway_id}/federation',
      // It wants a gateway that answers.
      '/networks/{network_id}/tracing',
    ]);
  });
});

describe('creatable', () => {
  it('leaves out what the table names, without touching what it was given', () => {
    const given = { id: 'default', gateways: ['agw1'], images: [{ name: 'magma', order: 1 }] };
    expect(creatable('createTier', given)).toEqual({ id: 'default', gateways: [], images: [] });
    expect(given.gateways).toEqual(['agw1']);
    expect(creatable('createApn', given)).toEqual(given);
    expect(creatable('putCwfNetworkFederation', { feg_network_id: 'partners', enabled: false })).toEqual({
      feg_network_id: '',
      enabled: false,
    });
    expect(creatable('putLteNetworkFederation', 'partners')).toBe('');
    expect(() => creatable('createTier', { id: 'default' })).toThrow('holds no gateways');
  });
});
