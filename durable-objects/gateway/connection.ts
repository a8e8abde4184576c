import { CloseCode, HELLO_TIMEOUT_MS, SUBPROTOCOL } from '../../core/wire/limits.ts';
import type { GatewayClient } from '../ports.ts';
import { lastHeard, SILENCE_MS } from './liveness.ts';
import { type Attachment, attach, attachment, close, send } from './socket.ts';

/** An attach that failed is tried again after this, and up to as long again, so that a network is not asked by all at once. */
const ATTACH_RETRY_MS = 5_000;

/** When a connection was made, and until when its certificate lasts; unix milliseconds. */
export interface ConnectionTimes {
  readonly since: number;
  readonly certificateExpiresAt: number;
}

/**
 * The gateway's connection: the one socket that counts, from its upgrade to its end. A new one takes the place of an older; one that says
 * no hello in time, is silent for too long, or whose certificate has run out is ended here.
 */
export class Connection {
  readonly #state: DurableObjectState;
  readonly #now: () => number;
  readonly #ended: () => void;
  #helloTimer: ReturnType<typeof setTimeout> | undefined;

  /** `ended`: called when the last open socket has gone. */
  constructor(state: DurableObjectState, now: () => number, ended: () => void) {
    this.#state = state;
    this.#now = now;
    this.#ended = ended;
  }

  /** After hibernation: goes on waiting for a hello that has not come. */
  wake(): void {
    for (const socket of this.#open()) if (attachment(socket).streams === null) this.#awaitHello(socket);
  }

  /** Accepts an upgrade; a connection that is still there is replaced. */
  accept(client: GatewayClient): Response {
    for (const old of this.#state.getWebSockets()) close(old, CloseCode.replaced, 'another connection of this gateway took its place');
    const { 0: theirs, 1: ours } = new WebSocketPair();
    attach(ours, { client, since: this.#now(), streams: null, attached: false });
    this.#state.acceptWebSocket(ours);
    this.#awaitHello(ours);
    return new Response(null, { status: 101, webSocket: theirs, headers: { 'Sec-WebSocket-Protocol': SUBPROTOCOL } });
  }

  /** The hello has come: the gateway takes these streams. */
  greeted(socket: WebSocket, streams: readonly string[]): void {
    clearTimeout(this.#helloTimer);
    attach(socket, { ...attachment(socket), streams });
  }

  /** Whether the network has been told of the connection. */
  attached(socket: WebSocket, attached: boolean): void {
    attach(socket, { ...attachment(socket), attached });
  }

  /** The socket of a gateway that has said hello. */
  get socket(): WebSocket | undefined {
    return this.#open().find((socket) => attachment(socket).streams !== null);
  }

  /** What is known of the socket of a gateway that has said hello. */
  get held(): Attachment | undefined {
    const { socket } = this;
    return socket && attachment(socket);
  }

  /** The streams that the gateway takes. */
  get takes(): readonly string[] {
    return this.held?.streams ?? [];
  }

  get times(): ConnectionTimes | null {
    const { held } = this;
    return held ? { since: held.since, certificateExpiresAt: held.client.certificateExpiresAt } : null;
  }

  /** False: there is no connection, or it is closing. */
  send(frame: ArrayBuffer | Uint8Array): boolean {
    const { socket } = this;
    return socket !== undefined && send(socket, frame);
  }

  drop(socket: WebSocket, code: number, reason: string): void {
    close(socket, code, reason);
    this.closed(socket);
  }

  dropAll(code: number, reason: string): void {
    for (const socket of this.#open()) this.drop(socket, code, reason);
  }

  /** Ends the connection that was opened with one of these certificates. */
  refuse(serials: readonly string[]): void {
    for (const socket of this.#open()) {
      if (!serials.includes(attachment(socket).client.certificateSerial)) continue;
      this.drop(socket, CloseCode.certificateRefused, 'the certificate was revoked');
    }
  }

  /** A socket has gone; nothing has ended when another took its place. */
  closed(socket: WebSocket): void {
    if (this.#open().some((other) => other !== socket)) return;
    clearTimeout(this.#helloTimer);
    this.#ended();
  }

  /** Ends what is silent or whose certificate has run out. Answers a socket of which the network has still to be told. */
  check(): WebSocket | undefined {
    for (const socket of this.#open()) {
      const { client, since } = attachment(socket);
      const silence = this.#now() - lastHeard(this.#state, socket, since);
      if (silence >= SILENCE_MS) this.drop(socket, CloseCode.silent, `nothing was heard for ${Math.round(silence / 1000)} s`);
      else if (client.certificateExpiresAt <= this.#now()) this.drop(socket, CloseCode.certificateRefused, 'the certificate has expired');
    }
    return this.held?.attached === false ? this.socket : undefined;
  }

  /** When `check` has to be called next; undefined: there is no socket. */
  due(): number | undefined {
    const times = this.#open().map((socket) => {
      const { client, since, streams, attached } = attachment(socket);
      const retry = streams !== null && !attached ? this.#now() + ATTACH_RETRY_MS * (1 + Math.random()) : Number.POSITIVE_INFINITY;
      return Math.min(client.certificateExpiresAt, lastHeard(this.#state, socket, since) + SILENCE_MS, retry);
    });
    return times.length > 0 ? Math.min(...times) : undefined;
  }

  #open(): WebSocket[] {
    return this.#state.getWebSockets().filter((socket) => socket.readyState === WebSocket.OPEN);
  }

  #awaitHello(socket: WebSocket): void {
    clearTimeout(this.#helloTimer);
    const left = attachment(socket).since + HELLO_TIMEOUT_MS - this.#now();
    this.#helloTimer = setTimeout(
      () => {
        if (socket.readyState === WebSocket.OPEN) this.drop(socket, CloseCode.helloTimeout, 'no hello came within 10 s');
      },
      Math.max(left, 0),
    );
  }
}
