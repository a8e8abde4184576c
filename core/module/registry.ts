import type { DescMessage } from '@bufbuild/protobuf';
import { GATEWAY_ENTITY } from '../identity/gateway.ts';
import { NETWORK } from '../configurator/mutations.ts';
import { ANY_TYPE, type EdgeType, type Restoring } from '../configurator/restore-rule.ts';
import type { ContentSet } from './content.ts';
import type { ModuleSummary } from './context.ts';
import type {
  CommandCheck,
  EntityType,
  GatewayGraph,
  GatewayStream,
  MconfigEntry,
  ModuleDefinition,
  NetworkType,
  SouthboundMethod,
  StateIndexer,
  StateType,
} from './facets.ts';
import type { ModuleCommand } from './gateway-command.ts';
import type { Route } from './route.ts';

/** All modules as one; each consumer takes its facet and never names a module. */
export interface Registry {
  readonly modules: readonly ModuleDefinition[];
  readonly networkTypes: ReadonlyMap<string, NetworkType>;
  readonly entityTypes: ReadonlyMap<string, EntityType>;
  /** Types of entities that go with their parent. */
  readonly owned: ReadonlySet<string>;
  readonly restoring: Restoring;
  readonly routes: readonly Route[];
  readonly streams: ReadonlyMap<string, GatewayStream>;
  /** Content that gateways share; those that are streams are not among `streams`. */
  readonly contents: ReadonlyMap<string, ContentSet>;
  readonly stateTypes: ReadonlyMap<string, StateType>;
  readonly stateIndexers: readonly StateIndexer[];
  /** By gRPC path, `/magma.orc8r.StateService/ReportStates`. */
  readonly southbound: ReadonlyMap<string, SouthboundMethod>;
  /** By name. */
  readonly commands: ReadonlyMap<string, ModuleCommand>;
  /** By the name of a command that may wait. */
  readonly commandChecks: ReadonlyMap<string, CommandCheck>;
  /** Entity types that any stream reads, and those of which every gateway sees all. */
  readonly streamReads: { readonly reads: readonly string[]; readonly networkWide: readonly string[] };
  /** Entity types that decide what an mconfig holds, and those among them of which every gateway sees all. */
  readonly mconfigReads: { readonly types: ReadonlySet<string>; readonly networkWide: ReadonlySet<string> };
  /** The entries of all modules' builders for one gateway. Error: two builders gave one key. */
  readonly mconfig: (input: GatewayGraph) => readonly MconfigEntry<DescMessage>[];
  readonly summaries: readonly ModuleSummary[];
}

/**
 * Puts modules together and refuses, with every fault in one message, what cannot work: a missing or circular dependency,
 * anything declared twice, an edge to an unknown type, a route without a permission.
 */
export function createRegistry(modules: readonly ModuleDefinition[]): Registry {
  const faults: string[] = [];
  const ordered = inOrder(modules, faults);

  const collect = <T>(what: string, entriesOf: (module: ModuleDefinition) => readonly (readonly [string, T])[]): Map<string, T> => {
    const all = new Map<string, T>();
    const owner = new Map<string, string>();
    for (const module of ordered) {
      for (const [name, value] of entriesOf(module)) {
        if (all.has(name)) faults.push(`${what} "${name}" is declared by both ${owner.get(name)} and ${module.name}`);
        all.set(name, value);
        owner.set(name, module.name);
      }
    }
    return all;
  };

  const networkTypes = collect('network type', (module) => Object.entries(module.networkTypes ?? {}));
  const entityTypes = collect('entity type', (module) => Object.entries(module.entityTypes ?? {}));
  const routes = collect('route', (module) =>
    (module.routes ?? []).map((route) => [`${route.method} ${shape(route.path)}`, route] as const),
  );
  collect('operation id', (module) => (module.routes ?? []).map((route) => [route.operationId, route] as const));
  const stateTypes = collect('state type', (module) => Object.entries(module.stateTypes ?? {}));
  const stateIndexers = collect('state indexer', (module) =>
    (module.stateIndexers ?? []).map((indexer) => [indexer.name, indexer] as const),
  );
  collect('state index', (module) => (module.stateIndexers ?? []).flatMap(({ indexes }) => Object.entries(indexes)));
  const southbound = collect('southbound method', (module) =>
    (module.southbound ?? []).map((method) => [`/${method.service.typeName}/${method.name}`, method] as const),
  );
  const commands = collect('command', (module) =>
    (module.commands ?? []).map((command) => [command.name, { ...command, module: module.name }] as const),
  );
  const commandChecks = collect('check of command', (module) => Object.entries(module.commandChecks ?? {}));
  const builders = collect('mconfig builder', (module) => Object.entries(module.mconfig?.builders ?? {}));

  for (const [type, definition] of entityTypes) {
    for (const to of definition.children ?? []) {
      if (!entityTypes.has(to)) faults.push(`entity type "${type}" has edges to "${to}", which no module declares`);
    }
  }
  const restoring = restoringOf(ordered, entityTypes, faults);
  for (const [name, { types }] of stateIndexers) {
    for (const type of types) {
      if (!stateTypes.get(type)?.shared)
        faults.push(`state indexer "${name}" reads "${type}", which no module declares as a shared state type`);
    }
  }
  for (const [name, route] of routes) {
    if (!route.permission) faults.push(`route "${name}" declares no permission`);
    if (route.permission?.scope === 'network' && !route.path.includes('{network_id}')) {
      faults.push(`route "${name}" needs permission on a network but has no {network_id} in its path`);
    }
    if (route.permission?.scope === 'tenant' && !route.path.includes('{tenant_id}')) {
      faults.push(`route "${name}" needs permission on a tenant but has no {tenant_id} in its path`);
    }
  }

  const mconfig = (input: GatewayGraph): readonly MconfigEntry[] => {
    const entries = new Map<string, MconfigEntry>();
    for (const [name, builder] of builders) {
      for (const entry of builder(input)) {
        if (entries.has(entry.key)) throw new Error(`mconfig key "${entry.key}" came from two builders, the second is "${name}"`);
        entries.set(entry.key, entry);
      }
    }
    return [...entries.values()];
  };

  const mconfigReads = {
    reads: distinct(ordered.flatMap((module) => module.mconfig?.reads ?? [])),
    networkWide: distinct(ordered.flatMap((module) => module.mconfig?.networkWide ?? [])),
  };
  const streams = collect('stream', (module) =>
    (module.streams ?? []).map((make) => {
      const stream = make(mconfig, mconfigReads);
      return [stream.name, stream] as const;
    }),
  );
  const contents = collect('content', (module) => (module.contents ?? []).map((set) => [set.name, set] as const));
  for (const set of contents.values()) {
    if (streams.has(set.name)) faults.push(`content "${set.name}" has the name of a stream`);
    for (const type of [set.root, ...set.reads, ...(set.names ?? [])]) {
      if (type !== NETWORK.type && !entityTypes.has(type))
        faults.push(`content "${set.name}" reads entity type "${type}", which no module declares`);
    }
  }
  const streamReads = {
    reads: distinct([
      ...[...streams.values()].flatMap((stream) => stream.reads),
      ...[...contents.values()].flatMap((set) => set.share?.reads ?? []),
    ]),
    networkWide: distinct([...streams.values()].flatMap((stream) => stream.networkWide ?? [])),
  };
  for (const type of [...streamReads.reads, ...streamReads.networkWide]) {
    if (!entityTypes.has(type)) faults.push(`a stream reads entity type "${type}", which no module declares`);
  }

  if (faults.length > 0) throw new Error(`the modules do not fit together:\n- ${faults.join('\n- ')}`);
  return {
    modules: ordered,
    networkTypes,
    entityTypes,
    owned: new Set(restoring.owns.map(([, child]) => child)),
    restoring,
    routes: [...routes.values()],
    streams,
    contents,
    stateTypes,
    stateIndexers: [...stateIndexers.values()],
    southbound,
    commands,
    commandChecks,
    streamReads,
    mconfigReads: {
      types: new Set([GATEWAY_ENTITY, ...mconfigReads.reads, ...mconfigReads.networkWide]),
      networkWide: new Set(mconfigReads.networkWide),
    },
    mconfig,
    summaries: ordered.map(summarise),
  };
}

/** What modules say about restoring, in one. */
function restoringOf(modules: readonly ModuleDefinition[], entityTypes: ReadonlyMap<string, EntityType>, faults: string[]): Restoring {
  const edges = (name: 'exclusive' | 'owns'): EdgeType[] =>
    [...entityTypes].flatMap(([parent, definition]) =>
      (definition[name] ?? []).map((child): EdgeType => {
        if (!definition.children?.includes(child))
          faults.push(`entity type "${parent}" has no edges to "${child}", which it says are ${name}`);
        return [parent, child];
      }),
    );
  const rules = modules.flatMap((module) => module.restoring ?? []);
  const [exclusive, owns] = [edges('exclusive'), edges('owns')];
  const each = ([parent, child]: EdgeType): EdgeType[] =>
    child === ANY_TYPE ? [...entityTypes.keys()].map((type): EdgeType => [parent, type]) : [[parent, child]];
  const always = [...exclusive, ...owns, ...rules.flatMap((rule) => [...(rule.follows ?? []), ...(rule.remembers ?? [])])].flatMap(each);
  const whenGone = rules.flatMap((rule) => rule.followsGone ?? []).flatMap(each);
  // An edge that is always followed comes last, so that it counts.
  const follows = new Map<string, Restoring['follows'][number]>([
    ...whenGone.map((edge) => [edge.join(' '), { edge, gone: true }] as const),
    ...always.map((edge) => [edge.join(' '), { edge, gone: false }] as const),
  ]);
  const named = [...rules.flatMap(({ types, names = [] }) => [...types, ...names]), ...[...follows.values()].flatMap(({ edge }) => edge)];
  for (const type of new Set(named)) {
    if (type !== NETWORK.type && !entityTypes.has(type)) faults.push(`a rule for restoring is about "${type}", which no module declares`);
  }
  return { exclusive, owns, follows: [...follows.values()], rules };
}

/** Dependencies first. */
function inOrder(modules: readonly ModuleDefinition[], faults: string[]): ModuleDefinition[] {
  const byName = new Map<string, ModuleDefinition>();
  for (const module of modules) {
    if (byName.has(module.name)) faults.push(`module "${module.name}" is listed twice`);
    byName.set(module.name, module);
  }
  const ordered: ModuleDefinition[] = [];
  const state = new Map<string, 'visiting' | 'done'>();
  const visit = (module: ModuleDefinition, path: readonly string[]): void => {
    if (state.get(module.name) === 'done') return;
    if (state.get(module.name) === 'visiting') {
      faults.push(`modules depend on each other in a circle: ${[...path, module.name].join(' -> ')}`);
      return;
    }
    state.set(module.name, 'visiting');
    for (const name of module.dependsOn ?? []) {
      const dependency = byName.get(name);
      if (dependency) visit(dependency, [...path, module.name]);
      else faults.push(`module "${module.name}" depends on "${name}", which is not there`);
    }
    state.set(module.name, 'done');
    ordered.push(module);
  };
  for (const module of byName.values()) visit(module, []);
  return ordered;
}

function summarise(module: ModuleDefinition): ModuleSummary {
  const services = new Map<string, string[]>();
  for (const method of module.southbound ?? []) {
    services.set(method.service.typeName, [...(services.get(method.service.typeName) ?? []), method.name]);
  }
  return {
    name: module.name,
    version: module.version,
    dependsOn: module.dependsOn ?? [],
    contributes: {
      network_types: Object.keys(module.networkTypes ?? {}),
      entity_types: Object.keys(module.entityTypes ?? {}),
      routes: (module.routes ?? []).map((route) => `${route.method.toUpperCase()} /magma/v1${route.path}`),
      mconfig_builders: Object.keys(module.mconfig?.builders ?? {}),
      streams: [
        ...(module.streams ?? []).map((make) => make(() => [], { reads: [], networkWide: [] }).name),
        ...(module.contents ?? []).filter((set) => set.stream).map((set) => set.name),
      ],
      state_types: Object.keys(module.stateTypes ?? {}),
      state_indexers: (module.stateIndexers ?? []).map(({ name, version }) => `${name} v${version}`),
      southbound_services: [...services].map(([name, methods]) => `${name}: ${methods.join(', ')}`),
      commands: (module.commands ?? []).map((command) => command.name),
    },
  };
}

const shape = (path: string): string => path.replace(/\{[^}]*\}/g, '{}');
const distinct = (items: readonly string[]): string[] => [...new Set(items)].sort();
