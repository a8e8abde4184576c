import { WebSocket } from 'ws';
import { decodeFrame } from '../core/wire/frame.ts';
import { GrpcStatus } from '../core/wire/grpc.ts';
import { ensureNetwork } from '../local/demo/network.ts';
import { openSocket } from '../local/fixture/client.ts';
import { addGateway, holderOf } from '../test/harness/identities.ts';
import { connectRaw } from '../test/harness/raw-gateway.ts';
import type { Benchmark } from './benchmark.ts';
import { type Call, byTurns, latency, rate } from './load.ts';
import { checkinFrame } from './state-report.ts';
import type { World } from './world.ts';

const NETWORK = 'checkin';
const SOCKETS = 20;
/** Different check-ins that each gateway makes in turn, encoded beforehand: the client's share of the work is no subject here. */
const VARIANTS = 50;
const ROUNDS = 5;
const ROUND_MS = 2_000;
const LATENCY_CALLS = 300;

/** Check-ins of connected gateways, each with one call under way, against objects that echo the same bytes. */
export const checkin: Benchmark = {
  name: 'checkin',
  about: `ReportStates over ${SOCKETS} sockets, against hibernating Durable Objects that echo the same bytes`,
  async run(world) {
    const product: Exchange[] = [];
    const baseline: Exchange[] = [];
    await ensureNetwork(world.product.rest, NETWORK, NETWORK);
    try {
      for (let index = 0; index < SOCKETS; index += 1) {
        const pair = await connect(world, `gw${index}`);
        product.push(pair.product);
        baseline.push(pair.baseline);
      }
      const [ours, theirs] = [caller(product), caller(baseline)];
      for (const call of [ours, theirs]) await rate(call, SOCKETS, ROUND_MS);
      const rates = await byTurns(ROUNDS, {
        product: () => rate(ours, SOCKETS, ROUND_MS),
        baseline: () => rate(theirs, SOCKETS, ROUND_MS),
      });
      const times = await byTurns(ROUNDS, { product: () => latency(ours, LATENCY_CALLS), baseline: () => latency(theirs, LATENCY_CALLS) });
      return [
        { name: `check-ins, ${SOCKETS} sockets`, unit: 'calls/s', ...rates, aim: { ratio: 0.5 } },
        { name: 'time of a check-in, 1 socket', unit: 'ms', ...times },
      ];
    } finally {
      for (const exchange of [...product, ...baseline]) exchange.socket.terminate();
    }
  },
};

/** A socket, what is sent on it in turn, and whether an answer is the right one. */
interface Exchange {
  readonly socket: WebSocket;
  readonly frames: readonly Uint8Array[];
  readonly fits: (answer: Buffer, sent: Uint8Array) => boolean;
}

async function connect(world: World, id: string): Promise<{ product: Exchange; baseline: Exchange }> {
  const hardwareId = await addGateway(world.product, NETWORK, id);
  const holder = await holderOf(world.product, { subject: hardwareId });
  const gateway = await connectRaw(world.product, holder);
  await gateway.hello([]);
  const echo = await openSocket(holder, `${world.baseline.controller}/echo/${id}`);
  if (!(echo instanceof WebSocket)) throw new Error(`the baseline refused with ${echo.status}: ${echo.text}`);
  gateway.socket.removeAllListeners('message');
  const frames = Array.from({ length: VARIANTS }, (_, count) => checkinFrame(hardwareId, count));
  return {
    product: { socket: gateway.socket, frames, fits: isOk },
    baseline: { socket: echo, frames, fits: (answer, sent) => answer.byteLength === sent.byteLength },
  };
}

function isOk(answer: Buffer): boolean {
  const { body } = decodeFrame(answer);
  return body.case === 'reply' && body.value.code === GrpcStatus.OK;
}

function caller(exchanges: readonly Exchange[]): Call {
  const turns = exchanges.map(() => 0);
  return (worker) => {
    const exchange = exchanges[worker];
    if (!exchange) throw new RangeError(`there is no socket ${worker}`);
    const turn = turns[worker] ?? 0;
    turns[worker] = turn + 1;
    return once(exchange, turn);
  };
}

function once({ socket, frames, fits }: Exchange, turn: number): Promise<void> {
  const frame = frames[turn % frames.length] ?? new Uint8Array();
  return new Promise((resolve, reject) => {
    const settle = (error?: Error): void => {
      socket.off('message', answered).off('close', lost);
      if (error) reject(error);
      else resolve();
    };
    const answered = (answer: Buffer): void => settle(fits(answer, frame) ? undefined : new Error('a wrong answer came'));
    const lost = (code: number): void => settle(new Error(`the socket was closed with ${code}`));
    socket.once('message', answered).once('close', lost);
    socket.send(frame);
  });
}
