import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Agent } from '../../agent/agent.ts';
import { ensureGateway, ensureNetwork, lteGateway } from '../../local/demo/network.ts';
import { addGateway, holderOf } from '../harness/identities.ts';
import { next, startTestPlatform, type TestPlatform } from '../harness/platform.ts';
import { connectRaw, type RawGateway } from '../harness/raw-gateway.ts';
import { configOf, configsOf, convergenceOf, readMconfig, seenAs, viewOf } from '../harness/views.ts';

let test: TestPlatform;
let steady: Agent;

const GATEWAYS = '/magma/v1/lte/n/gateways';
const { magmad } = lteGateway('', { hardwareId: '', publicKey: '', keyType: 'SOFTWARE_ECDSA_SHA256' });
const configure = (gateway: string, checkin: number) =>
  test.rest.must('PUT', `${GATEWAYS}/${gateway}/magmad`, { ...magmad, checkin_interval: checkin });

/** A gateway of network `n` whose every frame the test decides. */
async function raw(gateway: string): Promise<RawGateway> {
  return connectRaw(test, await holderOf(test, { subject: `hw-${gateway}` }));
}

beforeAll(async () => {
  test = await startTestPlatform();
  steady = await test.join('n', 'steady');
});

afterAll(() => test?.close());

describe('the convergence of a gateway', () => {
  it('that never connected is offline, with what waits for it', async () => {
    await addGateway(test, 'n', 'never');
    const view = await seenAs(test, 'n', 'never', 'offline');
    expect(view).toMatchObject({
      hardware_id: 'hw-never',
      connected: false,
      connected_since: null,
      last_checkin: null,
      certificate_expires_at: null,
      round_trip_ms: null,
    });
  });

  it('that holds what it should is in sync', async () => {
    const before = Date.now();
    const applied = next(steady, 'config-applied');
    await configure('steady', 21);
    const { version } = await applied;
    const view = await seenAs(test, 'n', 'steady', 'in_sync');
    expect(view).toMatchObject({ connected: true, hardware_id: (await steady.identity()).hardwareId });
    expect(view.connected_since).toBeLessThanOrEqual(Date.now());
    expect(view.certificate_expires_at).toBeGreaterThan(Date.now() + 90 * 3600_000);
    expect(view.last_checkin).toBeGreaterThanOrEqual(view.connected_since ?? Number.MAX_SAFE_INTEGER);
    expect(view.round_trip_ms).toBeLessThan(10_000);
    const configs = configsOf(view);
    expect(configs).toEqual({
      stream: 'configs',
      desired_version: Number(version),
      sent_version: Number(version),
      acked_version: Number(version),
      acked_at: expect.any(Number),
      nack: null,
    });
    expect(configs.acked_at).toBeGreaterThanOrEqual(before);
  });

  it('that does not answer is pending until it confirms', async () => {
    await addGateway(test, 'n', 'slow');
    const gateway = await raw('slow');
    await gateway.hello();
    const { version, digest } = await gateway.take('update');
    const view = await seenAs(test, 'n', 'slow', 'pending');
    expect(configsOf(view)).toMatchObject({
      desired_version: Number(version),
      sent_version: Number(version),
      acked_version: null,
      nack: null,
    });

    // Something newer waits for the answer, which does not count for it.
    await configure('slow', 22);
    gateway.frame({ case: 'ack', value: { stream: 'configs', version, digest } });
    const newer = await gateway.take('update');
    expect(newer.version).toBeGreaterThan(version);
    expect(configsOf(await seenAs(test, 'n', 'slow', 'pending')).desired_version).toBe(Number(newer.version));
    gateway.frame({ case: 'ack', value: { stream: 'configs', version, digest } });
    gateway.frame({ case: 'ack', value: { stream: 'configs', version: newer.version, digest: newer.digest } });
    expect(configsOf(await seenAs(test, 'n', 'slow', 'in_sync')).acked_version).toBe(Number(newer.version));
    await gateway.end();
    await seenAs(test, 'n', 'slow', 'offline');
  });

  it('that refuses is rejected, with its reason, and is offered the same again only after a reconnect', async () => {
    await addGateway(test, 'n', 'picky');
    const gateway = await raw('picky');
    await gateway.hello();
    const first = await gateway.take('update');
    const before = Date.now();
    gateway.frame({
      case: 'nack',
      value: { stream: 'configs', version: first.version, reason: 'I do not like it', path: 'configsByKey.mme' },
    });
    const { nack, acked_version: acked } = configsOf(await seenAs(test, 'n', 'picky', 'rejected'));
    expect(nack).toEqual({ version: Number(first.version), reason: 'I do not like it', path: 'configsByKey.mme', at: expect.any(Number) });
    expect(nack?.at).toBeGreaterThanOrEqual(before - 1000);
    expect(acked).toBeNull();

    // The next update on this connection is the next version, not the refused one once more.
    await configure('picky', 23);
    const second = await gateway.take('update');
    expect(second.version).toBeGreaterThan(first.version);
    gateway.frame({ case: 'nack', value: { stream: 'configs', version: second.version, reason: 'nor this', path: '' } });
    await seenAs(test, 'n', 'picky', 'rejected');
    await gateway.end();

    const again = await raw('picky');
    await again.hello();
    const third = await again.take('update');
    expect([third.version, third.digest]).toEqual([second.version, second.digest]);
    again.frame({ case: 'ack', value: { stream: 'configs', version: third.version, digest: third.digest } });
    expect(configsOf(await seenAs(test, 'n', 'picky', 'in_sync'))).toMatchObject({ acked_version: Number(third.version), nack: null });
    await again.end();
  });

  it('whose disk refuses is rejected, keeps what it had, and recovers with the next change', async () => {
    const path = join(test.folder, 'elsewhere', 'gateway.mconfig');
    const agent = await test.join('n', 'full', { mconfigPath: path });
    await seenAs(test, 'n', 'full', 'in_sync');
    const good = configsOf(await viewOf(test, 'n', 'full')).acked_version;
    // A folder that is not empty cannot be replaced by a file, whoever asks.
    rmSync(path);
    mkdirSync(path);
    writeFileSync(join(path, 'in-the-way'), '');
    const refused = next(agent, 'config-refused');
    await configure('full', 24);
    const { version, reason } = await refused;
    const view = configsOf(await seenAs(test, 'n', 'full', 'rejected'));
    expect(view).toMatchObject({ acked_version: good, desired_version: Number(version), nack: { version: Number(version), reason } });
    expect(reason).toContain('cannot be written');

    rmSync(path, { recursive: true });
    const applied = next(agent, 'config-applied');
    await configure('full', 25);
    await applied;
    expect(configOf(readMconfig(path), 'magmad')['checkinInterval']).toBe(25);
    expect(configsOf(await seenAs(test, 'n', 'full', 'in_sync')).nack).toBeNull();
  });

  it('that hangs up is offline, and its last report stays', async () => {
    const agent = test.agent('n-leaver');
    await ensureGateway(test.rest, 'n', 'leaver', await agent.identity());
    const reported = next(agent, 'checked-in');
    await agent.start();
    await reported;
    const up = await seenAs(test, 'n', 'leaver', 'in_sync');
    await agent.stop();
    const down = await seenAs(test, 'n', 'leaver', 'offline');
    expect(down).toMatchObject({ connected: false, connected_since: null, last_checkin: expect.any(Number) });
    expect(configsOf(down).acked_version).toBe(configsOf(up).acked_version);
  });
});

describe('the convergence of a network', () => {
  it('counts its gateways by state, sorted by id, and shows none of another network', async () => {
    await test.join('other', 'steady');
    await addGateway(test, 'n', 'waiting');
    const waiting = await raw('waiting');
    await waiting.hello();
    const picky = await raw('picky');
    await picky.hello();
    await picky.takeUpdate();
    await configure('picky', 26);
    const { version } = await picky.take('update');
    picky.frame({ case: 'nack', value: { stream: 'configs', version, reason: 'no', path: '' } });
    await Promise.all([seenAs(test, 'n', 'waiting', 'pending'), seenAs(test, 'n', 'picky', 'rejected')]);

    const report = await convergenceOf(test, 'n');
    const states = Object.fromEntries(report.gateways.map(({ id, state }) => [id, state]));
    expect(Object.entries(states)).toEqual([
      ['full', 'in_sync'],
      ['leaver', 'offline'],
      ['never', 'offline'],
      ['picky', 'rejected'],
      ['slow', 'offline'],
      ['steady', 'in_sync'],
      ['waiting', 'pending'],
    ]);
    expect(report.network_id).toBe('n');
    expect(report.totals).toEqual({ gateways: 7, connected: 4, in_sync: 2, pending: 1, rejected: 1, offline: 3 });
    expect(report.version).toBe(Number(version));

    const other = await convergenceOf(test, 'other');
    expect(other.gateways.map(({ id }) => id)).toEqual(['steady']);
    expect(other.gateways[0]?.hardware_id).not.toBe(report.gateways.find(({ id }) => id === 'steady')?.hardware_id);
    expect(other.totals).toEqual({ gateways: 1, connected: 1, in_sync: 1, pending: 0, rejected: 0, offline: 0 });
    await Promise.all([waiting.end(), picky.end()]);
  });

  it('of one without gateways is empty, and of one that does not exist 404', async () => {
    await ensureNetwork(test.rest, 'empty', 'empty');
    expect(await convergenceOf(test, 'empty')).toMatchObject({
      network_id: 'empty',
      gateways: [],
      totals: { gateways: 0, connected: 0, in_sync: 0, pending: 0, rejected: 0, offline: 0 },
    });
    expect(await test.rest.call('GET', '/magma/v1/networks/nowhere/convergence')).toMatchObject({
      status: 404,
      body: { code: 'not_found' },
    });
  });
});
