import type { DescMessage, DescMethodUnary, DescService, Message, MessageShape } from '@bufbuild/protobuf';
import type { z } from 'zod';
import type { CSR } from '../../proto/gen/orc8r/protos/certifier_pb.js';
import type { IssuedCertificate } from '../certifier/certifier.ts';
import type { Commit, Committed } from '../configurator/commit.ts';
import type { RestoreRule } from '../configurator/restore-rule.ts';
import type { Database } from '../db/database.ts';
import type { OrcError } from '../errors.ts';
import type { IndexEntry, StateQuery, Subjects } from '../state/network-states.ts';
import type { StateReport, StateStore } from '../state/store.ts';
import type { CommandRecord } from './commands.ts';
import type { ContentReader, ContentSet } from './content.ts';
import type { GatewayCommand, ModuleCommand } from './gateway-command.ts';
import type { GatewayGraph } from './gateway-graph.ts';
import type { Route } from './route.ts';

export { ANY_TYPE, type RestoreRule } from '../configurator/restore-rule.ts';
export type { GatewayCommand } from './gateway-command.ts';
export type { GatewayGraph } from './gateway-graph.ts';

/** The parts that a module can bring. Each has one consumer, which asks the registry for it and never names a module. */

export interface NetworkType {
  /** Schema of each config that networks may carry, by config key. */
  readonly configs: Readonly<Record<string, z.ZodType>>;
}

export interface EntityType {
  readonly description: string;
  readonly config?: z.ZodType;
  /** Types of entities that edges from this one may lead to. */
  readonly children?: readonly string[];
  /** Those of `children` of which each has one parent of this type at most: the newest edge takes it from another. */
  readonly exclusive?: readonly string[];
  /** Those of `children` that are nothing without this one: each has one parent, and goes with it, or when it is not named any more. */
  readonly owns?: readonly string[];
}

/** One entry of an mconfig: a key the gateway's services look under, and the message for it. */
export interface MconfigEntry<D extends DescMessage = DescMessage> {
  readonly key: string;
  readonly schema: D;
  readonly message: MessageShape<D>;
}

export interface MconfigFacet {
  /** Entity types that the builders read. */
  readonly reads: readonly string[];
  /** Entity types of which every gateway sees all. */
  readonly networkWide?: readonly string[];
  /** Pure functions; each answers its entries, or none when the gateway or network is not its business. */
  readonly builders: Readonly<Record<string, (input: GatewayGraph) => readonly MconfigEntry[]>>;
}

/** A stream pushed to gateways one by one, each with content of its own. */
export interface GatewayStream {
  readonly name: string;
  readonly description: string;
  readonly reads: readonly string[];
  readonly networkWide?: readonly string[];
  /** Content whose digest decides whether anything is sent. Deterministic: the same graph gives the same digest. */
  readonly render: (input: GatewayGraph) => Promise<StreamContent>;
}

export interface StreamContent {
  /** Hex; equal digests mean equal content. */
  readonly digest: string;
  /** The updates to send, given when the content arose (unix milliseconds). */
  readonly updates: (at: number) => readonly { readonly key: string; readonly value: Uint8Array }[];
}

export interface StateType {
  readonly description: string;
  /** Shape of the JSON value. A value that does not fit is kept and reported, never refused. */
  readonly schema: z.ZodType;
  /** Said anew at each check-in: the newest may be in memory only for a second, and a crash may take it. */
  readonly heartbeat?: true;
  /** Lists, look-ups and indexers of the network need it: each change goes on to the network's object. */
  readonly shared?: true;
  /** Readers need to know when it was last reported, also when it says the same as before. */
  readonly timed?: true;
}

/** Makes entries for look-ups out of reported states; they go when the state changes, is deleted, or its gateway leaves. */
export interface StateIndexer {
  readonly name: string;
  /** Another one than that of the stored entries has them made again. */
  readonly version: number;
  /** Types of shared states that it reads. */
  readonly types: readonly string[];
  /** Descriptions by name of the indexes that it fills. */
  readonly indexes: Readonly<Record<string, string>>;
  /** Pure. What cannot be read yields no entries. */
  readonly entries: (state: {
    readonly type: string;
    readonly subject: string;
    /** Of the gateway that reported it. */
    readonly hardwareId: string;
    readonly value: unknown;
  }) => readonly IndexEntry[];
}

/** The network as the southbound methods of one of its gateways see it. */
export interface NetworkView {
  /** What the gateways of the network reported, this one's newest reports included. One call to the network object, mostly. */
  states(query: StateQuery): Promise<Subjects>;
  /** When gateways last checked in, unix milliseconds, by gateway id; those that never did are left out. */
  checkins(gatewayIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** A number (32 bits, not 0) that is no key of the index and given to nobody else meanwhile. Error: `unavailable` when none is found. */
  reserve(index: string): Promise<number>;
}

/** What a gateway may have of the authorities. Error of both: `precondition_failed` when this platform has no authority for VPNs. */
export interface GatewayCertificates {
  /** DER. */
  readonly authority: (kind: 'client' | 'vpn') => Promise<Uint8Array>;
  /** Errors: as `issueVpnCertificate` in core/certifier. */
  readonly issueVpn: (csr: CSR) => Promise<IssuedCertificate>;
}

/** What a southbound method may use; it runs inside the gateway's object. */
export interface GatewayContext {
  readonly hardwareId: string;
  readonly networkId: string;
  readonly gatewayId: string;
  readonly now: () => number;
  /** What this gateway reported. */
  readonly states: StateStore;
  readonly network: NetworkView;
  /** Reads configuration, one round trip each; a method that needs none must not make any. */
  readonly read: Database['read'];
  /** Commits a change of the gateway's own network in its name, and tells the network at once. Errors: as `commit` in core/configurator. */
  readonly commit: (change: Omit<Commit, 'networkId'>) => Promise<Committed>;
  /** To be called after states were stored, with what `states.put` answered. */
  readonly reported: (states: readonly StateReport[]) => void;
  /** The authorities that sign gateways' certificates. */
  readonly certificates: GatewayCertificates;
  /** Keeps a metrics container until analytics has taken it. */
  readonly keepMetrics: (container: Uint8Array) => void;
  /** Keeps the packet capture of a call trace until it is fetched or has aged; false when it is too large. */
  readonly keepCapture: (traceId: string, content: Uint8Array) => boolean;
  /** Content that the gateways of the network share, as this one gets it. Error: `internal` when no module declares it. */
  readonly content: (name: string) => ContentReader;
  /** The content this gateway should hold of a stream; undefined when there is no such stream. */
  readonly stream: (name: string) => Promise<{ updates: readonly { key: string; value: Uint8Array }[] } | undefined>;
}

/** One method of a southbound service, as the registry keeps it. */
export interface SouthboundMethod {
  readonly service: DescService;
  readonly name: string;
  readonly input: DescMessage;
  readonly output: DescMessage;
  readonly kind: 'unary' | 'server_streaming';
  /** Answers one message, or for a streaming method each in turn. */
  readonly handle: (request: Message, context: GatewayContext) => Promise<readonly Message[]>;
}

/**
 * Asked once more before a command that waited is given to its gateway: what was allowed then may not be now. Runs inside the gateway's
 * object. Answers what the command is refused for; a failure has it asked again later.
 */
export type CommandCheck = (
  command: Pick<CommandRecord, 'detail'>,
  gateway: {
    readonly networkId: string;
    readonly gatewayId: string;
    /** What modules allow on every gateway. */
    readonly commands: readonly ModuleCommand[];
    readonly read: Database['read'];
  },
) => Promise<OrcError | undefined>;

export interface ModuleDefinition {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly dependsOn?: readonly string[];
  readonly networkTypes?: Readonly<Record<string, NetworkType>>;
  readonly entityTypes?: Readonly<Record<string, EntityType>>;
  readonly routes?: readonly Route[];
  readonly mconfig?: MconfigFacet;
  readonly streams?: readonly ((mconfigs: (input: GatewayGraph) => readonly MconfigEntry[], reads: StreamReads) => GatewayStream)[];
  readonly contents?: readonly ContentSet[];
  readonly stateTypes?: Readonly<Record<string, StateType>>;
  readonly stateIndexers?: readonly StateIndexer[];
  readonly southbound?: readonly SouthboundMethod[];
  readonly commands?: readonly GatewayCommand[];
  /** By the name of the command in the history, `generic`. */
  readonly commandChecks?: Readonly<Record<string, CommandCheck>>;
  /** What has to be so, or to change along, when a revision brings entities or a network back. */
  readonly restoring?: readonly RestoreRule[];
}

/** The entity types that all mconfig builders of the platform read together. */
export interface StreamReads {
  readonly reads: readonly string[];
  readonly networkWide: readonly string[];
}

/** Declares a module; nothing happens until a registry is made of it. */
export const defineModule = (definition: ModuleDefinition): ModuleDefinition => definition;

/** Declares a unary southbound method with its handler typed from the service description. */
export function unary<I extends DescMessage, O extends DescMessage>(
  method: DescMethodUnary<I, O>,
  handle: (request: MessageShape<I>, context: GatewayContext) => Promise<MessageShape<O>>,
): SouthboundMethod {
  return {
    service: method.parent,
    name: method.name,
    input: method.input,
    output: method.output,
    kind: 'unary',
    handle: async (request, context) => [await handle(request as MessageShape<I>, context)],
  };
}

/** Declares a server-streaming southbound method. */
export function serverStreaming<I extends DescMessage, O extends DescMessage>(
  method: {
    readonly methodKind: 'server_streaming';
    readonly parent: DescService;
    readonly name: string;
    readonly input: I;
    readonly output: O;
  },
  handle: (request: MessageShape<I>, context: GatewayContext) => Promise<readonly MessageShape<O>[]>,
): SouthboundMethod {
  return {
    service: method.parent,
    name: method.name,
    input: method.input,
    output: method.output,
    kind: 'server_streaming',
    handle: (request, context) => handle(request as MessageShape<I>, context),
  };
}
