import { createSecureContext } from 'node:tls';
import { parentPort } from 'node:worker_threads';
import { WebSocket } from 'ws';
import { decodeFrame, encodeFrame } from '../../core/wire/frame.ts';
import { KEEPALIVE_REQUEST, KEEPALIVE_SECONDS } from '../../core/wire/limits.ts';
import { openSocket } from '../../local/fixture/client.ts';
import type { Holder } from '../../test/harness/identities.ts';
import { checkinFrame } from '../state-report.ts';

// The gateways of a crowd, in a thread of their own: what thousands of TLS clients cost is not to slow down the front that they dial.
const STREAM = 'configs';
/** The first attempt of an agent comes within half a second, each further one within twice as long, up to 30 s (docs/protocol.md). */
const BACKOFF_MS = 500;
const LONGEST_MS = 30_000;
/** An agent never gives up; a benchmark does, when this has passed. */
const GIVE_UP_MS = 10 * 60_000;

/** What the thread is asked; it answers each with a `Done` of the same number. */
export type Order = { readonly number: number } & (
  | { readonly do: 'be'; readonly holders: readonly Holder[]; readonly hardwareIds: readonly string[]; readonly door: string }
  /** Everybody dials, so many at once: all is what happens when all lost their connections in the same moment. */
  | { readonly do: 'dial'; readonly atOnce: number }
  /** Everybody checks in once, at some time within so many milliseconds. */
  | { readonly do: 'checkIn'; readonly within: number }
  /** Every connection breaks in the same moment. */
  | { readonly do: 'scatter' }
  | { readonly do: 'takeUpdates' }
);

export interface Done {
  readonly number: number;
  /** Updates that came since this was last asked. */
  readonly updates?: number;
  readonly error?: string;
}

/** A gateway reduced to its socket: says hello, pings, confirms what it is sent, remembers what it holds. */
class Member {
  readonly #holder: Holder;
  #position = { stream: STREAM, version: 0n, digest: '' };
  #socket: WebSocket | undefined;
  readonly #hardwareId: string;
  #checkins = 0;
  #answered: (() => void) | undefined;
  updates = 0;

  constructor(holder: Holder, hardwareId: string) {
    this.#hardwareId = hardwareId;
    const { ca, client } = holder;
    this.#holder = { ...holder, context: createSecureContext({ ca, cert: client.certificate, key: client.key }) };
  }

  async dial(door: string): Promise<void> {
    const start = performance.now();
    for (let attempt = 0; ; attempt += 1) {
      const wait = Math.random() * Math.min(LONGEST_MS, BACKOFF_MS * 2 ** attempt);
      await new Promise((resolve) => setTimeout(resolve, wait));
      try {
        await this.#connect(door);
        return;
      } catch (error) {
        if (performance.now() - start > GIVE_UP_MS) throw error;
      }
    }
  }

  async checkIn(within: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, Math.random() * within));
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#answered = resolve;
    this.#socket?.send(checkinFrame(this.#hardwareId, (this.#checkins += 1)));
    await promise;
  }

  break(): void {
    this.#socket?.terminate();
  }

  async #connect(door: string): Promise<void> {
    const socket = await openSocket(this.#holder, `${door}/sync`);
    if (!(socket instanceof WebSocket)) throw new Error(`refused with ${socket.status}: ${socket.text}`);
    this.#socket = socket;
    socket.on('error', () => undefined);
    const pings = setInterval(() => socket.send(KEEPALIVE_REQUEST), KEEPALIVE_SECONDS * 1000);
    socket.once('close', () => clearInterval(pings));
    socket.on('message', (data: Buffer, binary: boolean) => {
      if (binary) this.#take(socket, data);
    });
    socket.send(encodeFrame({ case: 'hello', value: { agentVersion: 'bench', positions: [this.#position] } }));
  }

  #take(socket: WebSocket, data: Buffer): void {
    const { body } = decodeFrame(data);
    if (body.case === 'reply') this.#answered?.();
    if (body.case !== 'update') return;
    const { stream, version, digest } = body.value;
    this.updates += 1;
    this.#position = { stream, version, digest };
    socket.send(encodeFrame({ case: 'ack', value: { stream, version, digest } }));
  }
}

let members: readonly Member[] = [];
let door = '';

async function carryOut(order: Order): Promise<Omit<Done, 'number'>> {
  switch (order.do) {
    case 'be':
      door = order.door;
      members = order.holders.map((holder, index) => new Member(holder, order.hardwareIds[index] ?? ''));
      return {};
    case 'dial':
      for (let first = 0; first < members.length; first += order.atOnce)
        await Promise.all(members.slice(first, first + order.atOnce).map((member) => member.dial(door)));
      return {};
    case 'checkIn':
      await Promise.all(members.map((member) => member.checkIn(order.within)));
      return {};
    case 'scatter':
      for (const member of members) member.break();
      return {};
    case 'takeUpdates': {
      const updates = members.reduce((sum, member) => sum + member.updates, 0);
      for (const member of members) member.updates = 0;
      return { updates };
    }
  }
}

parentPort?.on('message', (order: Order) => {
  const told = (done: Omit<Done, 'number'>) => parentPort?.postMessage({ number: order.number, ...done } satisfies Done);
  carryOut(order).then(told, (error: unknown) => told({ error: String(error) }));
});
