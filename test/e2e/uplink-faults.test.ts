import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Agent } from '../../agent/agent.ts';
import { type Clock, systemClock } from '../../agent/clock.ts';
import { ensureGateway, ensureNetwork, lteGateway } from '../../local/demo/network.ts';
import { endCommands, runCommand } from '../harness/command.ts';
import { next, eventually, startTestPlatform, type TestPlatform } from '../harness/platform.ts';
import { Uplink } from '../harness/uplink.ts';
import { configOf, mconfigPath, readMconfig, seenAs } from '../harness/views.ts';
import { accepted, startWriter } from '../harness/writers.ts';

let test: TestPlatform;
let uplink: Uplink;

const { magmad } = lteGateway('', { hardwareId: '', publicKey: '', keyType: 'SOFTWARE_ECDSA_SHA256' });
const magmadOf = (gateway: string) => `/magma/v1/lte/n/gateways/${gateway}/magmad`;
const configure = (gateway: string, checkin: number) => test.rest.must('PUT', magmadOf(gateway), { ...magmad, checkin_interval: checkin });
const onDisk = (gateway: string) => configOf(readMconfig(mconfigPath(test, 'n', gateway)), 'magmad')['checkinInterval'];

/** In sync as the operator sees it, with this check-in interval on its disk. */
async function expectInSync(gateway: string, checkin: number): Promise<void> {
  await configure(gateway, checkin);
  await eventually(
    async () => onDisk(gateway),
    (interval) => interval === checkin,
  );
  await seenAs(test, 'n', gateway, 'in_sync');
}

/** Time that goes `speed` times as fast as the clock on the wall, for waits of minutes. */
const hasty = (speed: number): Clock => ({ ...systemClock, after: (ms, action) => systemClock.after(ms / speed, action) });

/** A clock that is wrong by so much, in milliseconds. */
const skewed = (by: number): Clock => ({ ...systemClock, now: () => Date.now() + by });

beforeAll(async () => {
  test = await startTestPlatform();
  await ensureNetwork(test.rest, 'n', 'n');
});
afterAll(() => test?.close());

/** A gateway that reaches the controller through the uplink. */
async function behindUplink(id: string, options: Parameters<TestPlatform['join']>[2] = {}): Promise<Agent> {
  uplink = await Uplink.open(test.platform.addresses.controller);
  return test.join('n', id, { controller: uplink.address.replace('https:', 'wss:'), ...options });
}
afterEach(async () => {
  endCommands();
  await uplink?.close();
});

describe('an uplink that is cut', () => {
  it('in the middle of a call ends the call at once, and the gateway is back in sync when the uplink is', async () => {
    const mark = join(test.folder, 'called');
    const agent = await behindUplink('cut', { genericCommands: { wait: `sh -c 'touch "$0"; sleep 60' ${mark}` } });
    await test.rest.must('PUT', '/magma/v1/networks/n/gateways/cut/allowed_commands', { allow: [{ name: 'wait' }] });
    const pending = test.rest.call('POST', '/magma/v1/networks/n/gateways/cut/command/generic', { command: 'wait' });
    await eventually(async () => existsSync(mark), Boolean);
    const down = next(agent, 'disconnected');
    const at = performance.now();
    uplink.cut();
    expect((await pending).body).toMatchObject({ code: 'gateway_offline' });
    expect(performance.now() - at).toBeLessThan(5_000);
    await down;
    await seenAs(test, 'n', 'cut', 'offline');
    await configure('cut', 41);
    const back = next(agent, 'connected');
    uplink.mend();
    await back;
    await eventually(
      async () => onDisk('cut'),
      (interval) => interval === 41,
    );
    await seenAs(test, 'n', 'cut', 'in_sync');
    await agent.stop();
  });

  it('again and again while the operator writes leaves the gateway in sync with the last write', async () => {
    const agent = await behindUplink('flaky');
    for (let round = 1; round <= 5; round += 1) {
      const writes = [1, 2, 3].map((number) => configure('flaky', 20 + round * 10 + number));
      uplink.cut();
      await Promise.all(writes);
      const back = next(agent, 'connected');
      uplink.mend();
      await back;
    }
    await expectInSync('flaky', 99);
    await agent.stop();
  });
});

describe('a connection that is dead although nobody closed it', () => {
  it('is noticed by the gateway, which makes another; the dead one is replaced', async () => {
    const agent = await behindUplink('half', { clock: hasty(50) });
    const down = next(agent, 'disconnected');
    const back = next(agent, 'connected');
    uplink.freeze();
    await configure('half', 33);
    expect((await down).reason).toContain('no pong');
    await back;
    await eventually(
      async () => onDisk('half'),
      (interval) => interval === 33,
    );
    await seenAs(test, 'n', 'half', 'in_sync');
    await agent.stop();
  });
});

describe('a gateway whose clock is wrong', () => {
  it.each([
    ['an hour behind', -3_600_000],
    ['an hour ahead', 3_600_000],
  ])('by %s joins, checks in and is kept in sync, without a bootstrap over and over', async (name, by) => {
    const id = name.replaceAll(' ', '-');
    const agent = await behindUplink(id, { clock: skewed(by) });
    const failures: string[] = [];
    agent.on('bootstrap-failed', ({ reason }) => void failures.push(reason));
    await expectInSync(id, 44);
    // It may be in sync before its first check-in is in.
    const { body } = await eventually(
      () => test.rest.call('GET', `/magma/v1/networks/n/gateways/${id}/status`),
      ({ status }) => status === 200,
    );
    // The time of a check-in is the cloud's.
    expect(Math.abs((body as { checkin_time: number }).checkin_time - Date.now())).toBeLessThan(600_000);
    const d1 = await test.platform.d1();
    const issued = await d1
      .prepare('SELECT count(*) AS n FROM certificates WHERE subject = ?')
      .bind((await agent.identity()).hardwareId)
      .first('n');
    expect({ issued, failures }).toEqual({ issued: 1, failures: [] });
    await agent.stop();
  });
});

describe('an agent that is killed while it writes its configuration', () => {
  it('has the old one or the new one on its disk, whole, each time, and ends up in sync', async () => {
    const identity = test.agent('n-killed');
    await ensureGateway(test.rest, 'n', 'killed', await identity.identity());
    const { addresses, credentials } = test.platform;
    const host = (address: string) => new URL(address).host;
    const flags = ['--controller', host(addresses.controller), '--bootstrap', host(addresses.bootstrap), '--ca', credentials.rootFile];
    const start = () => runCommand('npx', 'orc8r-agent', ...flags, '--data', join(test.folder, 'agents', 'n-killed'));
    const path = mconfigPath(test, 'n', 'killed');
    const writer = startWriter(async (number) =>
      accepted(test.rest, 'PUT', magmadOf('killed'), { ...magmad, checkin_interval: 20 + (number % 100) }),
    );
    try {
      const seen = new Set<unknown>();
      for (let round = 1; round <= 3; round += 1) {
        const agent = start();
        // Not before it has written something new, and then at any moment of the next writes.
        await eventually(async () => existsSync(path) && !seen.has(onDisk('killed')), Boolean);
        const more = writer.acknowledged.length + round;
        await eventually(async () => writer.acknowledged.length >= more, Boolean);
        agent.kill();
        await agent.end;
        seen.add(onDisk('killed'));
      }
    } finally {
      await writer.stop();
    }
    const agent = start();
    await expectInSync('killed', 77);
    agent.interrupt();
    await agent.end;
  });
});

describe('two machines with one identity', () => {
  it('take each other’s place and are told so; the one that was replaced waits, and either is in sync while it is there', async () => {
    const first = await behindUplink('twin', { reconnect: { baseMs: 50, capMs: 200, replacedMs: 1_000 } });
    const replaced = next(first, 'disconnected');
    // A copy of the disk: the same hardware id, key and certificate.
    const copy = test.agent('n-twin', { reconnect: { baseMs: 50, capMs: 200, replacedMs: 60_000 } });
    await copy.start();
    expect((await replaced).reason).toContain('4409');
    // The first waits its time and comes back; then it is the copy that has to wait.
    const turned = next(copy, 'disconnected');
    await next(first, 'connected');
    expect((await turned).reason).toContain('4409');
    await copy.stop();
    await expectInSync('twin', 55);
    await first.stop();
  });
});
