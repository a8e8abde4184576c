import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { ConvergenceView } from '../../local/demo/table.ts';
import { ensureNetwork, lteNetwork } from '../../local/demo/network.ts';
import { hardwareIdOf } from '../../test/harness/identities.ts';
import type { TestPlatform } from '../../test/harness/platform.ts';
import type { Done, Order } from './crowd-members.ts';
import { addFleet } from './registrar/registrar.ts';

/** The share of time for which the platform is asked how everybody is: the answer names each gateway, and asking must not be the load. */
const ASKING = 0.1;
/** How many gateways connect at once for the first time. */
const FIRST_AT_ONCE = 100;
/** What has not come about by then never will. */
const GIVE_UP_MS = 10 * 60_000;

type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** Many gateways of one network, without the machinery of an agent each. */
export class Crowd {
  readonly size: number;
  readonly #test: TestPlatform;
  readonly #network: string;
  readonly #thread = new Worker(join(import.meta.dirname, 'crowd-members.ts'));
  readonly #waiting = new Map<number, (done: Done) => void>();
  #orders = 0;
  #pushes = 0;

  private constructor(test: TestPlatform, network: string, size: number) {
    this.#test = test;
    this.#network = network;
    this.size = size;
    this.#thread.on('message', (done: Done) => {
      this.#waiting.get(done.number)?.(done);
      this.#waiting.delete(done.number);
    });
  }

  /** Registers `size` gateways and gives each a certificate; nobody connects. */
  static async register(test: TestPlatform, network: string, size: number): Promise<Crowd> {
    await ensureNetwork(test.rest, network, network);
    const ids = Array.from({ length: size }, (_, index) => `${network}-${index + 1}`);
    const holders = await addFleet(test, network, ids);
    const crowd = new Crowd(test, network, size);
    await crowd.#order({ do: 'be', holders, hardwareIds: ids.map(hardwareIdOf), door: test.platform.addresses.controller });
    return crowd;
  }

  /** Updates that the gateways were sent since this was last asked. */
  async takeUpdates(): Promise<number> {
    return (await this.#order({ do: 'takeUpdates' })).updates ?? 0;
  }

  /** Everybody connects for the first time, some after others: an object that is made costs more than one that wakes. */
  async gather(): Promise<void> {
    await this.#order({ do: 'dial', atOnce: FIRST_AT_ONCE });
    await this.#until(({ totals }) => totals['in_sync'] === this.size);
  }

  /** Everybody dials at once, as agents do that lost their connections in the same moment; resolves when all are in sync. Answers seconds. */
  async storm(): Promise<number> {
    const start = performance.now();
    await this.#order({ do: 'dial', atOnce: this.size });
    await this.#until(({ totals }) => totals['in_sync'] === this.size);
    return (performance.now() - start) / 1000;
  }

  /** One change that touches everybody; resolves when all hold it. Answers seconds. */
  async push(): Promise<number> {
    await this.takeUpdates();
    const { epc } = lteNetwork('', '').cellular;
    const start = performance.now();
    await this.#test.rest.must('PUT', `/magma/v1/lte/${this.#network}/cellular/epc`, { ...epc, tac: epc.tac + (this.#pushes += 1) });
    for (let updates = 0; updates < this.size; updates += await this.takeUpdates()) {
      if (performance.now() - start > GIVE_UP_MS) throw new Error(`only ${updates} gateways were sent the change`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    await this.#until(({ totals }) => totals['in_sync'] === this.size);
    return (performance.now() - start) / 1000;
  }

  /** Everybody checks in once within so many milliseconds; resolves when all are answered. */
  async checkIn(within: number): Promise<void> {
    await this.#order({ do: 'checkIn', within });
  }

  /** Every connection breaks in the same moment; resolves when the platform has noticed. */
  async scatter(): Promise<void> {
    await this.#order({ do: 'scatter' });
    await this.#until(({ totals }) => (totals['offline'] ?? 0) === this.size);
  }

  async close(): Promise<void> {
    await this.#thread.terminate();
  }

  async #order(order: Without<Order, 'number'>): Promise<Done> {
    const number = (this.#orders += 1);
    const { promise, resolve } = Promise.withResolvers<Done>();
    this.#waiting.set(number, resolve);
    this.#thread.postMessage({ ...order, number });
    const done = await promise;
    if (done.error !== undefined) throw new Error(done.error);
    return done;
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
