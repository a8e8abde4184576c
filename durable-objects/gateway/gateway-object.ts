import { DurableObject } from 'cloudflare:workers';
import type { GatewayContext } from '../../core/module/facets.ts';
import type { Registry } from '../../core/module/registry.ts';
import { type BodiedFrame, decodeFrame, encodeFrame, FrameError } from '../../core/wire/frame.ts';
import { GrpcStatus } from '../../core/wire/grpc.ts';
import { CloseCode, KEEPALIVE_REQUEST, KEEPALIVE_RESPONSE } from '../../core/wire/limits.ts';
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
import { recheck } from './commands/check.ts';
import { GatewayCommands } from './commands/commands.ts';
import { CommandLog } from './commands/log.ts';
import { notTaken } from './commands/outcome.ts';
import { Connection } from './connection.ts';
import { Heartbeats } from './heartbeats.ts';
import { ContentSender } from './content/sender.ts';
import { forgetIdentity, type GatewayIdentity, loadIdentity, saveIdentity } from './identity.ts';
import { MetricOutbox } from './metric-outbox.ts';
import { NetworkLink } from './network-link.ts';
import { Presence } from './presence.ts';
import { ReplyReader } from './reply-reader.ts';
import { gatewayMigrations } from './schema.ts';
import { attachment, close, send } from './socket.ts';
import { StateForwarding } from './state-forwarding.ts';
import { StateOutbox } from './state-outbox.ts';
import { stateStore } from './states.ts';
import { Streams } from './streams.ts';
import { welcomeFrame } from './welcome.ts';
import { failed } from './whole-reply.ts';

/** Streams are written after this, and up to as long again, so that the objects of a network do not all write at once. */
const WRITE_AFTER_MS = 1_000;
const OFFLINE = failed('offline', GrpcStatus.UNAVAILABLE, '');

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
  readonly #connection: Connection;
  #identity: GatewayIdentity | undefined;

  constructor(state: DurableObjectState, bindings: ObjectBindings, registry: Registry) {
    super(state, bindings);
    const { storage } = state;
    migrate(storage, gatewayMigrations);
    this.#wake = new Wake(storage, Date.now);
    // A moment later: parts ask for it that are made before the rest is there.
    const schedule = () => state.waitUntil(Promise.resolve().then(() => this.#schedule()));
    const later = (wait: number, work: () => void) => void setTimeout(work, wait);
    this.#registry = registry;
    this.#connection = new Connection(
      state,
      () => Date.now(),
      () => {
        this.#calls.abandon();
        this.#presence.report({ connection: null });
      },
    );
    this.#streams = new Streams(
      storage.sql,
      () => Date.now(),
      (work) => void setTimeout(work, WRITE_AFTER_MS * (1 + Math.random())),
    );
    this.#contents = new ContentSender(storage.sql, registry.contents, Date.now, {
      takes: () => this.#connection.takes,
      send: (frame) => this.#connection.send(frame),
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
    const log = new CommandLog(storage.sql, Date.now);
    this.#commands = new GatewayCommands({
      log,
      audit: this.#audit,
      now: Date.now,
      identity: () => this.#identity,
      connected: () => this.#connection.socket !== undefined,
      call: (request) => this.#send(request),
      recheck: recheck({ registry, bindings, identity: () => this.#identity, leaveOf: (record) => log.leaveOf(record), now: Date.now }),
      keep: (work) => state.waitUntil(work),
      later,
      schedule,
    });
    state.setWebSocketAutoResponse(new WebSocketRequestResponsePair(KEEPALIVE_REQUEST, KEEPALIVE_RESPONSE));
    this.#connection.wake();
  }

  /** Accepts the upgrade that the sync door checked; a connection that is still there is replaced. */
  override async fetch(request: Request): Promise<Response> {
    const client = JSON.parse(request.headers.get(CLIENT_HEADER) ?? 'null') as GatewayClient;
    this.#become(client);
    const response = this.#connection.accept(client);
    this.#calls.abandon();
    this.#streams.forgetSent();
    this.#contents.begin();
    await this.#schedule();
    return response;
  }

  override async webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): Promise<void> {
    // What was on its way when the socket was closed from here, perhaps for another connection, does not count.
    if (socket.readyState !== WebSocket.OPEN) return;
    if (typeof message === 'string') {
      this.#connection.drop(socket, CloseCode.unexpectedText, 'frames are binary');
      return;
    }
    try {
      await this.#received(socket, decodeFrame(message));
    } catch (error) {
      if (!(error instanceof FrameError)) throw error;
      this.#connection.drop(socket, error.closeCode, error.message);
    }
  }

  override async webSocketClose(socket: WebSocket, code: number, reason: string): Promise<void> {
    // 1005, 1006 and 1015 only ever describe a close; they cannot be sent back.
    if (code !== 1005 && code !== 1006 && code !== 1015) close(socket, code, reason);
    this.#connection.closed(socket);
  }

  override async webSocketError(socket: WebSocket): Promise<void> {
    this.#connection.closed(socket);
  }

  /**
   * The certificate of the open connection has run out, nothing is heard on it, an update has waited long enough for an answer to the one
   * before, or the network could not be told of the connection or of states.
   */
  override async alarm(): Promise<void> {
    this.#wake.rung();
    const unattached = this.#connection.check();
    if (unattached && (await this.#attach(unattached))) {
      for (const stream of this.#connection.takes) this.#push(stream);
      this.#contents.resume();
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
    const { socket } = this.#connection;
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
    return this.#network.report({ connection: this.#connection.times, streams: true });
  }

  async cutOff(networkId: string, gatewayId: string, code: number, reason: string): Promise<void> {
    if (this.#identity && !this.#is(networkId, gatewayId)) return;
    this.#connection.dropAll(code, reason);
    this.#calls.abandon();
    this.#forget();
    this.#identity = undefined;
    forgetIdentity(this.ctx.storage.sql);
  }

  async refuseCertificates(serials: readonly string[]): Promise<void> {
    this.#connection.refuse(serials);
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
    this.#metrics.clear();
    this.#commands.leave();
  }

  /** Whether this hardware serves that gateway now. */
  #is(networkId: string, gatewayId: string): boolean {
    return this.#identity?.networkId === networkId && this.#identity.gatewayId === gatewayId;
  }

  /** Sets the alarm to what comes first of all that it is for. */
  async #schedule(): Promise<void> {
    const times = [this.#connection.due(), this.#states.due(), this.#commands.due(), this.#audit.due()];
    const due = times.filter((time) => time !== undefined);
    if (this.#connection.socket) due.push(...this.#streams.waiting().map(({ until }) => until));
    if (due.length > 0) await this.#wake.by(Math.min(...due));
  }

  /** Calls the gateway; `sent` tells whether the request went out. */
  #send(request: GatewayCallRequest): { readonly sent: boolean; readonly result: Promise<GatewayCallResult> } {
    const { socket } = this.#connection;
    if (!socket) return { sent: false, result: Promise.resolve(OFFLINE) };
    let sent = false;
    const result = this.#calls.call(attachment(socket).client.hardwareId, request, (frame) => {
      const gone = send(socket, frame);
      sent ||= gone;
      return gone;
    });
    return { sent, result };
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
    const known = (stream: string) => this.#registry.streams.has(stream) || this.#registry.contents.get(stream)?.stream === true;
    const streams = hello.positions.map((position) => position.stream).filter(known);
    this.#connection.greeted(socket, streams);
    send(socket, welcomeFrame(attachment(socket).client, Date.now()));
    this.#contents.hello(hello.positions);
    const attached = await this.#attach(socket);
    this.#states.resume();
    if (socket.readyState !== WebSocket.OPEN) return;
    for (const stream of this.#streams.due(hello.positions, !attached)) this.#push(stream);
    this.#contents.resume();
    this.#commands.deliver();
    this.#presence.report({ streams: true, ...(attached ? {} : { connection: this.#connection.times }) });
    if (!attached) await this.#schedule();
  }

  /** Tells the network of a connection and takes what it says is missing; false when it could not be told and has to be later. */
  async #attach(socket: WebSocket): Promise<boolean> {
    const { networkId, gatewayId } = attachment(socket).client;
    let answer: AttachAnswer | null;
    try {
      const request = {
        ...this.#network.report({ connection: this.#connection.times, streams: true }),
        gatewayId,
        digests: this.#streams.digests(),
        contents: this.#connection.takes,
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
      this.#connection.drop(socket, CloseCode.gatewayRemoved, 'this gateway is not registered in its network any more');
      return true;
    }
    for (const desired of answer.streams) this.#streams.store(desired);
    this.#contents.stand(answer.contents);
    this.#connection.attached(socket, true);
    return true;
  }

  /** The network could not be asked for content: it is told of the connection again, which brings all that is missing. */
  #attachAgain(error: unknown): void {
    console.warn('content not sent', this.#identity?.networkId, this.#identity?.gatewayId, error);
    const { socket } = this.#connection;
    if (!socket) return;
    this.#connection.attached(socket, false);
    this.ctx.waitUntil(this.#schedule());
  }

  #push(stream: string): void {
    if (!this.#connection.takes.includes(stream)) return;
    const frame = this.#streams.unsent(stream);
    if (frame && this.#connection.send(frame)) this.#streams.sent(stream);
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
