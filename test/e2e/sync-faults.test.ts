import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { pathsOf } from '../../agent/storage/paths.ts';
import { StreamStore } from '../../agent/streams/store.ts';
import type { FrameBody } from '../../core/wire/frame.ts';
import { GrpcStatus } from '../../core/wire/grpc.ts';
import { ensureGateway, ensureNetwork, lteGateway } from '../../local/demo/network.ts';
import { call } from '../../local/fixture/client.ts';
import { StateService } from '../../proto/gen/orc8r/protos/state_pb.js';
import { endCommands, runCommand } from '../harness/command.ts';
import { addGateway, adminOf, holderOf } from '../harness/identities.ts';
import { eventually, next, startTestPlatform, type TestPlatform } from '../harness/platform.ts';
import { connectRaw } from '../harness/raw-gateway.ts';
import { Uplink } from '../harness/uplink.ts';
import { configOf, configsOf, mconfigPath, readMconfig, seenAs, viewOf } from '../harness/views.ts';
import { apnBody } from '../support/lte.ts';
import { imsi, subscriberBody } from '../support/subscribers.ts';

/** Subscribers: more than fits one part of an update. */
const COUNT = 2500;
const LTE = '/magma/v1/lte/n';

let test: TestPlatform;
let uplink: Uplink | undefined;
/** How many subscribers there are. */
let subscribers = COUNT;

const { magmad } = lteGateway('', { hardwareId: '', publicKey: '', keyType: 'SOFTWARE_ECDSA_SHA256' });
const configure = (gateway: string, checkin: number, more: object = {}) =>
  test.rest.must('PUT', `${LTE}/gateways/${gateway}/magmad`, { ...magmad, checkin_interval: checkin, ...more });

/** The subscribers that an agent holds on its disk. */
function heldBy(gateway: string): string[] {
  const path = pathsOf(join(test.folder, 'agents', `n-${gateway}`)).streams;
  if (!existsSync(path)) return [];
  const store = new StreamStore(path);
  try {
    return [...store.items('subscriberdb')].map(({ key }) => key);
  } finally {
    store.close();
  }
}

beforeAll(async () => {
  test = await startTestPlatform();
  await ensureNetwork(test.rest, 'n', 'n');
  await test.rest.must('POST', `${LTE}/apns`, apnBody('internet'));
  const lines = Array.from({ length: COUNT }, (_, index) => JSON.stringify(subscriberBody(index)));
  const answer = await call(adminOf(test), `${test.platform.addresses.api}${LTE}/subscribers:bulk`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: lines.join('\n'),
  });
  expect(answer.status).toBe(200);
});
afterEach(async () => {
  endCommands();
  await uplink?.close();
  uplink = undefined;
});
afterAll(() => test?.close());

describe('an uplink that is cut in the middle of a first sync', () => {
  it('again and again, a subscriber deleted meanwhile: the gateway goes on where it was, and ends in sync', async () => {
    uplink = await Uplink.open(test.platform.addresses.controller);
    const agent = test.agent('n-interrupted', { controller: uplink.address.replace('https:', 'wss:') });
    await ensureGateway(test.rest, 'n', 'interrupted', await agent.identity());
    let applied = 0;
    agent.on('stream-applied', ({ stream }) => {
      if (stream === 'subscriberdb') applied += 1;
    });
    // Less than two parts: each connection brings the gateway on by one at most.
    const [cuts, bytes] = [3, 200_000];
    uplink.cutAfter(bytes);
    await agent.start();
    for (let count = 1; count <= cuts; count += 1) {
      await eventually(async () => uplink?.isCut, Boolean);
      expect(applied).toBe(0);
      if (count === 1) {
        await test.rest.must('DELETE', `${LTE}/subscribers/${imsi(COUNT - 1)}`);
        subscribers -= 1;
      }
      const down = agent.connected ? next(agent, 'disconnected') : undefined;
      await down;
      uplink.mend();
      if (count < cuts) uplink.cutAfter(bytes);
    }
    await eventually(
      async () => heldBy('interrupted').length,
      (size) => size === subscribers,
    );
    expect(heldBy('interrupted')).not.toContain(imsi(COUNT - 1));
    await seenAs(test, 'n', 'interrupted', 'in_sync');
    await agent.stop();
  });
});

describe('a gateway whose disk is full', () => {
  it('refuses what it cannot write and says why, and is in sync once there is room, without anybody writing again', async () => {
    const identity = test.agent('n-full');
    await ensureGateway(test.rest, 'n', 'full', await identity.identity());
    const { addresses, credentials } = test.platform;
    const host = (address: string) => new URL(address).host;
    const flags = ['--controller', host(addresses.controller), '--bootstrap', host(addresses.bootstrap), '--ca', credentials.rootFile];
    const agent = ['orc8r-agent', ...flags, '--data', join(test.folder, 'agents', 'n-full')];
    // No file may grow beyond 300 blocks of 512 bytes: the write that would make it so fails, as it does on a full disk.
    const cramped = runCommand('sh', '-c', 'ulimit -f 300; exec npx "$@"', 'sh', ...agent);
    await seenAs(test, 'n', 'full', 'rejected');
    const flagsOfGateway = Object.fromEntries(
      Array.from({ length: 5000 }, (_, index) => [`flag-${String(index).padStart(37, '0')}`, true]),
    );
    await configure('full', 33, { feature_flags: flagsOfGateway });
    const view = await eventually(
      () => viewOf(test, 'n', 'full'),
      ({ streams }) => ['configs', 'subscriberdb'].every((name) => streams.find(({ stream }) => stream === name)?.nack),
    );
    expect(view.state).toBe('rejected');
    const refused = Object.fromEntries(view.streams.map(({ stream, nack }) => [stream, nack?.reason ?? null]));
    expect(refused).toMatchObject({
      configs: expect.stringMatching(/cannot be written.*EFBIG/),
      subscriberdb: expect.stringMatching(/full|disk/),
    });
    // What it had stays whole.
    const good = configOf(readMconfig(mconfigPath(test, 'n', 'full')), 'magmad')['checkinInterval'];
    expect(good).toBe(magmad.checkin_interval);
    expect(heldBy('full')).toEqual([]);
    cramped.kill();
    await cramped.end;

    const roomy = runCommand('npx', ...agent);
    await seenAs(test, 'n', 'full', 'in_sync');
    expect(configOf(readMconfig(mconfigPath(test, 'n', 'full')), 'magmad')['checkinInterval']).toBe(33);
    expect(heldBy('full')).toHaveLength(subscribers);
    roomy.interrupt();
    await roomy.end;
  });
});

describe('what a gateway says twice, and in another order than it should', () => {
  const { input } = StateService.method.reportStates;
  const report = (version: bigint): Uint8Array => {
    const value = new TextEncoder().encode(JSON.stringify({ meta: { version: String(version) } }));
    return toBinary(input, create(input, { states: [{ type: 'gw_state', deviceID: 'hw-stutterer', version, value }] }));
  };
  const path = `/${StateService.typeName}/ReportStates`;
  const said = fc.array(fc.oneof(fc.record({ ack: fc.nat(2) }), fc.record({ nack: fc.nat(2) }), fc.record({ report: fc.nat(3) })), {
    minLength: 5,
    maxLength: 30,
  });

  it('is answered each time, and leaves it in sync with the last word', async () => {
    const holder = await holderOf(test, { subject: await addGateway(test, 'n', 'stutterer') });
    const socket = await connectRaw(test, holder);
    await socket.hello();
    const updates = [await socket.takeUpdate()];
    for (const checkin of [51, 52]) {
      await configure('stutterer', checkin);
      updates.push(await socket.takeUpdate());
    }
    let id = 0;
    await fc.assert(
      fc.asyncProperty(said, async (steps) => {
        const asked: number[] = [];
        for (const step of steps) {
          const frame: FrameBody[] = [];
          if ('report' in step) {
            // Every third call has the id of the one before, which may be open still.
            if (id === 0 || steps.length % 3 !== 0) id += 1;
            asked.push(id);
            frame.push({ case: 'call', value: { id, path, payload: report(BigInt(step.report)) } });
          } else {
            const { stream, version, digest } = updates['ack' in step ? step.ack : step.nack] ?? {};
            if (!stream || version === undefined || digest === undefined) throw new Error('no such update');
            if ('ack' in step) frame.push({ case: 'ack', value: { stream, version, digest } });
            else frame.push({ case: 'nack', value: { stream, version, reason: 'in passing' } });
          }
          for (const body of [...frame, ...frame]) socket.frame(body);
        }
        for (const one of [...asked, ...asked]) {
          expect((await socket.take('reply', (reply) => reply.id === one)).code).toBe(GrpcStatus.OK);
        }
      }),
      { numRuns: 30, seed: 11 },
    );
    const last = updates.at(-1);
    if (!last) throw new Error('no update came');
    socket.frame({ case: 'ack', value: { stream: last.stream, version: last.version, digest: last.digest } });
    // It may look in sync before: what it acknowledged stays so when it complains of it afterwards.
    const view = await eventually(
      () => viewOf(test, 'n', 'stutterer'),
      (seen) => configsOf(seen).nack === null,
    );
    expect(view.state).toBe('in_sync');
    expect(configsOf(view)).toMatchObject({ acked_version: Number(last.version), desired_version: Number(last.version), nack: null });
    // The newest that came is what it reported, whatever came twice.
    id += 1;
    socket.frame({ case: 'call', value: { id, path, payload: report(9n) } });
    await socket.take('reply', (reply) => reply.id === id);
    const status = await eventually(
      () => test.rest.call('GET', `${LTE}/gateways/stutterer/status`),
      ({ body }) => (body as { meta?: { version?: string } }).meta?.version === '9',
    );
    expect(status.status).toBe(200);
    await socket.end();
  });
});
