import { applyMutations, type HeldGraph } from '../configurator/apply.ts';
import { type Entity, entityKey } from '../configurator/model.ts';
import { type Mutation, NETWORK, touched } from '../configurator/mutations.ts';
import { GATEWAY_ENTITY as GATEWAY } from '../identity/gateway.ts';
import type { GatewayGraph } from '../module/facets.ts';
import type { Registry } from '../module/registry.ts';
import { neighbourhood } from '../streams/neighbourhood.ts';
import { differences, type GatewayPreview, type MconfigPreview } from './difference.ts';
import { renderMconfig } from './render.ts';

/** Gateways whose difference is told; of more there is only the number. */
const MOST_SHOWN = 20;
/** Gateways that are rendered for one preview. */
const MOST_RENDERED = 1000;
/** Differences told of one gateway. */
const MOST_DIFFERENCES = 200;
/** JSON of all differences together, characters. */
const MOST_CHARACTERS = 256 * 1024;
/** So many gateways are rendered before others get their turn. */
const AT_A_TIME = 25;

/** The mutations that can change an mconfig at all. */
export const feedingMconfigs = (mutations: readonly Mutation[], { mconfigReads }: Pick<Registry, 'mconfigReads'>): readonly Mutation[] =>
  mutations.filter(
    (mutation) =>
      mutation.do === 'put_device' ||
      mutation.do === 'delete_device' ||
      touched(mutation).some((id) => id.type === NETWORK.type || mconfigReads.types.has(id.type)),
  );

export interface PreviewOptions {
  readonly registry: Pick<Registry, 'mconfig' | 'mconfigReads'>;
  readonly networkId: string;
  /** Types that the graph holds. */
  readonly types: ReadonlySet<string>;
  /** Lets other work have its turn. */
  readonly pause: () => Promise<void>;
}

/** Works out in memory what mutations would do to the mconfigs of a network as it is held; bounded, and nothing is changed. */
export async function previewMconfigs(before: HeldGraph, mutations: readonly Mutation[], options: PreviewOptions): Promise<MconfigPreview> {
  const after = applyMutations(options.networkId, before, mutations, options.types);
  const concerned = concernedGateways(new Views(before, options), new Views(after, options), mutations, options);
  const gateways: GatewayPreview[] = [];
  let total = 0;
  let characters = 0;
  const examined = concerned.slice(0, MOST_RENDERED);
  for (const [index, { gatewayId, from, to }] of examined.entries()) {
    if (index % AT_A_TIME === AT_A_TIME - 1) await options.pause();
    const found = previewOf(gatewayId, from?.(), to?.(), options);
    if (!found) continue;
    total += 1;
    if (gateways.length >= MOST_SHOWN || characters >= MOST_CHARACTERS) continue;
    characters += JSON.stringify(found).length;
    gateways.push(found);
  }
  return { total, unexamined: concerned.length - examined.length, gateways };
}

/** A gateway before and after; absent: there is no such gateway then. */
interface Concerned {
  readonly gatewayId: string;
  readonly from: (() => GatewayGraph) | undefined;
  readonly to: (() => GatewayGraph) | undefined;
}

/** Those that have something of what is touched in their neighbourhood, before or after; all, when it concerns all. In order of id. */
function concernedGateways(
  before: Views,
  after: Views,
  mutations: readonly Mutation[],
  { registry: { mconfigReads } }: PreviewOptions,
): Concerned[] {
  const ids = mutations.flatMap(touched);
  const everybody = ids.some((id) => id.type === NETWORK.type || mconfigReads.networkWide.has(id.type));
  const keys = new Set(ids.map(entityKey));
  const hardware = new Set(
    mutations.flatMap((mutation) => (mutation.do === 'put_device' || mutation.do === 'delete_device' ? [mutation.hardwareId] : [])),
  );
  const gatewayIds = [...new Set([...before.gateways.keys(), ...after.gateways.keys()])].sort();
  return gatewayIds.flatMap((gatewayId) => {
    const isConcerned = everybody || [before, after].some((views) => views.holds(gatewayId, keys, hardware));
    return isConcerned ? [{ gatewayId, from: before.viewOf(gatewayId), to: after.viewOf(gatewayId) }] : [];
  });
}

/** What builders see of each gateway of a graph. */
class Views {
  readonly gateways: ReadonlyMap<string, Entity>;
  readonly #graph: HeldGraph;
  readonly #wide: readonly Entity[];

  constructor(graph: HeldGraph, { registry: { mconfigReads } }: PreviewOptions) {
    const entities = [...graph.entities.values()];
    this.#graph = graph;
    this.#wide = entities.filter((entity) => mconfigReads.networkWide.has(entity.type));
    this.gateways = new Map(entities.filter((entity) => entity.type === GATEWAY).map((entity) => [entity.key, entity]));
  }

  holds(gatewayId: string, keys: ReadonlySet<string>, hardware: ReadonlySet<string>): boolean {
    const gateway = this.gateways.get(gatewayId);
    if (!gateway) return false;
    if (gateway.physicalId !== null && hardware.has(gateway.physicalId)) return true;
    return [...neighbourhood(this.#graph, gateway, []).entities.keys()].some((key) => keys.has(key));
  }

  viewOf(gatewayId: string): (() => GatewayGraph) | undefined {
    const gateway = this.gateways.get(gatewayId);
    const { network } = this.#graph;
    return gateway && network && (() => ({ network, gateway, graph: neighbourhood(this.#graph, gateway, this.#wide) }));
  }
}

const EMPTY = '{"configsByKey":{}}';

type Rendered = { readonly digest: string; readonly text: string } | { readonly error: string };

function previewOf(
  gatewayId: string,
  from: GatewayGraph | undefined,
  to: GatewayGraph | undefined,
  { registry }: PreviewOptions,
): GatewayPreview | undefined {
  const [before, after] = [rendered(from, registry), rendered(to, registry)];
  const change = !from ? 'create' : !to ? 'delete' : 'update';
  if ('error' in after) {
    // What could not be rendered before either is not the fault of this change.
    if ('error' in before && before.error === after.error) return undefined;
    return { gatewayId, change, differences: [], leftOut: 0, error: after.error };
  }
  if (change === 'update' && 'digest' in before && before.digest === after.digest) return undefined;
  const all = differences(configsOf('text' in before ? before.text : EMPTY), configsOf(after.text));
  return {
    gatewayId,
    change,
    differences: all.slice(0, MOST_DIFFERENCES),
    leftOut: Math.max(all.length - MOST_DIFFERENCES, 0),
    error: null,
  };
}

function rendered(view: GatewayGraph | undefined, { mconfig }: Pick<Registry, 'mconfig'>): Rendered {
  if (!view) return { digest: '', text: EMPTY };
  try {
    const { digest, document } = renderMconfig(mconfig(view));
    return { digest, text: document(0) };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

const configsOf = (text: string): unknown => ({ configsByKey: (JSON.parse(text) as { configsByKey: unknown }).configsByKey });
