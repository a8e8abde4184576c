import { WebSocket } from 'ws';
import { decodeFrame, encodeFrame } from '../../core/wire/frame.ts';
import { ensureNetwork } from '../../local/demo/network.ts';
import { openSocket } from '../../local/fixture/client.ts';
import type { ConvergenceView } from '../../local/demo/table.ts';
import type { Holder } from '../../test/harness/identities.ts';
import type { TestPlatform } from '../../test/harness/platform.ts';
import { addFleet } from './registrar/registrar.ts';

const STREAM = 'configs';
/** The first attempt of an agent comes within half a second, each further one within twice as long, up to 30 s (docs/protocol.md). */
const BACKOFF_MS = 500;
const LONGEST_MS = 30_000;
/** An agent never gives up; a benchmark does, when this has passed. */
const GIVE_UP_MS = 10 * 60_000;
/** The share of time for which the platform is asked how everybody is: the answer names each gateway, and asking must not be the load. */
const ASKING = 0.1;

/** A gateway reduced to its socket: says hello, confirms what it is sent, remembers what it holds. */
class Extra {
  readonly holder: Holder;
  #position = { stream: STREAM, version: 0n, digest: '' };
  socket: WebSocket | undefined;
  /** Updates that came since the count was last taken. */
  updates = 0;

  constructor(holder: Holder) {
    this.holder = holder;
  }

  async connect(door: string): Promise<void> {
    const socket = await openSocket(this.holder, `${door}/sync`);
    if (!(socket instanceof WebSocket)) throw new Error(`refused with ${socket.status}: ${socket.text}`);
    this.socket = socket;
    socket.on('error', () => undefined);
    socket.on('message', (data: Buffer, binary: boolean) => {
      if (binary) this.#take(socket, data);
    });
    socket.send(encodeFrame({ case: 'hello', value: { agentVersion: 'bench', positions: [this.#position] } }));
  }

  #take(socket: WebSocket, data: Buffer): void {
    const { body } = decodeFrame(data);
    if (body.case !== 'update') return;
    const { stream, version, digest } = body.value;
    this.updates += 1;
    this.#position = { stream, version, digest };
    socket.send(encodeFrame({ case: 'ack', value: { stream, version, digest } }));
  }
}

/** Many gateways of one network, without the machinery of an agent each. */
export class Crowd {
  readonly #test: TestPlatform;
  readonly #network: string;
  readonly #members: readonly Extra[];

  private constructor(test: TestPlatform, network: string, members: readonly Extra[]) {
    this.#test = test;
    this.#network = network;
    this.#members = members;
  }

  /** Registers `size` gateways and gives each a certificate; nobody connects. */
  static async register(test: TestPlatform, network: string, size: number): Promise<Crowd> {
    await ensureNetwork(test.rest, network, network);
    const ids = Array.from({ length: size }, (_, index) => `${network}-${index + 1}`);
    const members = (await addFleet(test, network, ids)).map((holder) => new Extra(holder));
    return new Crowd(test, network, members);
  }

  get size(): number {
    return this.#members.length;
  }

  /** Updates that the gateways were sent since this was last asked. */
  takeUpdates(): number {
    let sum = 0;
    for (const member of this.#members) {
      sum += member.updates;
      member.updates = 0;
    }
    return sum;
  }

  /** Everybody dials at once, as agents do that lost their connections in the same moment; resolves when all are in sync. Answers seconds. */
  async storm(): Promise<number> {
    const start = performance.now();
    await Promise.all(this.#members.map((member) => this.#dial(member)));
    await this.#inSync();
    return (performance.now() - start) / 1000;
  }

  /** Every connection breaks in the same moment; resolves when the platform has noticed. */
  async scatter(): Promise<void> {
    for (const { socket } of this.#members) socket?.terminate();
    await this.#until(({ totals }) => (totals['offline'] ?? 0) === this.size);
  }

  async #dial(member: Extra): Promise<void> {
    const start = performance.now();
    for (let attempt = 0; ; attempt += 1) {
      const wait = Math.random() * Math.min(LONGEST_MS, BACKOFF_MS * 2 ** attempt);
      await new Promise((resolve) => setTimeout(resolve, wait));
      try {
        await member.connect(this.#test.platform.addresses.controller);
        return;
      } catch (error) {
        if (performance.now() - start > GIVE_UP_MS) throw error;
      }
    }
  }

  #inSync(): Promise<void> {
    return this.#until(({ totals }) => totals['in_sync'] === this.size);
  }

  async #until(satisfies: (view: ConvergenceView) => boolean): Promise<void> {
    const start = performance.now();
    for (;;) {
      const asked = performance.now();
      const { body } = await this.#test.rest.must('GET', `/magma/v1/networks/${this.#network}/convergence`);
      const view = body as ConvergenceView;
      if (satisfies(view)) return;
      if (asked - start > GIVE_UP_MS) throw new Error(`it did not come about; the gateways are ${JSON.stringify(view.totals)}`);
      const took = performance.now() - asked;
      await new Promise((resolve) => setTimeout(resolve, Math.max(100, took / ASKING - took)));
    }
  }
}
