import type { Mutation } from '../core/configurator/mutations.ts';
import type { MconfigPreview } from '../core/mconfig/difference.ts';
import type { Convergence, GatewayReport } from '../core/module/context.ts';
import type { NetworkState, StateIndexReport, StateQuery, Subject } from '../core/state/network-states.ts';
import type { GatewayCommandPort } from './command-ports.ts';
import type { ContentNews, ContentStanding, NetworkContentPort } from './content-ports.ts';

/** What the objects and the doors say to one another. Plain data only: every call may cross machines. */

/** Who is on the other end of a socket, as the door read it from the certificate and D1. */
export interface GatewayClient {
  readonly hardwareId: string;
  readonly networkId: string;
  readonly gatewayId: string;
  readonly certificateSerial: string;
  /** Unix milliseconds. */
  readonly certificateExpiresAt: number;
}

/** The header in which the sync door hands a GatewayClient (JSON) to the gateway object; the door overwrites whatever a client sends. */
export const CLIENT_HEADER = 'x-orc8r-client';

/** What a gateway should hold of one stream. */
export interface DesiredStream {
  readonly stream: string;
  readonly version: number;
  readonly digest: string;
  readonly updates: readonly { readonly key: string; readonly value: Uint8Array }[];
}

export interface StreamProgress {
  readonly stream: string;
  readonly version: number;
  readonly sentVersion: number | null;
  readonly ackedVersion: number | null;
  readonly ackedAt: number | null;
  readonly roundTripMs: number | null;
  readonly nack: { readonly version: number; readonly reason: string; readonly path: string; readonly at: number } | null;
}

/** A gateway object's news for its network; fields left out have not changed. */
export interface PresenceReport {
  readonly hardwareId: string;
  /** Rises with each report of an object: calls between objects may overtake each other. */
  readonly revision: number;
  /** Null: the socket is gone. */
  readonly connection?: { readonly since: number; readonly certificateExpiresAt: number } | null;
  readonly streams?: readonly StreamProgress[];
  readonly checkin?: { readonly at: number; readonly state: string };
}

export interface GatewayCallRequest {
  /** Service on the gateway, `magmad`. */
  readonly service: string;
  /** gRPC path. */
  readonly path: string;
  /** Bare request message. */
  readonly payload: Uint8Array;
}

export interface GatewayCallFailure {
  readonly ok: false;
  readonly reason: 'offline' | 'timeout' | 'overloaded' | 'gateway';
  readonly code: number;
  /** Empty when the reason says all. */
  readonly message: string;
}

export type GatewayCallResult = { readonly ok: true; readonly messages: readonly Uint8Array[] } | GatewayCallFailure;

/** Some of a streamed reply. */
export interface GatewayReplyPart {
  /** None: the gateway is still there, and has nothing to say. */
  readonly messages: readonly Uint8Array[];
  /** Nothing comes after this part. */
  readonly end?: { readonly ok: true } | GatewayCallFailure;
}

/** A reply that the gateway sends bit by bit. Whoever holds it reads to the end or cancels. */
export interface GatewayReply {
  /** Waits until there is something; asked again only when it has answered. */
  next(): Promise<GatewayReplyPart>;
  /** Has the gateway stop. */
  cancel(): Promise<void>;
}

export type GatewayStreamResult = { readonly ok: true; readonly reply: GatewayReply } | GatewayCallFailure;

export type SouthboundResult =
  | { readonly ok: true; readonly messages: readonly Uint8Array[] }
  | { readonly ok: false; readonly code: number; readonly message: string };

export interface GatewayPort extends GatewayCommandPort {
  /** Accepts the WebSocket upgrade that the sync door checked. */
  fetch(request: Request): Promise<Response>;
  /**
   * Takes new content; sends it when the gateway is there. Older versions than the one held are ignored, and everything when this
   * hardware serves another gateway by now: its next connection brings what that one needs.
   */
  setDesired(networkId: string, gatewayId: string, streams: readonly DesiredStream[]): Promise<PresenceReport>;
  /** Takes news of shared content; sends what the gateway lacks of it when it is there and takes it. */
  contentNews(networkId: string, gatewayId: string, news: readonly ContentNews[]): Promise<PresenceReport>;
  /** Calls a method on the gateway over its socket. */
  call(request: GatewayCallRequest): Promise<GatewayCallResult>;
  /** Calls a server-streaming method on the gateway; answers with its first sign. */
  stream(request: GatewayCallRequest): Promise<GatewayStreamResult>;
  /** Answers a southbound method for a gateway that came over HTTPS. */
  southbound(client: GatewayClient, path: string, payload: Uint8Array): Promise<SouthboundResult>;
  /** Whether a socket is open, and how far each stream is: what a network object asks after it lost its memory. */
  presence(): Promise<PresenceReport>;
  /** Closes the socket and forgets what was desired; nothing when this hardware serves another gateway by now. */
  cutOff(networkId: string, gatewayId: string, code: number, reason: string): Promise<void>;
  /** Keeps the capture of a call trace for a while; false when it is too large, or this hardware serves another gateway by now. */
  keepCapture(networkId: string, gatewayId: string, traceId: string, content: Uint8Array): Promise<boolean>;
  /** The capture of a call trace; null when there is none. */
  capture(networkId: string, gatewayId: string, traceId: string): Promise<Uint8Array | null>;
  dropCapture(networkId: string, gatewayId: string, traceId: string): Promise<void>;
  /** Closes the socket when it was opened with one of these certificates, which were revoked. */
  refuseCertificates(serials: readonly string[]): Promise<void>;
}

/** A report with the state still as the gateway's text: it crosses to the door for less than its value would, and is read where it is shown. */
export interface StoredReport extends Omit<GatewayReport, 'state'> {
  readonly state: string;
}

/** Some of the reports that were asked for: a call between objects carries 32 MiB at most. */
export interface StatusPage {
  readonly reports: readonly (readonly [gatewayId: string, report: StoredReport])[];
  /** Index, among the ids asked for, where the next page starts; null: this was the last. */
  readonly next: number | null;
}

/** News of one reported state. */
export interface StateNews {
  readonly type: string;
  readonly deviceId: string;
  /** Rises with each change in a gateway's object, over all its states. */
  readonly number: number;
  /** Null: it is gone. Without `value`: it was reported again and is as it was. */
  readonly state: { readonly value?: Uint8Array; readonly version: number; readonly receivedAt: number } | null;
}

/** Some news of a gateway's states, in order of their numbers. */
export interface StateBatch {
  readonly hardwareId: string;
  /** The highest number that the network is known to have taken. */
  readonly confirmed: number;
  readonly news: readonly StateNews[];
}

/**
 * `stranger`: that hardware is not known to serve that gateway (yet, or any more). `gap`: less is here than `confirmed` says, so everything
 * has to come again.
 */
export type StateReceipt = { readonly taken: true } | { readonly taken: false; readonly reason: 'stranger' | 'gap' };

/** A reported state with its value still as text, as a report has it. */
export interface StoredState extends Omit<NetworkState, 'subject' | 'value'> {
  readonly value: string;
}

/** Some of the subjects that were asked for. */
export interface SubjectPage {
  readonly subjects: readonly (readonly [id: string, subject: Omit<Subject, 'states'> & { readonly states: readonly StoredState[] }])[];
  /** Where the next page starts; null: this was the last. */
  readonly next: string | null;
}

export interface AttachRequest extends PresenceReport {
  readonly gatewayId: string;
  /** Digest the gateway object holds of each stream. */
  readonly digests: Readonly<Record<string, string>>;
  /** The streams of shared content that the gateway takes. */
  readonly contents: readonly string[];
}

export interface AttachAnswer {
  /** The streams whose content is not what the gateway's object holds. */
  readonly streams: readonly DesiredStream[];
  /** Where the shared content stands that the gateway takes; what is missing comes later as news. */
  readonly contents: readonly ContentStanding[];
}

export interface NetworkPort extends NetworkContentPort {
  /** The network was committed at this version. */
  changed(networkId: string): Promise<void>;
  /** A gateway connected; answers what its object has to know, or null when it is not a gateway of this network. */
  attach(networkId: string, request: AttachRequest): Promise<AttachAnswer | null>;
  report(gatewayId: string, report: PresenceReport): Promise<void>;
  /** The content of one stream for one gateway, as a poll asks for it. */
  desired(networkId: string, gatewayId: string, stream: string): Promise<DesiredStream | null>;
  status(gatewayId: string): Promise<StoredReport | null>;
  /** The reports of those gateways, from the id at index `first` on; gateways that never reported are left out. */
  statuses(gatewayIds: readonly string[], first: number): Promise<StatusPage>;
  convergence(networkId: string): Promise<Convergence>;
  /** What mutations would change of the gateways' mconfigs; nothing is kept or sent. */
  preview(networkId: string, mutations: readonly Mutation[]): Promise<MconfigPreview>;
  /** Takes news of a gateway's states, each once however often it comes. */
  takeStates(networkId: string, gatewayId: string, batch: StateBatch): Promise<StateReceipt>;
  /** What gateways reported of subjects after `after`, in order of their ids. `subjects` of the query have to be in that order. */
  statesAbout(query: StateQuery, after: string): Promise<SubjectPage>;
  stateIndex(): Promise<StateIndexReport>;
  /** When gateways last checked in, unix milliseconds; those that never did are left out. */
  checkins(gatewayIds: readonly string[]): Promise<readonly (readonly [gatewayId: string, at: number])[]>;
  /** A number that is no key of an index, held for the asker. */
  reserveNumber(index: string): Promise<number>;
}

/** Certificates and keys in PEM. The door checks the settings before an object is asked for anything. */
export interface AuthorityBindings {
  CERTIFIER_CERT: string;
  CERTIFIER_KEY: string;
  VPN_CERT?: string | undefined;
  VPN_KEY?: string | undefined;
}

/** The bindings that the objects need. */
export interface ObjectBindings extends AuthorityBindings {
  readonly DB: D1Database;
  readonly GATEWAY: DurableObjectNamespace;
  readonly NETWORK: DurableObjectNamespace;
  /** Where the runtime has a limit of its own: asked with a number of objects, answers how many of them may be woken now. */
  readonly WAKES?: Fetcher;
}

/** The object of one gateway, by hardware id: a gateway keeps its object when an operator moves or renames it. */
export const gatewayObject = (bindings: Pick<ObjectBindings, 'GATEWAY'>, hardwareId: string): GatewayPort =>
  bindings.GATEWAY.getByName(hardwareId) as unknown as GatewayPort;

/** The object of one network, by network id. */
export const networkObject = (bindings: Pick<ObjectBindings, 'NETWORK'>, networkId: string): NetworkPort =>
  bindings.NETWORK.getByName(networkId) as unknown as NetworkPort;
