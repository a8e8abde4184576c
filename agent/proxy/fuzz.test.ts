import type { ClientHttp2Session } from 'node:http2';
import { connect as connectHttp2 } from 'node:http2';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { GrpcStatus, prefixMessage } from '../../core/wire/grpc.ts';
import { SyncRPCService } from '../../proto/gen/orc8r/protos/sync_rpc_service_pb.js';
import { silent } from '../log.ts';
import type { TestProxy } from '../testing/proxy.ts';
import { startTestProxy } from '../testing/proxy.ts';
import { ManualClock, until } from '../testing/manual-clock.ts';
import { SyncRelay } from './sync-relay.ts';

/** `npm run test:long -- agent` sends 100,000. */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 500);
const SEED = Number(process.env['FUZZ_SEED'] ?? 17);
/** How much more this thread may hold on to than after the first tenth, and the process have, in bytes; with 500 streams it says nothing. */
const MEMORY_BOUND = { held: 10_000_000, resident: 100_000_000 };

let test: TestProxy;
let session: ClientHttp2Session;

beforeEach(async () => {
  const clock = new ManualClock();
  const relay = new SyncRelay({ clock, log: silent, send: () => true, buffered: () => 0 });
  test = await startTestProxy({ relay, clock, services: new Map([['mme', { host: '127.0.0.1', port: 1 }]]) });
  test.proxy.up();
  test.answer = ({ sink }) => sink.end(GrpcStatus.OK, '');
  session = await connected();
});
afterEach(async () => {
  session.destroy();
  await test.close();
});

async function connected(): Promise<ClientHttp2Session> {
  const made = connectHttp2(`http://${test.address}`);
  made.on('error', () => undefined);
  await new Promise((resolve) => made.once('connect', resolve));
  return made;
}

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** `resident` counts what native code holds, too, and what nobody needs any more. */
function memory(): { readonly held: number; readonly resident: number } {
  collectGarbage();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { held: heapUsed + external, resident: rss };
}

const text = (alphabet: string, maxLength: number) => fc.string({ unit: fc.constantFrom(...alphabet), maxLength });
const path = fc.oneof(
  fc.constantFrom('/magma.orc8r.Streamer/GetUpdates', `/${SyncRPCService.typeName}/SyncRPC`, '/magma.orc8r.Bootstrapper/GetChallenge', '/'),
  text('/.abzAZ_-%09', 40).map((rest) => `/${rest}`),
);
const authority = fc.oneof(fc.constantFrom('state-controller.magma.test', 'mme.local', 'nobody.local', ''), text('abz.-:[]09_', 30));
const timeout = fc.option(fc.oneof(fc.constantFrom('1S', '99999999H', '0n'), text('0123456789HMSmun -', 10)), { nil: undefined });
const contentType = fc.oneof(
  { weight: 8, arbitrary: fc.constant('application/grpc') },
  { weight: 1, arbitrary: text('aplictongr/+;p', 20) },
);
const message = fc.uint8Array({ maxLength: 60 });
const body = fc.oneof(
  message.map(prefixMessage),
  fc.array(message, { maxLength: 3 }).map((messages) => Buffer.concat(messages.map(prefixMessage))),
  fc.tuple(message.map(prefixMessage), fc.nat(64)).map(([whole, cut]) => whole.subarray(0, cut)),
  fc.tuple(message.map(prefixMessage), fc.nat(4), fc.nat(255)).map(([whole, at, value]) => whole.with(at, value)),
  message,
);
const ending = fc.constantFrom('end', 'end', 'end', 'reset');

it(
  'answers or drops any stream there may be, and holds nothing of it',
  async () => {
    let cases = 0;
    let carried = 0;
    let settled = memory();
    await fc.assert(
      fc.asyncProperty(path, authority, timeout, contentType, body, ending, async (where, who, grace, type, bytes, how) => {
        cases += 1;
        if (cases === Math.ceil(RUNS / 10)) settled = memory();
        if (RUNS > 10_000 && cases % 10_000 === 0) console.log(`${cases} of ${RUNS} streams`);
        // Who resets too many streams loses the session, and has to come again.
        if (session.closed || session.destroyed) session = await connected();
        const stream = session.request({
          ':method': 'POST',
          ':path': where,
          ...(who ? { ':authority': who } : {}),
          'content-type': type,
          ...(grace === undefined ? {} : { 'grpc-timeout': grace }),
        });
        const closed = new Promise((resolve) => stream.on('close', resolve));
        const head: Record<string, unknown> = {};
        stream.on('response', (headers) => Object.assign(head, headers));
        stream.on('trailers', (headers) => Object.assign(head, headers));
        stream.on('error', () => undefined);
        stream.resume();
        stream.write(bytes);
        if (how === 'reset') stream.close(8);
        else stream.end();
        await closed;
        // The test's own list of them would grow.
        carried += test.carried.splice(0).length;
        if (how === 'reset') return;
        const answered = head[':status'] === 200 ? /^\d+$/.test(String(head['grpc-status'])) : [405, 415].includes(Number(head[':status']));
        expect(answered || stream.rstCode !== 0, JSON.stringify(head)).toBe(true);
      }),
      { numRuns: RUNS, seed: SEED },
    );
    await until(() => test.proxy.held === 0, 'nothing held');
    const { held, resident } = memory();
    expect(held - settled.held).toBeLessThan(MEMORY_BOUND.held);
    expect(resident - settled.resident).toBeLessThan(MEMORY_BOUND.resident);
    expect(carried).toBeGreaterThan(RUNS / 50);
    expect((await test.client().call('/a/b', Uint8Array.of(1))).code).toBe('OK');
  },
  60_000 + RUNS * 15,
);
