import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Agent } from '../../agent/agent.ts';
import { lteGateway } from '../../local/demo/network.ts';
import { addGateway, holderOf } from '../harness/identities.ts';
import { eventually, next, startTestPlatform, type TestPlatform } from '../harness/platform.ts';
import { connectRaw, type RawGateway } from '../harness/raw-gateway.ts';
import { loadOf, runtimeOf } from '../harness/runtime-load.ts';
import { configOf, mconfigPath, readMconfig, seenAs } from '../harness/views.ts';

const WRITES = 500;
/** What the gateway's mconfig is made to weigh, in bytes: what waits for it must not go unnoticed among what a runtime holds anyway. */
const WEIGHT = 400_000;

let test: TestPlatform;
let neighbour: Agent;
/** Why the neighbour lost its connection, each time; it must not. */
const lost: string[] = [];

const magmad = { ...lteGateway('', { hardwareId: '', publicKey: '', keyType: 'SOFTWARE_ECDSA_SHA256' }).magmad };
const flags = Object.fromEntries(Array.from({ length: WEIGHT / 50 }, (_, index) => [`flag-${String(index).padStart(37, '0')}`, true]));

const configure = (gateway: string, checkin: number, more: object = {}) =>
  test.rest.must('PUT', `/magma/v1/lte/n/gateways/${gateway}/magmad`, { ...magmad, checkin_interval: checkin, ...more });

beforeAll(async () => {
  test = await startTestPlatform();
  neighbour = await test.join('n', 'neighbour');
  neighbour.on('disconnected', ({ reason }) => void lost.push(reason));
});
afterAll(() => test?.close());

async function connected(id: string): Promise<RawGateway> {
  const socket = await connectRaw(test, await holderOf(test, { subject: await addGateway(test, 'n', id) }));
  await socket.hello();
  return socket;
}

/** Takes the next update and acknowledges it; answers its version and the bytes of its content. */
async function takeUpdate(socket: RawGateway): Promise<{ version: bigint; bytes: number; checkin: unknown }> {
  const { stream, version, digest, batch } = await socket.take('update');
  socket.frame({ case: 'ack', value: { stream, version, digest } });
  const value = batch?.updates[0]?.value ?? new Uint8Array();
  const mconfig = JSON.parse(new TextDecoder().decode(value)) as Parameters<typeof configOf>[0];
  return { version, bytes: value.byteLength, checkin: configOf(mconfig, 'magmad')['checkinInterval'] };
}

/** The neighbour kept its connection, and what is written for it arrives. */
async function expectNeighbourUnharmed(checkin: number): Promise<void> {
  await configure('neighbour', checkin);
  await eventually(
    async () => configOf(readMconfig(mconfigPath(test, 'n', 'neighbour')), 'magmad')['checkinInterval'],
    (interval) => interval === checkin,
  );
  await seenAs(test, 'n', 'neighbour', 'in_sync');
  expect(lost).toEqual([]);
}

describe('a gateway that stops reading', () => {
  it(`while ${WRITES} changes are made costs no memory, and gets only the newest when it reads again`, async () => {
    const socket = await connected('slow');
    await takeUpdate(socket);
    await configure('slow', 20, { feature_flags: flags });
    expect((await takeUpdate(socket)).bytes).toBeGreaterThan(WEIGHT * 0.9);
    await seenAs(test, 'n', 'slow', 'in_sync');
    const ran = (await test.rest.must('GET', '/magma/v1/lte/n/gateways/slow/cellular/ran')).body as { pci: number };
    const write = (pci: number) => test.rest.must('PUT', '/magma/v1/lte/n/gateways/slow/cellular/ran', { ...ran, pci });
    // What rendering costs at its worst is not what is looked for: it has happened before anything is measured.
    for (let pci = 1; pci <= 100; pci += 1) {
      await write(pci);
      await takeUpdate(socket);
    }

    socket.socket.pause();
    const before = loadOf(runtimeOf(test)).memory;
    let most = before;
    for (let count = 1; count <= WRITES; count += 1) {
      await write(100 + (count % 400));
      if (count % 50 !== 0) continue;
      most = Math.max(most, loadOf(runtimeOf(test)).memory);
      await expectNeighbourUnharmed(20 + count / 50);
    }
    expect(most - before).toBeLessThan((WRITES * WEIGHT * 2) / 3 / 1024 ** 2);

    socket.socket.resume();
    const versions: bigint[] = [];
    const { streams } = await seenAs(test, 'n', 'slow', 'pending');
    const newest = BigInt(streams.find(({ stream }) => stream === 'configs')?.desired_version ?? 0);
    while (versions.at(-1) !== newest) versions.push((await takeUpdate(socket)).version);
    // The first change was sent before anybody could know; of those after it only the newest, and one each half minute that it took.
    expect(versions.length).toBeLessThanOrEqual(4);
    await seenAs(test, 'n', 'slow', 'in_sync');
    await socket.end();
  }, 240_000);
});
