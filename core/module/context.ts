import type { DescMessage, DescMethodServerStreaming, DescMethodUnary, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import type { Certifier } from '../certifier/certifier.ts';
import type { Commit, Committed } from '../configurator/commit.ts';
import type { Restoring } from '../configurator/restore-rule.ts';
import type { Database } from '../db/database.ts';
import type { Query, Statement } from '../db/statement.ts';
import type { Principal } from '../identity/principal.ts';
import type { StateIndexReport, StateQuery, Subjects } from '../state/network-states.ts';
import type { MconfigPreview } from '../mconfig/difference.ts';
import type { CommandActor, CommandPage, CommandRecord, CommandState, GivenCommand, NewCommand, WholeCommand } from './commands.ts';
import type { ModuleCommand } from './gateway-command.ts';

/** How a handler writes: all of it, so that who stands in for one of them stands in for all. */
export interface Writes {
  /** Commits and tells the network at once; with `?dry_run=true` validates only. */
  readonly commit: (change: Commit) => Promise<Committed>;
  /**
   * Commits what needs nothing to be read before, for a caller who was let in a moment ago. False: it was not tried (a dry run, If-Match),
   * or the store refused it; whoever reads and commits as usual is told why.
   */
  readonly commitUnread: (change: Commit) => Promise<boolean>;
  /** Writes what lies outside the graph (tenants, operators, tokens), with its audit row in the same transaction; dry runs as `commit`. */
  readonly execute: (change: PlatformChange) => Promise<void>;
  /** An audit row for what changes nothing in the graph: commands. */
  readonly audit: (row: {
    action: string;
    networkId: string;
    target: string;
    outcome: 'ok' | 'refused' | 'failed';
    detail?: unknown;
  }) => Promise<void>;
}

/** What a route handler may use. Nothing here knows HTTP, Hono or bindings. */
export interface RequestContext extends Writes {
  readonly requestId: string;
  /** Path and query as they were sent: grants may speak of them. */
  readonly uri: string;
  /** Unix milliseconds; injected, so tests set it. */
  readonly now: () => number;
  /** Reads in one round trip each; the first also settles who is asking, so nothing is seen before access is checked. */
  readonly read: Database['read'];
  /** As `read`, but what this isolate read a moment ago will do: for calls to gateways, whose objects know what they serve. */
  readonly readRecent: Database['readRecent'];
  /** Known after the first read or `authorise`. */
  readonly principal: () => Promise<Principal>;
  /** The value of If-Match, when the caller sent one. */
  readonly ifMatch: string | undefined;
  /** The value of Idempotency-Key, when the caller sent one and the route takes it. */
  readonly idempotencyKey: string | undefined;
  readonly fleet: Fleet;
  readonly platform: PlatformInfo;
}

export interface PlatformChange {
  /** Audit verb, `<thing>.<verb>`: `tenant.update`. */
  readonly action: string;
  readonly target: string;
  readonly networkId?: string;
  readonly statements: readonly Statement[];
  readonly outcome?: 'ok' | 'refused' | 'failed';
  /** For the audit row; no secrets. */
  readonly detail?: unknown;
  /** What a dry run says would have changed. */
  readonly changes?: readonly { readonly type: string; readonly key: string; readonly change: 'create' | 'update' | 'delete' }[];
}

/** The gateways as routes see them. */
export interface Fleet {
  /** Latest reported status of one gateway, or undefined when it has never reported. One call to the network object. */
  status(networkId: string, gatewayId: string): Promise<GatewayReport | undefined>;
  /** The same for many, by gateway id; those that never reported are left out. More calls only when that is more than a call can carry. */
  statuses(networkId: string, gatewayIds: readonly string[]): Promise<ReadonlyMap<string, GatewayReport>>;
  convergence(networkId: string): Promise<Convergence>;
  /** What the gateways of a network reported. One call to the network object; more only when that is more than a call can carry. */
  states(networkId: string, query: StateQuery): Promise<Subjects>;
  /** How far the indexes of reported states are. */
  stateIndex(networkId: string): Promise<StateIndexReport>;
  /**
   * Calls a unary method of a service on the gateway over its socket.
   * Errors: `gateway_offline`, `timeout`, and the gateway's own refusal mapped from its gRPC status.
   */
  call<I extends DescMessage, O extends DescMessage>(
    target: GatewayTarget,
    service: string,
    method: DescMethodUnary<I, O>,
    request: MessageInitShape<I>,
  ): Promise<MessageShape<O>>;
  /**
   * Calls a server-streaming method; answers once the gateway gives a sign of its reply. Errors: as `call`, here or while it is read.
   */
  stream<I extends DescMessage, O extends DescMessage>(
    target: GatewayTarget,
    service: string,
    method: DescMethodServerStreaming<I, O>,
    request: MessageInitShape<I>,
  ): Promise<MessageStream<MessageShape<O>>>;
  /** Packet captures of call traces, kept with the hardware that made them. */
  readonly captures: CaptureStore;
  /** Commands to gateways, which leave a record and an audit row whatever comes of them. */
  readonly commands: CommandStore;
  /** What a commit would change of the gateways' mconfigs; nothing is changed or sent. */
  preview(commit: Pick<Commit, 'networkId' | 'mutations'>): Promise<MconfigPreview>;
  /** Ends the connection that a gateway opened with a certificate which was revoked. Never fails: what is lost here the cron repeats. */
  refuseCertificate(hardwareId: string, serial: string): Promise<void>;
}

/** Messages as they come. Whoever has one reads it to its end or cancels it. */
export interface MessageStream<M> {
  /** Waits for more; undefined: that was all. Error: OrcError, when they break off. */
  next(): Promise<readonly M[] | undefined>;
  /** No more are wanted. */
  cancel(): Promise<void>;
}

export interface CaptureStore {
  /** Instead of an earlier one of that trace. False: it is too large, or the hardware serves another gateway by now. */
  keep(target: GatewayTarget, traceId: string, content: Uint8Array): Promise<boolean>;
  /** Undefined: there is none, or it has aged. */
  read(target: GatewayTarget, traceId: string): Promise<Uint8Array | undefined>;
  drop(target: GatewayTarget, traceId: string): Promise<void>;
}

/** The commands of a gateway, kept with its hardware. */
export interface CommandStore {
  give(target: GatewayTarget, command: NewCommand): Promise<GivenCommand>;
  /** Newest first. */
  list(target: GatewayTarget, page: CommandPage): Promise<readonly CommandRecord[]>;
  read(target: GatewayTarget, id: string): Promise<WholeCommand | undefined>;
  /** Takes back one that waits. Answers the state in which it was found: it is cancelled now if that is `queued`. */
  cancel(target: GatewayTarget, id: string, by: CommandActor): Promise<CommandState | undefined>;
}

export interface GatewayTarget {
  readonly networkId: string;
  readonly gatewayId: string;
  readonly hardwareId: string;
}

export interface GatewayReport {
  readonly hardwareId: string;
  /** The JSON of the newest `gw_state`. */
  readonly state: unknown;
  /** When the cloud received it, unix milliseconds. */
  readonly receivedAt: number;
  readonly certificateExpiresAt: number | null;
}

export interface Convergence {
  readonly networkId: string;
  /** Of the network, up to which it is known what each gateway should have. */
  readonly version: number;
  readonly gateways: readonly GatewayConvergence[];
}

export interface GatewayConvergence {
  readonly gatewayId: string;
  readonly hardwareId: string | null;
  readonly connected: boolean;
  readonly connectedSince: number | null;
  readonly lastCheckin: number | null;
  readonly certificateExpiresAt: number | null;
  /** Milliseconds from sending the newest acknowledged update to its ACK. */
  readonly roundTripMs: number | null;
  readonly streams: readonly StreamConvergence[];
}

export interface StreamConvergence {
  readonly stream: string;
  readonly desiredVersion: number;
  readonly sentVersion: number | null;
  readonly ackedVersion: number | null;
  readonly ackedAt: number | null;
  readonly nack: { readonly version: number; readonly reason: string; readonly path: string; readonly at: number } | null;
}

export interface PlatformInfo {
  readonly version: string;
  readonly domain: string;
  /** PEM of the CA that signs the platform's server certificates. */
  readonly rootCa: string;
  /** Modules and what they contribute. */
  readonly modules: () => readonly ModuleSummary[];
  /** The generic commands that modules allow on every gateway. */
  readonly commands: readonly ModuleCommand[];
  /** Types of entities that go with their parent when it is deleted. */
  readonly owned: ReadonlySet<string>;
  /** What modules say about bringing back what a revision shows. */
  readonly restoring: Restoring;
  /** Makes a registration token for a gateway (by the number of its entity), valid 30 minutes. */
  readonly registrationToken: (entityNumber: number) => Promise<string>;
  /** The authority that signs the certificates of operators. Error: `internal` when its settings are wrong. */
  readonly certifier: () => Promise<Certifier>;
}

export interface ModuleSummary {
  readonly name: string;
  readonly version: string;
  readonly dependsOn: readonly string[];
  readonly contributes: Readonly<Record<string, readonly string[]>>;
}

export type AnyQuery = Query<unknown>;
