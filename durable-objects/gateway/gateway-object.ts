import { DurableObject } from 'cloudflare:workers';
import type { GatewayContext } from '../../core/module/facets.ts';
import type { Registry } from '../../core/module/registry.ts';
import { type BodiedFrame, decodeFrame, encodeFrame, FrameError } from '../../core/wire/frame.ts';
import { GrpcStatus } from '../../core/wire/grpc.ts';
import { CloseCode, HELLO_TIMEOUT_MS, KEEPALIVE_REQUEST, KEEPALIVE_RESPONSE, SUBPROTOCOL } from '../../core/wire/limits.ts';
import type { Hello } from '../../proto/gen/orc8r/sync/v1/frame_pb.js';
import { migrate } from '../lib/migrations.ts';
import { Wake } from '../lib/wake.ts';
import {
  type AttachAnswer,
  CLIENT_HEADER,
  type DesiredStream,
  type GatewayCallRequest,
  type GatewayCallResult,
  type GatewayClient,
  type GatewayPort,
  type GatewayStreamResult,
  networkObject,
  type ObjectBindings,
  type PresenceReport,
  type SouthboundResult,
} from '../ports.ts';
import type {
  CommandActor,
  CommandPage,
  CommandRecord,
  CommandState,
  GivenCommand,
  NewCommand,
  WholeCommand,
} from '../../core/module/commands.ts';
import { auditRows } from '../../core/configurator/audit-rows.ts';
import { Database } from '../../core/db/database.ts';
import { OrcError } from '../../core/errors.ts';
import type { ContentNews } from '../content-ports.ts';
import { Captures } from './captures.ts';
import { callingContext } from './calling-context.ts';
import { answer, CallsFromGateway } from './calls-from-gateway.ts';
import { CallsToGateway } from './calls-to-gateway.ts';
import { AuditOutbox } from './commands/audit-outbox.ts';
import { GatewayCommands } from './commands/commands.ts';
import { CommandLog } from './commands/log.ts';
import { notTaken } from './commands/outcome.ts';
import { Heartbeats } from './heartbeats.ts';
import { ContentSender } from './content/sender.ts';
import { forgetIdentity, type GatewayIdentity, loadIdentity, saveIdentity } from './identity.ts';
import { lastHeard, SILENCE_MS } from './liveness.ts';
import { MetricOutbox } from './metric-outbox.ts';
import { NetworkLink } from './network-link.ts';
import { Presence } from './presence.ts';
import { ReplyReader } from './reply-reader.ts';
import { gatewayMigrations } from './schema.ts';
import { attach, attachment, close, send } from './socket.ts';
import { StateForwarding } from './state-forwarding.ts';
import { StateOutbox } from './state-outbox.ts';
import { stateStore } from './states.ts';
import { Streams } from './streams.ts';
import { welcomeFrame } from './welcome.ts';
import { failed } from './whole-reply.ts';

/** An attach that failed is tried again after this, and up to as long again, so that a network is not asked by all at once. */
const ATTACH_RETRY_MS = 5_000;
/** Streams are written after this, and up to as long again, so that the objects of a network do not all write at once. */
const WRITE_AFTER_MS = 1_000;
const OFFLINE = failed('offline', GrpcStatus.UNAVAILABLE, 'the gateway is not connected');

/**
 * One gateway: its socket, the calls both ways, what it should hold and how far it got, what it reported.
 * Sockets hibernate; memory is a cache, facts are in SQLite or with the socket.
 */
export class GatewayObject extends DurableObject<ObjectBindings> implements GatewayPort {
  readonly #registry: Registry;
  readonly #streams: Streams;
  readonly #contents: ContentSender;
  readonly #metrics: MetricOutbox;
  readonly #captures: Captures;
  readonly #calls = new CallsToGateway();
  readonly #southbound = new CallsFromGateway();
  readonly #network: NetworkLink;
  readonly #presence: Presence;
  readonly #states: StateForwarding;
  readonly #audit: AuditOutbox;
  readonly #commands: GatewayCommands;
  readonly #wake: Wake;
  #identity: GatewayIdentity | undefined;
  #helloTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(state: DurableObjectState, bindings: ObjectBindings, registry: Registry) {
    super(state, bindings);
    const { storage } = state;
    migrate(storage, gatewayMigrations);
    this.#wake = new Wake(storage, Date.now);
    // A moment later: parts ask for it that are made before the rest is there.
    const schedule = () => state.waitUntil(Promise.resolve().then(() => this.#schedule()));
    const later = (wait: number, work: () => void) => void setTimeout(work, wait);
    this.#registry = registry;
    this.#streams = new Streams(
      storage.sql,
      () => Date.now(),
      (work) => void setTimeout(work, WRITE_AFTER_MS * (1 + Math.random())),
    );
    this.#contents = new ContentSender(storage.sql, registry.contents, Date.now, {
      takes: () => this.#taken(),
      send: (frame) => {
        const socket = this.#socket();
        return socket !== undefined && send(socket, frame);
      },
      part: (...request) =>
        networkObject(this.env, this.#identity?.networkId ?? '').contentPart(this.#identity?.networkId ?? '', ...request),
      progressed: () => this.#presence.report({ streams: true }),
      stuck: (error) => this.#attachAgain(error),
    });
    this.#metrics = new MetricOutbox(storage.sql, Date.now);
    this.#captures = new Captures(storage.sql, Date.now);
    this.#identity = loadIdentity(storage.sql);
    this.#network = new NetworkLink({
      network: (networkId) => networkObject(this.env, networkId),
      hardwareId: state.id.name ?? '',
      identity: () => this.#identity,
      progress: () => [...this.#streams.progress(), ...this.#contents.progress()],
    });
    this.#presence = new Presence((news) => this.#network.tell(news), Date.now);
    const states = new Heartbeats({
      store: stateStore(storage.sql, Date.now),
      isHeartbeat: (type) => registry.stateTypes.get(type)?.heartbeat === true,
      now: Date.now,
      later,
    });
    this.#states = new StateForwarding({
      states,
      outbox: new StateOutbox(storage.sql, states),
      types: registry.stateTypes,
      send: (batch) => this.#network.tellStates(batch),
      schedule,
      now: Date.now,
    });
    this.#audit = new AuditOutbox({
      sql: storage.sql,
      now: Date.now,
      later: (wait, work) => later(wait, () => state.waitUntil(work())),
      write: async (rows) => void (await new Database(this.env.DB).commit([auditRows(rows)])),
      schedule,
    });
    this.#commands = new GatewayCommands({
      log: new CommandLog(storage.sql, Date.now),
      audit: this.#audit,
      now: Date.now,
      identity: () => this.#identity,
      connected: () => this.#socket() !== undefined,
      call: (request) => this.#send(request),
      keep: (work) => state.waitUntil(work),
      later,
      schedule,
    });
    state.setWebSocketAutoResponse(new WebSocketRequestResponsePair(KEEPALIVE_REQUEST, KEEPALIVE_RESPONSE));
    for (const socket of this.#open()) if (attachment(socket).streams === null) this.#awaitHello(socket);
  }

  /** Accepts the upgrade that the sync door checked; a connection that is still there is replaced. */
  override async fetch(request: Request): Promise<Response> {
    const client = JSON.parse(request.headers.get(CLIENT_HEADER) ?? 'null') as GatewayClient;
    this.#become(client);
    for (const old of this.ctx.getWebSockets()) close(old, CloseCode.replaced, 'another connection of this gateway took its place');
    this.#calls.abandon();
    this.#streams.forgetSent();
    this.#contents.begin();
    const { 0: theirs, 1: ours } = new WebSocketPair();
    attach(ours, { client, since: Date.now(), streams: null, attached: false });
    this.ctx.acceptWebSocket(ours);
    this.#awaitHello(ours);
    await this.#schedule();
    return new Response(null, { status: 101, webSocket: theirs, headers: { 'Sec-WebSocket-Protocol': SUBPROTOCOL } });
  }

  override async webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): Promise<void> {
    // What was on its way when the socket was closed from here, perhaps for another connection, does not count.
    if (socket.readyState !== WebSocket.OPEN) return;
    if (typeof message === 'string') {
      this.#drop(socket, CloseCode.unexpectedText, 'frames are binary');
      return;
    }
    try {
      await this.#received(socket, decodeFrame(message));
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.#drop(socket, error.closeCode, error.message);
    }
  }

  override async webSocketClose(socket: WebSocket, code: number, reason: string): Promise<void> {
    // 1005, 1006 and 1015 only ever describe a close; they cannot be sent back.
    if (code !== 1005 && code !== 1006 && code !== 1015) close(socket, code, reason);
    this.#gone(socket);
  }

  override async webSocketError(socket: WebSocket): Promise<void> {
    this.#gone(socket);
  }

  /**
   * The certificate of the open connection has run out, nothing is heard on it, an update has waited long enough for an answer to the one
   * before, or the network could not be told of the connection or of states.
   */
  override async alarm(): Promise<void> {
    this.#wake.rung();
    for (const socket of this.#open()) {
      const { client, since, streams, attached } = attachment(socket);
      const silence = Date.now() - lastHeard(this.ctx, socket, since);
      if (silence >= SILENCE_MS) this.#drop(socket, CloseCode.silent, `nothing was heard for ${Math.round(silence / 1000)} s`);
      else if (client.certificateExpiresAt <= Date.now()) this.#drop(socket, CloseCode.certificateRefused, 'the certificate has expired');
      else if (streams !== null && !attached && (await this.#attach(socket))) {
        for (const stream of streams) this.#push(stream);
        this.#contents.resume();
      }
    }
    for (const { stream } of this.#streams.waiting()) this.#push(stream);
    await this.#states.flush();
    this.#commands.tidy();
    await this.#audit.flush();
    await this.#schedule();
  }

  async setDesired(networkId: string, gatewayId: string, streams: readonly DesiredStream[]): Promise<PresenceReport> {
    if (!this.#identity) this.#become({ hardwareId: this.ctx.id.name ?? '', networkId, gatewayId });
    if (!this.#is(networkId, gatewayId)) return this.#network.report({});
    for (const desired of streams) {
      if (this.#streams.store(desired)) this.#push(desired.stream);
    }
    return this.#network.report({ streams: true });
  }

  async contentNews(networkId: string, gatewayId: string, news: readonly ContentNews[]): Promise<PresenceReport> {
    if (!this.#is(networkId, gatewayId)) return this.#network.report({});
    this.#contents.news(news);
    return this.#network.report({ streams: true });
  }

  async call(request: GatewayCallRequest): Promise<GatewayCallResult> {
    return this.#send(request).result;
  }

  async giveCommand(networkId: string, gatewayId: string, command: NewCommand): Promise<GivenCommand> {
    if (!this.#identity) this.#become({ hardwareId: this.ctx.id.name ?? '', networkId, gatewayId });
    if (this.#is(networkId, gatewayId)) return this.#commands.give(command);
    return notTaken(new OrcError('gateway_offline', `the hardware of gateway ${gatewayId} has not come to it yet; try again in a moment`));
  }

  async commands(networkId: string, gatewayId: string, page: CommandPage): Promise<readonly CommandRecord[]> {
    return this.#is(networkId, gatewayId) ? this.#commands.page(page) : [];
  }

  async command(networkId: string, gatewayId: string, id: string): Promise<WholeCommand | null> {
    return (this.#is(networkId, gatewayId) ? this.#commands.read(id) : undefined) ?? null;
  }

  async cancelCommand(networkId: string, gatewayId: string, id: string, by: CommandActor): Promise<CommandState | null> {
    return (this.#is(networkId, gatewayId) ? this.#commands.cancel(id, by) : undefined) ?? null;
  }

  async stream(request: GatewayCallRequest): Promise<GatewayStreamResult> {
    const socket = this.#socket();
    if (!socket) return OFFLINE;
    const reply = await this.#calls.stream(attachment(socket).client.hardwareId, request, (frame) => send(socket, frame));
    return 'ok' in reply ? reply : { ok: true, reply: new ReplyReader(reply) };
  }

  async southbound(client: GatewayClient, path: string, payload: Uint8Array): Promise<SouthboundResult> {
    this.#become(client);
    return answer(this.#registry, path, payload, this.#context(client));
  }

  async keepCapture(networkId: string, gatewayId: string, traceId: string, content: Uint8Array): Promise<boolean> {
    return this.#is(networkId, gatewayId) && this.#captures.keep(traceId, content);
  }

  async capture(networkId: string, gatewayId: string, traceId: string): Promise<Uint8Array | null> {
    return (this.#is(networkId, gatewayId) ? this.#captures.read(traceId) : undefined) ?? null;
  }

  async dropCapture(networkId: string, gatewayId: string, traceId: string): Promise<void> {
    if (this.#is(networkId, gatewayId)) this.#captures.drop(traceId);
  }

  async presence(): Promise<PresenceReport> {
    const socket = this.#socket();
    return this.#network.report({ connection: socket ? connectionOf(socket) : null, streams: true });
  }

  async cutOff(networkId: string, gatewayId: string, code: number, reason: string): Promise<void> {
    if (this.#identity && !this.#is(networkId, gatewayId)) return;
    for (const socket of this.#open()) this.#drop(socket, code, reason);
    this.#calls.abandon();
    this.#forget();
    this.#identity = undefined;
    forgetIdentity(this.ctx.storage.sql);
  }

  async refuseCertificates(serials: readonly string[]): Promise<void> {
    for (const socket of this.#open()) {
      if (!serials.includes(attachment(socket).client.certificateSerial)) continue;
      this.#drop(socket, CloseCode.certificateRefused, 'the certificate was revoked');
    }
  }

  /** The metrics that wait for analytics. */
  async waitingMetrics(limit: number): Promise<{ sequence: number; receivedAt: number; container: Uint8Array }[]> {
    return this.#metrics.waiting(limit);
  }

  #become(identity: GatewayIdentity | GatewayClient): GatewayIdentity {
    const { hardwareId, networkId, gatewayId } = identity;
    const old = this.#identity;
    if (old?.networkId === networkId && old.gatewayId === gatewayId && old.hardwareId === hardwareId) return old;
    // What was desired and reported in another role says nothing about this one.
    if (old) this.#forget();
    saveIdentity(this.ctx.storage.sql, identity);
    this.#identity = { hardwareId, networkId, gatewayId };
    return this.#identity;
  }

  /** Drops everything that is this gateway's: the hardware serves another from now on, or none. */
  #forget(): void {
    this.#streams.clear();
    this.#states.forget();
    this.#contents.clear();
    this.#captures.clear();
    this.#commands.leave();
  }

  /** Whether this hardware serves that gateway now. */
  #is(networkId: string, gatewayId: string): boolean {
    return this.#identity?.networkId === networkId && this.#identity.gatewayId === gatewayId;
  }

  #open(): WebSocket[] {
    return this.ctx.getWebSockets().filter((socket) => socket.readyState === WebSocket.OPEN);
  }

  /** The socket of a gateway that has said hello. */
  #socket(): WebSocket | undefined {
    return this.#open().find((socket) => attachment(socket).streams !== null);
  }

  /** Sets the alarm to what comes first of all that it is for. */
  async #schedule(): Promise<void> {
    const now = Date.now();
    const due = this.#open().map((socket) => {
      const { client, since, streams, attached } = attachment(socket);
      const retry = streams !== null && !attached ? now + ATTACH_RETRY_MS * (1 + Math.random()) : Number.POSITIVE_INFINITY;
      return Math.min(client.certificateExpiresAt, lastHeard(this.ctx, socket, since) + SILENCE_MS, retry);
    });
    const others = [this.#states.due(), this.#commands.due(), this.#audit.due()];
    due.push(...others.filter((time) => time !== undefined));
    if (this.#socket()) due.push(...this.#streams.waiting().map(({ until }) => until));
    if (due.length > 0) await this.#wake.by(Math.min(...due));
  }

  /** Calls the gateway; `sent` tells whether the request went out. */
  #send(request: GatewayCallRequest): { readonly sent: boolean; readonly result: Promise<GatewayCallResult> } {
    const socket = this.#socket();
    if (!socket) return { sent: false, result: Promise.resolve(OFFLINE) };
    let sent = false;
    const result = this.#calls.call(attachment(socket).client.hardwareId, request, (frame) => {
      const gone = send(socket, frame);
      sent ||= gone;
      return gone;
    });
    return { sent, result };
  }

  #awaitHello(socket: WebSocket): void {
    clearTimeout(this.#helloTimer);
    const left = attachment(socket).since + HELLO_TIMEOUT_MS - Date.now();
    this.#helloTimer = setTimeout(
      () => {
        if (socket.readyState === WebSocket.OPEN) this.#drop(socket, CloseCode.helloTimeout, 'no hello came within 10 s');
      },
      Math.max(left, 0),
    );
  }

  #drop(socket: WebSocket, code: number, reason: string): void {
    close(socket, code, reason);
    this.#gone(socket);
  }

  #gone(socket: WebSocket): void {
    if (this.#open().some((other) => other !== socket)) return;
    clearTimeout(this.#helloTimer);
    this.#calls.abandon();
    this.#presence.report({ connection: null });
  }

  async #received(socket: WebSocket, { body }: BodiedFrame): Promise<void> {
    const held = attachment(socket);
    if (held.streams === null) {
      if (body.case !== 'hello') throw new FrameError(CloseCode.badFrame, 'the first frame has to be a hello');
      await this.#hello(socket, body.value);
      return;
    }
    switch (body.case) {
      case 'call':
        await this.#southbound.take(socket, body.value, (timeoutMs) =>
          answer(this.#registry, body.value.path, body.value.payload, this.#context(held.client), timeoutMs),
        );
        return;
      case 'ack':
        if (this.#contents.acked(body.value)) return;
        if (this.#streams.acked(body.value)) this.#presence.report({ streams: true });
        if (held.attached) this.#push(body.value.stream);
        return;
      case 'nack':
        if (this.#contents.nacked(body.value)) return;
        if (this.#streams.nacked(body.value)) this.#presence.report({ streams: true });
        if (held.attached) this.#push(body.value.stream);
        return;
      case 'syncResponse':
        if (body.value.heartBeat) this.#southbound.tell(socket, encodeFrame({ case: 'syncRequest', value: { heartBeat: true } }));
        else this.#calls.received(body.value, held.client.hardwareId, (frame) => this.#southbound.tell(socket, frame));
        return;
      default:
        throw new FrameError(CloseCode.badFrame, `a gateway does not send ${body.case}`);
    }
  }

  async #hello(socket: WebSocket, hello: Hello): Promise<void> {
    clearTimeout(this.#helloTimer);
    const held = attachment(socket);
    const known = (stream: string) => this.#registry.streams.has(stream) || this.#registry.contents.get(stream)?.stream === true;
    const streams = hello.positions.map((position) => position.stream).filter(known);
    attach(socket, { ...held, streams });
    send(socket, welcomeFrame(held.client, Date.now()));
    this.#contents.hello(hello.positions);
    const attached = await this.#attach(socket);
    this.#states.resume();
    if (socket.readyState !== WebSocket.OPEN) return;
    for (const stream of this.#streams.due(hello.positions, !attached)) this.#push(stream);
    this.#contents.resume();
    this.#commands.deliver();
    this.#presence.report({ streams: true, ...(attached ? {} : { connection: connectionOf(socket) }) });
    if (!attached) await this.#schedule();
  }

  /** Tells the network of a connection and takes what it says is missing; false when it could not be told and has to be later. */
  async #attach(socket: WebSocket): Promise<boolean> {
    const { networkId, gatewayId } = attachment(socket).client;
    let answer: AttachAnswer | null;
    try {
      const request = {
        ...this.#network.report({ connection: connectionOf(socket), streams: true }),
        gatewayId,
        digests: this.#streams.digests(),
        contents: this.#taken(),
      };
      answer = await networkObject(this.env, networkId).attach(networkId, request);
    } catch (error) {
      // What is known here is served; the alarm asks for the rest.
      console.warn('attach failed', networkId, gatewayId, error);
      return false;
    }
    // The answer is for a connection that another has taken the place of.
    if (socket.readyState !== WebSocket.OPEN) return true;
    if (answer === null) {
      this.#drop(socket, CloseCode.gatewayRemoved, 'this gateway is not registered in its network any more');
      return true;
    }
    for (const desired of answer.streams) this.#streams.store(desired);
    this.#contents.stand(answer.contents);
    attach(socket, { ...attachment(socket), attached: true });
    return true;
  }

  /** The network could not be asked for content: it is told of the connection again, which brings all that is missing. */
  #attachAgain(error: unknown): void {
    console.warn('content not sent', this.#identity?.networkId, this.#identity?.gatewayId, error);
    const socket = this.#socket();
    if (!socket) return;
    attach(socket, { ...attachment(socket), attached: false });
    this.ctx.waitUntil(this.#schedule());
  }

  /** The streams that the gateway takes on its connection. */
  #taken(): readonly string[] {
    const socket = this.#socket();
    return (socket && attachment(socket).streams) ?? [];
  }

  #push(stream: string): void {
    const socket = this.#socket();
    if (!socket || !attachment(socket).streams?.includes(stream)) return;
    const frame = this.#streams.unsent(stream);
    if (frame && send(socket, frame)) this.#streams.sent(stream);
    else if (this.#streams.waiting().some((waiting) => waiting.stream === stream)) this.ctx.waitUntil(this.#schedule());
  }

  #context(client: GatewayClient): GatewayContext {
    return callingContext({
      client,
      registry: this.#registry,
      bindings: this.env,
      sql: this.ctx.storage.sql,
      states: this.#states,
      metrics: this.#metrics,
      captures: this.#captures,
      presence: this.#presence,
    });
  }
}

const connectionOf = (socket: WebSocket): { since: number; certificateExpiresAt: number } => {
  const { since, client } = attachment(socket);
  return { since, certificateExpiresAt: client.certificateExpiresAt };
};
