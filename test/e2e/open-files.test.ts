import { readdirSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureNetwork } from '../../local/demo/network.ts';
import type { LogLine } from '../../local/log.ts';
import { countOpenFiles } from '../../local/open-files.ts';
import { addGateway, holderOf } from '../harness/identities.ts';
import { eventually, startTestPlatform, type TestPlatform } from '../harness/platform.ts';
import { connectRaw, type RawGateway } from '../harness/raw-gateway.ts';
import { runtimeOf } from '../harness/runtime-load.ts';

const LIMIT = 1000;
const GATEWAYS = 30;
/** What a network object wakes without asking (durable-objects/network/waking.ts). */
const UNASKED = 128;

let test: TestPlatform;
const lines: LogLine[] = [];
/** Connections to the runtime past the front, on which nothing is said. */
let idle: Socket[] = [];

/** Has the runtime reach its limit; it counts each connection twice. */
async function fill(): Promise<void> {
  const { hostname, port } = await test.platform.directUrl('orc8r');
  idle = Array.from({ length: LIMIT }, () => connect(Number(port), hostname));
  await eventually(
    async () => countOpenFiles(runtimeOf(test)) ?? 0,
    (open) => open >= 2 * LIMIT,
  );
}

/** As if objects had gone to sleep. */
function empty(): void {
  for (const socket of idle) socket.destroy();
}

const warned = (): readonly LogLine[] => lines.filter(({ message }) => message.includes('files open'));
const objects = (): number =>
  readdirSync(join(test.platform.dataDir, 'state/do/orc8r-GatewayObject')).filter((name) => /^[0-9a-f]{64}\.sqlite$/.test(name)).length;

beforeAll(async () => {
  test = await startTestPlatform({ log: (line) => void lines.push(line), fileLimit: LIMIT });
  await ensureNetwork(test.rest, 'n', 'n');
});
afterAll(() => {
  empty();
  return test?.close();
});

describe('a runtime near its limit of open files', () => {
  const gateways: RawGateway[] = [];

  it('keeps gateways waiting, tells the operator, and lets all of them in when there is room', async () => {
    const holders = await Promise.all(
      Array.from({ length: GATEWAYS }, async (_, index) => holderOf(test, { subject: await addGateway(test, 'n', `gw${index}`) })),
    );
    await fill();
    const dials = holders.map(async (holder) => {
      const gateway = await connectRaw(test, holder);
      await gateway.hello([]);
      gateways.push(gateway);
    });
    await eventually(
      async () => warned().length,
      (number) => number > 0,
    );
    expect(gateways).toEqual([]);
    expect(warned()[0]).toMatchObject({
      level: 'warn',
      message: expect.stringMatching(/of 1000 files open, so new connections.*Raise nofile/),
    });

    empty();
    await Promise.all(dials);
    expect(gateways).toHaveLength(GATEWAYS);
    expect(warned()).toHaveLength(1);
  });

  it('hears of gateways that have gone when there is room, and then of all', async () => {
    const connected = async (): Promise<number> => {
      const { body } = await test.rest.must('GET', '/magma/v1/networks/n/convergence');
      return (body as { gateways: { connected: boolean }[] }).gateways.filter((gateway) => gateway.connected).length;
    };
    await eventually(connected, (number) => number === GATEWAYS);
    await fill();
    for (const { socket } of gateways) socket.terminate();
    await Promise.all(gateways.map(({ closed }) => closed));
    expect(await connected()).toBe(GATEWAYS);
    empty();
    await eventually(connected, (number) => number === 0);
  });

  it('wakes the objects of a large network some after others', async () => {
    await ensureNetwork(test.rest, 'large', 'large');
    await fill();
    const before = objects();
    await Promise.all(Array.from({ length: UNASKED + 6 }, (_, index) => addGateway(test, 'large', `large${index}`)));
    await eventually(
      async () => objects() - before,
      (number) => number === UNASKED,
    );
    await test.rest.must('GET', '/magma/v1/lte/large/gateways');
    expect(objects() - before).toBe(UNASKED);
    empty();
    await eventually(
      async () => objects() - before,
      (number) => number === UNASKED + 6,
    );
  });
});
