import { WebSocket } from 'ws';
import { decodeFrame, encodeFrame } from '../../core/wire/frame.ts';
import { openSocket } from '../../local/fixture/client.ts';
import type { Holder } from '../../test/harness/identities.ts';
import type { TestPlatform } from '../../test/harness/platform.ts';
import { addFleet } from './registrar/registrar.ts';
import { inTurns } from './in-turns.ts';

const AT_ONCE = 16;

/** A gateway reduced to its socket that takes one stream, confirms every part, and forgets the content. */
class Taker {
  readonly holder: Holder;
  /** Bytes of all updates so far, frames included. */
  bytes = 0;
  /** Updates that are in force: chains of parts count once. */
  applied = 0;
  socket: WebSocket | undefined;
  #waiting: { readonly applied: number; readonly resolve: () => void } | undefined;

  constructor(holder: Holder) {
    this.holder = holder;
  }

  async connect(door: string, stream: string): Promise<void> {
    const socket = await openSocket(this.holder, `${door}/sync`);
    if (!(socket instanceof WebSocket)) throw new Error(`refused with ${socket.status}: ${socket.text}`);
    this.socket = socket;
    socket.on('error', () => undefined);
    socket.on('message', (data: Buffer, binary: boolean) => {
      if (binary) this.#take(socket, data);
    });
    socket.send(encodeFrame({ case: 'hello', value: { agentVersion: 'bench', positions: [{ stream }] } }));
  }

  /** Resolves when so many updates are in force. */
  until(applied: number): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting = { applied, resolve };
      this.#check();
    });
  }

  #take(socket: WebSocket, data: Buffer): void {
    const { body } = decodeFrame(data);
    if (body.case !== 'update') return;
    const { stream, version, digest, resume, more } = body.value;
    this.bytes += data.byteLength;
    socket.send(encodeFrame({ case: 'ack', value: { stream, version, digest, resume } }));
    if (more) return;
    this.applied += 1;
    this.#check();
  }

  #check(): void {
    if (!this.#waiting || this.applied < this.#waiting.applied) return;
    this.#waiting.resolve();
    this.#waiting = undefined;
  }
}

/** Gateways of one network that take one stream. */
export class Takers {
  readonly #test: TestPlatform;
  readonly #members: readonly Taker[];

  private constructor(test: TestPlatform, members: readonly Taker[]) {
    this.#test = test;
    this.#members = members;
  }

  /** Registers gateways; the network has to be there. Nobody connects. */
  static async register(test: TestPlatform, network: string, size: number): Promise<Takers> {
    const ids = Array.from({ length: size }, (_, index) => `${network}-${index + 1}`);
    const members = (await addFleet(test, network, ids)).map((holder) => new Taker(holder));
    return new Takers(test, members);
  }

  /** Connects all and waits until each has the whole. */
  async connect(stream: string): Promise<void> {
    const door = this.#test.platform.addresses.controller;
    await inTurns(AT_ONCE, this.#members, (member) => member.connect(door, stream));
    await Promise.all(this.#members.map((member) => member.until(1)));
  }

  /** Seconds from the start of `change` until the last gateway has the update that it brings. */
  async follow(change: () => Promise<unknown>): Promise<number> {
    const applied = Promise.all(this.#members.map((member) => member.until(member.applied + 1)));
    const start = performance.now();
    await Promise.all([change(), applied]);
    return (performance.now() - start) / 1000;
  }

  /** Bytes of updates that a gateway got on average since this was last asked. */
  bytesEach(): number {
    const sum = this.#members.reduce((total, { bytes }) => total + bytes, 0);
    for (const member of this.#members) member.bytes = 0;
    return sum / this.#members.length;
  }

  close(): void {
    for (const { socket } of this.#members) socket?.terminate();
  }
}
