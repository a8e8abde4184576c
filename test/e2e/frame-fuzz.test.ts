import { afterAll, beforeAll, expect, it } from 'vitest';
import fc from 'fast-check';
import { WebSocket } from 'ws';
import type { Agent } from '../../agent/agent.ts';
import { decodeFrame, encodeFrame } from '../../core/wire/frame.ts';
import { createRegistry } from '../../core/module/registry.ts';
import { ensureNetwork } from '../../local/demo/network.ts';
import { openSocket } from '../../local/fixture/client.ts';
import { modules } from '../../modules/index.ts';
import { comesTo, frameNoise } from '../harness/frame-noise.ts';
import { addGateway, type Holder, holderOf } from '../harness/identities.ts';
import { eventually, next, startTestPlatform, type TestPlatform } from '../harness/platform.ts';
import { connectRaw } from '../harness/raw-gateway.ts';
import { type Load, loadOf, runtimeOf } from '../harness/runtime-load.ts';
import { seenAs } from '../harness/views.ts';
import { SOUTHBOUND_CALLS } from './southbound-calls.ts';

/** Frames in all; `npm run test:long` sends 100,000 and more. */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 2_000);
const SEED = Number(process.env['FUZZ_SEED'] ?? 11);
const CULPRITS = 4;
const FRAMES_AT_ONCE = 20;
/** How much more the runtime may hold than after the first tenth: caches, heaps and what the culprits' gateways keep. Megabytes. */
const MEMORY_BOUND = 300;
const SENTINEL = 0xffff_fff0;

let test: TestPlatform;
let neighbour: Agent;
/** Why the neighbour lost its connection, each time; it must not. */
const lost: string[] = [];
let culprits: Holder[];

beforeAll(async () => {
  test = await startTestPlatform();
  await ensureNetwork(test.rest, 'n', 'n');
  neighbour = await test.join('n', 'neighbour');
  neighbour.on('disconnected', ({ reason }) => void lost.push(reason));
  culprits = await Promise.all(
    Array.from({ length: CULPRITS }, async (_, index) => holderOf(test, { subject: await addGateway(test, 'n', `culprit${index}`) })),
  );
});
afterAll(() => test?.close());

/** A connection that has said hello and remembers only what its calls came to. */
class Line {
  readonly socket: WebSocket;
  readonly closed: Promise<number>;
  /** Answers that are still to come, by call id; of one that was given up, none has to. */
  readonly #owed = new Map<number, number>();
  #mark = 0;
  #wake: () => void = () => undefined;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => socket.once('close', (code) => resolve(code)));
    socket.on('message', (data: Buffer) => {
      const { body } = decodeFrame(data);
      if (body.case !== 'reply' || body.value.more) return;
      this.#mark = body.value.mark || this.#mark;
      const owed = (this.#owed.get(body.value.id) ?? 0) - 1;
      if (owed > 0) this.#owed.set(body.value.id, owed);
      else this.#owed.delete(body.value.id);
      if (this.#owed.size === 0) this.#wake();
    });
  }

  static async open(holder: Holder): Promise<Line> {
    const socket = await openSocket(holder, `${test.platform.addresses.controller}/sync`);
    if (!(socket instanceof WebSocket)) throw new Error(`refused with ${socket.status}: ${socket.text}`);
    const line = new Line(socket);
    const welcome = new Promise((resolve) => socket.once('message', resolve));
    socket.send(encodeFrame({ case: 'hello', value: { positions: [{ stream: 'configs' }] } }));
    await welcome;
    return line;
  }

  /** Sends frames; answers the code that the connection has to end with, or undefined. */
  send(frames: readonly Uint8Array[]): number | undefined {
    for (const frame of frames) {
      const what = comesTo(frame);
      this.socket.send(frame);
      if ('ends' in what) return what.ends;
      if (what.asks !== undefined) this.#owe(what.asks);
      // It may have been answered already, so nothing is owed and one answer more does no harm.
      if (what.cancels !== undefined) this.#owed.delete(what.cancels);
    }
    return undefined;
  }

  /** Resolves when every call is answered; what was sent before the last of them has been handled then. */
  async answered(): Promise<void> {
    this.#owe(SENTINEL);
    this.socket.send(encodeFrame({ case: 'call', value: { id: SENTINEL, path: '/', mark: this.#mark } }));
    const done = new Promise<void>((resolve) => (this.#wake = resolve));
    const late = setTimeout(() => this.socket.terminate(), 40_000);
    const ended = await Promise.race([done, this.closed]);
    clearTimeout(late);
    if (ended !== undefined) throw new Error(`closed with ${ended}; unanswered: ${[...this.#owed.keys()].join(', ')}`);
  }

  #owe(id: number): void {
    this.#owed.set(id, (this.#owed.get(id) ?? 0) + 1);
  }
}

const noise = frameNoise({
  calls: SOUTHBOUND_CALLS.map(({ method, request }) => ({
    path: `/${method.parent.typeName}/${method.name}`,
    payload: request('hw-culprit0'),
  })),
  streams: [...createRegistry(modules).streams.keys(), ...createRegistry(modules).contents.keys()],
});

/** Frames that were sent so far, and what the runtime held after the first tenth and at most since. */
let sent = 0;
let settled: Load | undefined;
let most = 0;

function watch(frames: number): void {
  const before = sent;
  sent += frames;
  const step = Math.max(500, RUNS / 40);
  if (Math.floor(before / step) === Math.floor(sent / step)) return;
  const load = loadOf(runtimeOf(test));
  if (sent >= RUNS / 10) settled ??= load;
  if (settled) most = Math.max(most, load.memory);
  if (RUNS > 10_000) console.log(`${sent} of ${RUNS} frames; the runtime holds ${Math.round(load.memory)} MB and ${load.files} files`);
}

/** One culprit sends its share of frames, on as many connections as they cost. */
async function misbehave(holder: Holder, seed: number): Promise<Set<number>> {
  const codes = new Set<number>();
  let line: Line | undefined;
  await fc.assert(
    fc.asyncProperty(fc.array(noise, { minLength: FRAMES_AT_ONCE, maxLength: FRAMES_AT_ONCE, size: 'max' }), async (frames) => {
      let rest = frames;
      while (rest.length > 0) {
        line ??= await Line.open(holder);
        const until = rest.findIndex((frame) => 'ends' in comesTo(frame));
        const now = until < 0 ? rest : rest.slice(0, until + 1);
        rest = rest.slice(now.length);
        const code = line.send(now);
        if (code === undefined) await line.answered();
        else {
          expect(await line.closed).toBe(code);
          codes.add(code);
          line = undefined;
        }
        watch(now.length);
      }
    }),
    { numRuns: Math.ceil(RUNS / FRAMES_AT_ONCE / CULPRITS), seed, endOnFailure: true },
  );
  line?.socket.terminate();
  return codes;
}

it(
  `${RUNS} frames, good, strange and broken, are answered or end their own connection, cost no memory and harm nobody`,
  async () => {
    const codes = await Promise.all(culprits.map((holder, index) => misbehave(holder, SEED + index)));
    expect(codes.every((seen) => seen.has(4400))).toBe(true);
    expect(sent).toBeGreaterThanOrEqual(RUNS);
    expect(most - (settled?.memory ?? Number.NaN)).toBeLessThan(MEMORY_BOUND);

    // The neighbour never noticed, and is still served.
    expect(lost).toEqual([]);
    const applied = next(neighbour, 'config-applied');
    const path = '/magma/v1/lte/n/gateways/neighbour/cellular/ran';
    const ran = (await test.rest.must('GET', path)).body as { pci: number };
    await test.rest.must('PUT', path, { ...ran, pci: (ran.pci + 1) % 500 });
    await applied;
    await seenAs(test, 'n', 'neighbour', 'in_sync');
    expect(lost).toEqual([]);

    // And who sent it all may behave again.
    for (const [index, holder] of culprits.entries()) {
      const socket = await connectRaw(test, holder);
      await socket.hello();
      await socket.takeUpdate();
      await seenAs(test, 'n', `culprit${index}`, 'in_sync');
      await socket.end();
    }
    const { body } = await eventually(
      () => test.rest.call('GET', '/magma/v1/networks/n/gateways/neighbour/status'),
      ({ status }) => status === 200,
    );
    expect(body).toMatchObject({ hardware_id: (await neighbour.identity()).hardwareId });
  },
  120_000 + RUNS * 40,
);
