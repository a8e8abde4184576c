import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Agent } from '../../agent/agent.ts';
import { lteGateway } from '../../local/demo/network.ts';
import { MAX_UNREAD_BYTES } from '../../core/wire/limits.ts';
import { GrpcStatus } from '../../core/wire/grpc.ts';
import { SouthboundConfigurator } from '../../proto/gen/orc8r/cloud/go/services/configurator/protos/southbound_pb.js';
import { addGateway, holderOf } from '../harness/identities.ts';
import { eventually, startTestPlatform, type TestPlatform } from '../harness/platform.ts';
import { connectRaw, type RawGateway } from '../harness/raw-gateway.ts';
import { loadOf, runtimeOf } from '../harness/runtime-load.ts';
import { configOf, mconfigPath, readMconfig, seenAs } from '../harness/views.ts';

const WRITES = 500;
/** What the gateway's mconfig is made to weigh, in bytes: what waits for it must not go unnoticed among what a runtime holds anyway. */
const WEIGHT = 400_000;
/** What the gateway asks for that does not read, in bytes. */
const ASKED = 6 * MAX_UNREAD_BYTES;

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

const GET_MCONFIG = `/${SouthboundConfigurator.typeName}/${SouthboundConfigurator.method.getMconfig.name}`;

describe('a gateway that stops reading', () => {
  it(`while ${WRITES} changes are made costs no memory, and gets only the newest when it reads again`, async () => {
    const socket = await connected('slow');
    await socket.takeUpdate();
    await configure('slow', 20, { feature_flags: flags });
    expect((await socket.takeUpdate()).batch?.updates[0]?.value.byteLength).toBeGreaterThan(WEIGHT * 0.9);
    await seenAs(test, 'n', 'slow', 'in_sync');
    const ran = (await test.rest.must('GET', '/magma/v1/lte/n/gateways/slow/cellular/ran')).body as { pci: number };
    const write = (pci: number) => test.rest.must('PUT', '/magma/v1/lte/n/gateways/slow/cellular/ran', { ...ran, pci });
    // What rendering costs at its worst is not what is looked for: it has happened before anything is measured.
    for (let pci = 1; pci <= 100; pci += 1) {
      await write(pci);
      await socket.takeUpdate();
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
    while (versions.at(-1) !== newest) versions.push((await socket.takeUpdate()).version);
    // The first change was sent before anybody could know; of those after it only the newest, and one each half minute that it took.
    expect(versions.length).toBeLessThanOrEqual(4);
    await seenAs(test, 'n', 'slow', 'in_sync');
    await socket.end();
  }, 240_000);

  it('and asks for more than it may leave unread is refused the rest, and served again when it shows what it has read', async () => {
    const socket = await connected('asking');
    await socket.takeUpdate();
    await configure('asking', 20, { feature_flags: flags });
    const ask = (id: number, mark = 0): void => socket.frame({ case: 'call', value: { id, path: GET_MCONFIG, parts: true, mark } });
    const answerTo = (id: number) => socket.take('reply', (reply) => reply.id === id && !reply.more);
    await socket.takeUpdate();
    ask(1);
    const { mark } = await answerTo(1);
    expect(mark).not.toBe(0);

    socket.socket.pause();
    const before = loadOf(runtimeOf(test)).memory;
    const last = 2 + ASKED / WEIGHT;
    for (let id = 2; id <= last; id += 1) {
      ask(id);
      // No more at once than calls may be open: those who are refused for that would not show anything.
      if (id % 32 === 0) await seenAs(test, 'n', 'neighbour', 'in_sync');
    }
    await expectNeighbourUnharmed(50);
    expect(loadOf(runtimeOf(test)).memory - before).toBeLessThan((ASKED * 3) / 4 / 1024 ** 2);

    socket.socket.resume();
    const answers = new Map<number, { code: number; bytes: number; mark: number }>();
    for (let id = 2; id <= last; id += 1) {
      const { code, payload, mark: shown } = await answerTo(id);
      answers.set(id, { code, bytes: payload.byteLength, mark: shown });
    }
    const served = [...answers.values()].filter(({ code }) => code === GrpcStatus.OK);
    const refused = [...answers.values()].filter(({ code }) => code === GrpcStatus.RESOURCE_EXHAUSTED);
    expect(served.length + refused.length).toBe(answers.size);
    expect(served.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(MAX_UNREAD_BYTES);
    expect(served.length).toBeGreaterThan(MAX_UNREAD_BYTES / WEIGHT / 2);
    expect(refused.length).toBeGreaterThan(0);
    const newest = [...answers.values()].findLast((answer) => answer.mark !== 0)?.mark;
    ask(1_000_000, newest);
    expect(await answerTo(1_000_000)).toMatchObject({ code: GrpcStatus.OK });
    await seenAs(test, 'n', 'asking', 'in_sync');
    await socket.end();
  }, 120_000);
});
