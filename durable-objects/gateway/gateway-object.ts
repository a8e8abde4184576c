import { DurableObject } from 'cloudflare:workers';
import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { OrcError } from '../../core/errors.ts';
import type { GatewayContext } from '../../core/module/facets.ts';
import type { Registry } from '../../core/module/registry.ts';
import type { StateReport } from '../../core/state/store.ts';
import { type BodiedFrame, decodeFrame, encodeFrame, FrameError } from '../../core/wire/frame.ts';
import { GrpcStatus } from '../../core/wire/grpc.ts';
import { CALL_TIMEOUT_MS, CloseCode, HELLO_TIMEOUT_MS, KEEPALIVE_REQUEST, KEEPALIVE_RESPONSE, KEEPALIVE_SECONDS, MAX_FRAME_BYTES, MAX_GATEWAY_CALLS, SUBPROTOCOL } from '../../core/wire/limits.ts';
import { type Call, type Hello, WelcomeSchema } from '../../proto/gen/orc8r/sync/v1/frame_pb.js';
import { migrate } from '../lib/migrations.ts';
import {
  CLIENT_HEADER,
  type DesiredStream,
  type GatewayCallRequest,
  type GatewayCallResult,
  type GatewayClient,
  type GatewayPort,
  networkObject,
  type ObjectBindings,
  type PresenceReport,
  type SouthboundResult,
  type StreamProgress,
} from '../ports.ts';
import { answer } from './calls-from-gateway.ts';
import { CallsToGateway } from './calls-to-gateway.ts';
import { type GatewayIdentity, loadIdentity, saveIdentity } from './identity.ts';
import { MetricOutbox } from './metric-outbox.ts';
import { Presence } from './presence.ts';
import { gatewayMigrations } from './schema.ts';
import { attachment, close, send } from './socket.ts';
import { stateStore } from './states.ts';
import { Streams } from './streams.ts';

/** The state that a gateway reports of itself at each check-in. */
const GATEWAY_STATE = 'gw_state';

/**
 * One gateway: its socket, the calls both ways, what it should hold and how far it got, what it reported.
 * Sockets hibernate; memory is a cache, facts are in SQLite or with the socket.
 */
export class GatewayObject extends DurableObject<ObjectBindings> implements GatewayPort {
  readonly #registry: Registry;
  readonly #streams: Streams;
  readonly #metrics: MetricOutbox;
  readonly #calls = new CallsToGateway();
  readonly #presence: Presence;
  #identity: GatewayIdentity | undefined;
  #openCalls = 0;

  constructor(state: DurableObjectState, bindings: ObjectBindings, registry: Registry) {
    super(state, bindings);
    const { storage } = state;
    migrate(storage, gatewayMigrations);
    this.#registry = registry;
    this.#streams = new Streams(storage.sql, Date.now);
    this.#metrics = new MetricOutbox(storage.sql, Date.now);
    this.#identity = loadIdentity(storage.sql);
    this.#presence = new Presence(async (report) => {
      const identity = this.#identity;
      if (identity) await networkObject(this.env, identity.networkId).report(identity.gatewayId, report);
    }, Date.now);
    state.setWebSocketAutoResponse(new WebSocketRequestResponsePair(KEEPALIVE_REQUEST, KEEPALIVE_RESPONSE));
  }

  /** Accepts the upgrade that the sync door checked; a connection that is still there is replaced. */
  override async fetch(request: Request): Promise<Response> {
    const client = JSON.parse(request.headers.get(CLIENT_HEADER) ?? 'null') as GatewayClient;
    this.#become(client);
    for (const old of this.ctx.getWebSockets()) close(old, CloseCode.replaced, 'another connection of this gateway took its place');
    this.#calls.abandon();
    this.#streams.forgetSent();
    const { 0: theirs, 1: ours } = new WebSocketPair();
    ours.serializeAttachment({ client, since: Date.now(), streams: null });
    this.ctx.acceptWebSocket(ours);
    await this.ctx.storage.setAlarm(client.certificateExpiresAt);
    setTimeout(() => {
      if (ours.readyState === WebSocket.OPEN && attachment(ours).streams === null) close(ours, CloseCode.helloTimeout, 'no hello came within 10 s');
    }, HELLO_TIMEOUT_MS);
    return new Response(null, { status: 101, webSocket: theirs, headers: { 'Sec-WebSocket-Protocol': SUBPROTOCOL } });
  }

  override async webSocketMessage(socket: WebSocket, message: string | ArrayBuffer): Promise<void> {
    if (typeof message === 'string') {
      close(socket, CloseCode.unexpectedText, 'frames are binary');
      return;
    }
    try {
      await this.#received(socket, decodeFrame(message));
    } catch (error) {
      if (error instanceof FrameError) {
        close(socket, error.closeCode, error.message);
        return;
      }
      throw error;
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

  /** The certificate of the open connection has run out. */
  override async alarm(): Promise<void> {
    const now = Date.now();
    for (const socket of this.ctx.getWebSockets()) {
      const { certificateExpiresAt } = attachment(socket).client;
      if (certificateExpiresAt <= now) close(socket, CloseCode.certificateRefused, 'the certificate has expired');
      else await this.ctx.storage.setAlarm(certificateExpiresAt);
    }
  }

  async setDesired(networkId: string, gatewayId: string, streams: readonly DesiredStream[]): Promise<readonly StreamProgress[]> {
    const hardwareId = this.ctx.id.name;
    if (!this.#identity && hardwareId) this.#become({ hardwareId, networkId, gatewayId });
    for (const desired of streams) {
      if (this.#streams.store(desired)) this.#push(desired.stream);
    }
    return this.#streams.progress();
  }

  async call(request: GatewayCallRequest): Promise<GatewayCallResult> {
    const socket = this.#socket();
    if (!socket) return { ok: false, reason: 'offline', code: GrpcStatus.UNAVAILABLE, message: 'the gateway is not connected' };
    return this.#calls.call(attachment(socket).client.hardwareId, request, (frame) => send(socket, frame));
  }

  async southbound(client: GatewayClient, path: string, payload: Uint8Array): Promise<SouthboundResult> {
    this.#become(client);
    return answer(this.#registry, path, payload, this.#context(client));
  }

  async presence(): Promise<PresenceReport> {
    const socket = this.#socket();
    const hardwareId = this.#identity?.hardwareId ?? this.ctx.id.name ?? '';
    return { hardwareId, connection: socket ? connectionOf(socket) : null, streams: this.#streams.progress() };
  }

  async cutOff(code: number, reason: string): Promise<void> {
    this.#streams.clear();
    for (const socket of this.ctx.getWebSockets()) close(socket, code, reason);
    this.#calls.abandon();
  }

  /** The metrics that wait for analytics. */
  async waitingMetrics(limit: number): Promise<{ sequence: number; receivedAt: number; container: Uint8Array }[]> {
    return this.#metrics.waiting(limit);
  }

  #become(identity: GatewayIdentity | GatewayClient): void {
    const { hardwareId, networkId, gatewayId } = identity;
    const old = this.#identity;
    if (old?.networkId === networkId && old.gatewayId === gatewayId && old.hardwareId === hardwareId) return;
    // What was desired in another role says nothing about this one.
    if (old) this.#streams.clear();
    saveIdentity(this.ctx.storage.sql, identity);
    this.#identity = { hardwareId, networkId, gatewayId };
  }

  #socket(): WebSocket | undefined {
    return this.ctx.getWebSockets().find((socket) => socket.readyState === WebSocket.OPEN && attachment(socket).streams !== null);
  }

  #gone(socket: WebSocket): void {
    const others = this.ctx.getWebSockets().filter((other) => other !== socket && other.readyState === WebSocket.OPEN);
    if (others.length > 0) return;
    this.#calls.abandon();
    this.#presence.report({ hardwareId: attachment(socket).client.hardwareId, connection: null });
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
        await this.#answer(socket, body.value);
        return;
      case 'ack':
        if (this.#streams.acked(body.value)) this.#reportStreams();
        return;
      case 'nack':
        if (this.#streams.nacked(body.value)) this.#reportStreams();
        return;
      case 'syncResponse':
        if (body.value.heartBeat) send(socket, encodeFrame({ case: 'syncRequest', value: { heartBeat: true } }));
        else this.#calls.received(body.value, held.client.hardwareId, (frame) => send(socket, frame));
        return;
      default:
        throw new FrameError(CloseCode.badFrame, `a gateway does not send ${body.case}`);
    }
  }

  async #hello(socket: WebSocket, hello: Hello): Promise<void> {
    const held = attachment(socket);
    const { networkId, gatewayId, hardwareId } = held.client;
    socket.serializeAttachment({ ...held, streams: hello.positions.map((position) => position.stream) });
    const welcome = create(WelcomeSchema, {
      networkId,
      gatewayId,
      serverTime: timestampFromMs(Date.now()),
      maxFrameBytes: MAX_FRAME_BYTES,
      keepaliveSeconds: KEEPALIVE_SECONDS,
    });
    send(socket, encodeFrame({ case: 'welcome', value: welcome }));
    const connection = connectionOf(socket);
    try {
      const request = { hardwareId, gatewayId, connection, digests: this.#streams.digests(), streams: this.#streams.progress() };
      const missing = await networkObject(this.env, networkId).attach(networkId, request);
      if (missing === null) {
        close(socket, CloseCode.gatewayRemoved, 'this gateway is not registered in its network any more');
        return;
      }
      for (const desired of missing) this.#streams.store(desired);
    } catch (error) {
      // The network object is out of reach: what is known here is served, and news comes with its next push.
      console.warn('attach failed', networkId, gatewayId, error);
      this.#presence.report({ hardwareId, connection });
    }
    for (const { stream, frame } of this.#streams.due(hello.positions)) {
      if (send(socket, frame)) this.#streams.sent(stream);
    }
    this.#reportStreams();
  }

  #push(stream: string): void {
    const socket = this.#socket();
    if (!socket || !attachment(socket).streams?.includes(stream)) return;
    const frame = this.#streams.unsent(stream);
    if (frame && send(socket, frame)) this.#streams.sent(stream);
  }

  #reportStreams(): void {
    const hardwareId = this.#identity?.hardwareId;
    if (hardwareId) this.#presence.report({ hardwareId, streams: this.#streams.progress() });
  }

  async #answer(socket: WebSocket, call: Call): Promise<void> {
    const reply = (result: SouthboundResult): void => {
      const value = result.ok
        ? { id: call.id, payload: result.messages[0] ?? new Uint8Array() }
        : { id: call.id, code: result.code, message: result.message };
      send(socket, encodeFrame({ case: 'reply', value }));
    };
    if (call.id === 0) throw new FrameError(CloseCode.badFrame, 'a call needs an id other than 0');
    if (this.#openCalls >= MAX_GATEWAY_CALLS) {
      reply({ ok: false, code: GrpcStatus.RESOURCE_EXHAUSTED, message: `at most ${MAX_GATEWAY_CALLS} calls may be open` });
      return;
    }
    this.#openCalls += 1;
    try {
      const timeout = Math.min(call.timeoutMs || CALL_TIMEOUT_MS, CALL_TIMEOUT_MS);
      const context = this.#context(attachment(socket).client);
      reply(await answer(this.#registry, call.path, call.payload, context, timeout));
    } finally {
      this.#openCalls -= 1;
    }
  }

  #context(client: GatewayClient): GatewayContext {
    const { hardwareId, networkId, gatewayId } = client;
    return {
      hardwareId,
      networkId,
      gatewayId,
      now: Date.now,
      states: stateStore(this.ctx.storage.sql, Date.now),
      reported: (states) => this.#stored(client, states),
      keepMetrics: (container) => this.#metrics.keep(container),
      stream: async (name) => {
        if (!this.#registry.streams.has(name)) return undefined;
        const desired = await networkObject(this.env, networkId).desired(networkId, gatewayId, name);
        // An empty batch would tell the gateway to delete everything.
        if (!desired) throw new OrcError('aborted', `stream ${name} has no content for gateway ${gatewayId} now`);
        return { updates: desired.updates };
      },
    };
  }

  #stored(client: GatewayClient, states: readonly StateReport[]): void {
    const own = states.findLast((state) => state.type === GATEWAY_STATE);
    if (!own) return;
    const state = new TextDecoder().decode(own.value);
    this.#presence.report({ hardwareId: client.hardwareId, checkin: { at: own.receivedAt, state } });
  }
}

const connectionOf = (socket: WebSocket): { since: number; certificateExpiresAt: number } => {
  const { since, client } = attachment(socket);
  return { since, certificateExpiresAt: client.certificateExpiresAt };
};
