import { WebSocket } from 'ws';
import { decodeFrame, encodeFrame } from '../../core/wire/frame.ts';
import { prefixMessage } from '../../core/wire/grpc.ts';
import { ensureNetwork } from '../../local/demo/network.ts';
import { openSocket } from '../../local/fixture/client.ts';
import { addGateway, holderOf } from '../../test/harness/identities.ts';
import { connectRaw, type RawGateway } from '../../test/harness/raw-gateway.ts';
import type { Benchmark } from '../benchmark.ts';
import { byTurns, type Call, latency, rate } from '../load.ts';
import type { World } from '../world.ts';

const NETWORK = 'call';
const GATEWAYS = 8;
const ROUNDS = 5;
const ROUND_MS = 2_000;
const LATENCY_CALLS = 200;

/** A command from REST to the gateway's service and back, against a request that a bare object asks its socket. */
export const call: Benchmark = {
  name: 'southbound-call',
  about: 'a REST command to the gateway and its answer back, against a bare object that asks its socket the same',
  async run(world) {
    await ensureNetwork(world.product.rest, NETWORK, NETWORK);
    const ends: { product: WebSocket; baseline: WebSocket }[] = [];
    for (let index = 0; index < GATEWAYS; index += 1) ends.push(await connect(world, `gw${index}`));
    try {
      const product: Call = async (worker) =>
        void (await world.product.rest.must('POST', `/magma/v1/networks/${NETWORK}/gateways/gw${worker}/command/reboot`));
      const baseline: Call = async (worker) => void (await world.baseline.rest.must('POST', `/ask/gw${worker}`));
      for (const one of [product, baseline]) await rate(one, GATEWAYS, ROUND_MS);
      const times = await byTurns(ROUNDS, {
        product: () => latency(product, LATENCY_CALLS),
        baseline: () => latency(baseline, LATENCY_CALLS),
      });
      const rates = await byTurns(ROUNDS, {
        product: () => rate(product, GATEWAYS, ROUND_MS),
        baseline: () => rate(baseline, GATEWAYS, ROUND_MS),
      });
      return [
        { name: 'time of a call, 1 at a time', unit: 'ms', ...times, aim: { ratio: 0.5 } },
        { name: `calls, ${GATEWAYS} gateways at a time`, unit: 'calls/s', ...rates, aim: { ratio: 0.5 } },
      ];
    } finally {
      for (const { product, baseline } of ends) {
        product.terminate();
        baseline.terminate();
      }
    }
  },
};

async function connect({ product, baseline }: World, id: string): Promise<{ product: WebSocket; baseline: WebSocket }> {
  const holder = await holderOf(product, { subject: await addGateway(product, NETWORK, id) });
  const gateway = await connectRaw(product, holder);
  await gateway.hello([]);
  const echo = await openSocket(holder, `${baseline.controller}/asked/${id}`);
  if (!(echo instanceof WebSocket)) throw new Error(`the baseline refused with ${echo.status}: ${echo.text}`);
  echo.on('message', (data: Buffer) => echo.send(data));
  return { product: obedient(gateway), baseline: echo };
}

/** Answers every call at once with an empty message and OK. */
function obedient({ socket }: RawGateway): WebSocket {
  const headers = { ':status': '200', 'content-type': 'application/grpc', 'grpc-status': '0' };
  const payload = prefixMessage(new Uint8Array());
  socket.removeAllListeners('message');
  socket.on('message', (data: Buffer, binary: boolean) => {
    if (!binary) return;
    const { body } = decodeFrame(data);
    if (body.case !== 'syncRequest' || !body.value.reqBody) return;
    socket.send(encodeFrame({ case: 'syncResponse', value: { reqId: body.value.reqId, respBody: { status: '200', headers, payload } } }));
  });
  return socket;
}
