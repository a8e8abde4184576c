import { createClient } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../agent/clock.ts';
import { Bootstrapper } from '../../proto/gen/orc8r/protos/bootstrapper_pb.js';
import { StateService } from '../../proto/gen/orc8r/protos/state_pb.js';
import { Streamer } from '../../proto/gen/orc8r/protos/streamer_pb.js';
import { ensureGateway, ensureNetwork, lteGateway } from '../../local/demo/network.ts';
import { call, openSocket } from '../../local/fixture/client.ts';
import { addGateway, auditOf, type Holder, holderOf } from '../harness/identities.ts';
import { eventually, next, startTestPlatform, type TestPlatform } from '../harness/platform.ts';
import { connectRaw, knock, RawGateway } from '../harness/raw-gateway.ts';
import { configOf, configsOf, mconfigPath, readMconfig, seenAs, viewOf } from '../harness/views.ts';

let test: TestPlatform;

const GATEWAYS = '/magma/v1/lte/n/gateways';
const { magmad } = lteGateway('', { hardwareId: '', publicKey: '', keyType: 'SOFTWARE_ECDSA_SHA256' });
const configure = (gateway: string, checkin: number, network = 'n') =>
  test.rest.must('PUT', `/magma/v1/lte/${network}/gateways/${gateway}/magmad`, { ...magmad, checkin_interval: checkin });

/** A registered gateway with a certificate, not connected. */
async function gateway(id: string, network = 'n'): Promise<Holder> {
  return holderOf(test, { subject: await addGateway(test, network, id) });
}

/** Calls of the southbound services over HTTPS, as Connect has them. */
function overHttps(holder: Partial<Holder>, base = test.platform.addresses.controller) {
  const transport = createConnectTransport({
    baseUrl: base,
    httpVersion: '1.1',
    nodeOptions: { ca: test.ca, cert: holder.client?.certificate, key: holder.client?.key, agent: false },
  });
  return {
    streamer: createClient(Streamer, transport),
    states: createClient(StateService, transport),
    bootstrapper: createClient(Bootstrapper, transport),
  };
}

async function updatesOf(holder: Holder): Promise<{ key: string; text: string; resync: boolean }[]> {
  const all: { key: string; text: string; resync: boolean }[] = [];
  for await (const batch of overHttps(holder).streamer.getUpdates({ streamName: 'configs' })) {
    all.push(...batch.updates.map(({ key, value }) => ({ key, text: Buffer.from(value).toString(), resync: batch.resync })));
  }
  return all;
}

/** How the sync door refuses this certificate. */
async function refusalOf(holder: Holder): Promise<{ status: number; code: string; message: string }> {
  const answer = await knock(test, holder);
  if (answer instanceof RawGateway) throw new Error('was let in');
  return { status: answer.status, ...(JSON.parse(answer.text) as { code: string; message: string }) };
}

beforeAll(async () => {
  test = await startTestPlatform();
  await ensureNetwork(test.rest, 'n', 'n');
});

afterAll(() => test?.close());

describe('a gateway that the operator deletes', () => {
  it('is cut off, its certificate is refused with the reason, and it cannot bootstrap', async () => {
    const holder = await gateway('doomed');
    const socket = await connectRaw(test, holder);
    await socket.hello();
    const bystander = await connectRaw(test, await gateway('bystander'));
    await bystander.hello();
    await bystander.takeUpdate();

    await test.rest.must('DELETE', `${GATEWAYS}/doomed`);
    expect(await socket.closed).toMatchObject({ code: 4403, reason: expect.stringContaining('removed') });
    expect(await refusalOf(holder)).toMatchObject({
      status: 403,
      code: 'certificate_revoked',
      message: expect.stringContaining('the gateway was deleted'),
    });
    const refused = await auditOf(test, 'hw-doomed');
    expect(refused.at(-1)).toMatchObject({ action: 'gateway.connect', outcome: 'refused' });
    const { bootstrapper } = overHttps({}, test.platform.addresses.bootstrap);
    await expect(bootstrapper.getChallenge({ id: 'hw-doomed' })).rejects.toThrow(/\[not_found\].*hw-doomed/);
    await expect(overHttps(holder).streamer.getUpdates({ streamName: 'configs' })[Symbol.asyncIterator]().next()).rejects.toThrow(
      /\[permission_denied\].*the gateway was deleted/,
    );
    await expect(overHttps(holder).states.reportStates({})).rejects.toThrow(/\[permission_denied\].*the gateway was deleted/);

    // Nobody else was disturbed.
    await configure('bystander', 31);
    await bystander.take('update');
    await bystander.end();
  });

  it('goes on trying with its agent, and is back by itself once it is registered again', async () => {
    const agent = await test.join('n', 'returner', { reconnect: { baseMs: 50, capMs: 200, slowMs: 50 } });
    const cut = next(agent, 'disconnected');
    const refused = next(agent, 'bootstrap-failed');
    await test.rest.must('DELETE', `${GATEWAYS}/returner`);
    expect((await cut).reason).toContain('4403');
    expect((await refused).reason).toMatch(/not.?found/i);
    const back = next(agent, 'connected');
    await ensureGateway(test.rest, 'n', 'returner', await agent.identity());
    await back;
    await seenAs(test, 'n', 'returner', 'in_sync');
    await agent.stop();
  });
});

describe('a network that the operator deletes', () => {
  it('takes its gateways with it', async () => {
    await ensureNetwork(test.rest, 'doomed-net', 'doomed');
    const holders = await Promise.all(['d1', 'd2'].map((id) => gateway(id, 'doomed-net')));
    const sockets = await Promise.all(holders.map((holder) => connectRaw(test, holder)));
    for (const socket of sockets) await socket.hello();
    await test.rest.must('DELETE', '/magma/v1/lte/doomed-net');
    for (const socket of sockets) expect((await socket.closed).code).toBe(4403);
    for (const holder of holders) expect(await refusalOf(holder)).toMatchObject({ status: 403, code: 'certificate_revoked' });
    const { bootstrapper } = overHttps({}, test.platform.addresses.bootstrap);
    await expect(bootstrapper.getChallenge({ id: 'hw-d1' })).rejects.toThrow(/\[not_found\]/);
    expect((await test.rest.call('GET', '/magma/v1/networks/doomed-net/convergence')).status).toBe(404);

    // A new network of that name begins from nothing.
    await ensureNetwork(test.rest, 'doomed-net', 'risen');
    const risen = await connectRaw(test, await gateway('d1', 'doomed-net'));
    await risen.hello();
    const { version } = await risen.take('update');
    expect(configsOf(await seenAs(test, 'doomed-net', 'd1', 'pending')).desired_version).toBe(Number(version));
    await risen.end();
  });
});

describe('a second connection of the same gateway', () => {
  it('takes the place of the first', async () => {
    const holder = await gateway('twin');
    const first = await connectRaw(test, holder);
    await first.hello();
    await first.take('update');
    const second = await connectRaw(test, holder);
    expect(await first.closed).toMatchObject({ code: 4409 });
    await second.hello();
    const { version, digest } = await second.take('update');
    second.frame({ case: 'ack', value: { stream: 'configs', version, digest } });
    await seenAs(test, 'n', 'twin', 'in_sync');
    await configure('twin', 41);
    expect((await second.take('update')).version).toBeGreaterThan(version);
    await second.end();
    await seenAs(test, 'n', 'twin', 'offline');
  });
});

describe('a gateway that comes back', () => {
  it('is not sent again what it has confirmed', async () => {
    const holder = await gateway('keeper');
    const first = await connectRaw(test, holder);
    await first.hello();
    const held = await first.take('update');
    first.frame({ case: 'ack', value: { stream: 'configs', version: held.version, digest: held.digest } });
    await seenAs(test, 'n', 'keeper', 'in_sync');
    await first.end();

    const second = await connectRaw(test, holder);
    await second.hello([{ stream: 'configs', version: held.version, digest: held.digest }]);
    await seenAs(test, 'n', 'keeper', 'in_sync');
    await configure('keeper', 51);
    // The first update of this connection is the new one.
    const fresh = await second.take('update');
    expect(fresh.version).toBeGreaterThan(held.version);
    await second.end();

    // Confirmed in fact, but the confirmation got lost with the connection: the hello makes up for it.
    const third = await connectRaw(test, holder);
    await third.hello([{ stream: 'configs', version: fresh.version, digest: fresh.digest }]);
    expect(configsOf(await seenAs(test, 'n', 'keeper', 'in_sync')).acked_version).toBe(Number(fresh.version));
    await third.end();
  });

  it('gets what was changed while it was away', async () => {
    const agent = await test.join('n', 'traveller');
    await seenAs(test, 'n', 'traveller', 'in_sync');
    await agent.stop();
    await seenAs(test, 'n', 'traveller', 'offline');
    await configure('traveller', 61);
    await configure('traveller', 62);
    const back = test.agent('n-traveller');
    const applied = next(back, 'config-applied');
    await back.start();
    await applied;
    expect(configOf(readMconfig(mconfigPath(test, 'n', 'traveller')), 'magmad')['checkinInterval']).toBe(62);
    await seenAs(test, 'n', 'traveller', 'in_sync');
    await back.stop();
  });
});

describe('a gateway that is given other hardware', () => {
  it('drops the old one and takes the new one in', async () => {
    const old = await test.join('n', 'moved');
    const cut = next(old, 'disconnected');
    const fresh = test.agent('n-moved-2');
    const { hardwareId, publicKey: key, keyType } = await fresh.identity();
    await test.rest.must('PUT', `${GATEWAYS}/moved/device`, { hardware_id: hardwareId, key: { key_type: keyType, key } });
    expect((await cut).reason).toContain('4403');
    await old.stop();

    const arrived = Promise.all([next(fresh, 'connected'), next(fresh, 'config-applied'), next(fresh, 'checked-in')]);
    await fresh.start();
    expect((await arrived)[0]).toEqual({ networkId: 'n', gatewayId: 'moved' });
    expect((await seenAs(test, 'n', 'moved', 'in_sync')).hardware_id).toBe(hardwareId);
    const status = await eventually(
      () => test.rest.call('GET', `${GATEWAYS}/moved/status`),
      (answer) => answer.status === 200,
    );
    expect(status.body).toMatchObject({ hardware_id: hardwareId });
    const d1 = await test.platform.d1();
    const { results } = await d1
      .prepare('SELECT subject, revoke_reason FROM certificates WHERE subject IN (?, ?) AND revoked_at IS NOT NULL')
      .bind((await old.identity()).hardwareId, hardwareId)
      .all();
    expect(results).toEqual([{ subject: (await old.identity()).hardwareId, revoke_reason: 'the gateway was given other hardware' }]);
    await fresh.stop();
  });
});

describe('a certificate that is about to end', () => {
  it('is renewed in time; the connection is made anew with the new one and nothing else', async () => {
    const clock = new HourHand();
    const agent = test.agent('n-renewer', { clock });
    await ensureGateway(test.rest, 'n', 'renewer', await agent.identity());
    const first = next(agent, 'bootstrap');
    const applied = next(agent, 'config-applied');
    await agent.start();
    const [old] = await Promise.all([first, applied]);
    const before = await seenAs(test, 'n', 'renewer', 'in_sync');
    expect(before.certificate_expires_at).toBe(old.notAfter);
    // Certificates count in seconds: the new one has to be of a later one to be told from the old.
    await eventually(
      async () => Date.now(),
      (now) => now >= old.notBefore + 3600_000 + 1000,
    );

    const log: string[] = [];
    agent.on('connected', () => log.push('connected')).on('disconnected', ({ reason }) => log.push(`disconnected: ${reason}`));
    agent.on('config-applied', () => log.push('config-applied')).on('bootstrap-failed', ({ reason }) => log.push(`failed: ${reason}`));
    // 21 hours before the end nothing happens, 19 hours before it does.
    clock.pass(old.notAfter - 21 * 3600_000 - clock.now());
    expect(log).toEqual([]);
    const renewed = next(agent, 'bootstrap');
    const back = next(agent, 'connected');
    clock.pass(2 * 3600_000);
    const fresh = await renewed;
    await back;
    expect(fresh.serial).not.toBe(old.serial);
    const after = await eventually(
      () => viewOf(test, 'n', 'renewer'),
      (view) => view.state === 'in_sync' && view.certificate_expires_at === fresh.notAfter,
    );
    expect(configsOf(after)).toMatchObject({
      acked_version: configsOf(before).acked_version,
      desired_version: configsOf(before).desired_version,
    });
    expect(log).toEqual([expect.stringMatching(/^disconnected: /), 'connected']);
    const d1 = await test.platform.d1();
    const issued = d1.prepare("SELECT count(*) AS issued FROM certificates WHERE kind = 'gateway' AND subject = ?");
    expect(await issued.bind(before.hardware_id).first('issued')).toBe(2);
    await agent.stop();
  });
});

describe('the controller over HTTPS', () => {
  it('answers GetUpdates with what the socket is sent', async () => {
    const holder = await gateway('poller');
    const polled = await updatesOf(holder);
    const socket = await connectRaw(test, holder);
    await socket.hello();
    const { batch } = await socket.takeUpdate();
    const [pushed] = batch?.updates ?? [];
    expect(polled).toEqual([{ key: 'poller', text: Buffer.from(pushed?.value ?? []).toString(), resync: true }]);
    expect(batch).toMatchObject({ resync: true, updates: [{ key: 'poller' }] });

    await configure('poller', 71);
    const { batch: newer } = await socket.take('update');
    const text = Buffer.from(newer?.updates[0]?.value ?? []).toString();
    expect(JSON.parse(text)).toMatchObject({ configsByKey: { magmad: { checkinInterval: 71 } } });
    expect(await updatesOf(holder)).toEqual([{ key: 'poller', text, resync: true }]);
    await socket.end();

    const unknown = overHttps(holder).streamer.getUpdates({ streamName: 'no-such-stream' });
    await expect(unknown[Symbol.asyncIterator]().next()).rejects.toThrow(/\[unavailable\].*no-such-stream does not exist/);
  });

  it('takes ReportStates as the socket does', async () => {
    const holder = await gateway('reporter');
    const value = Buffer.from(JSON.stringify({ meta: { door: 'https' }, platform_info: { kernel_version: 'k1' } }));
    const answer = await overHttps(holder).states.reportStates({ states: [{ type: 'gw_state', deviceID: 'hw-reporter', value }] });
    expect(answer.unreportedStates).toEqual([]);
    const status = await eventually(
      () => test.rest.call('GET', `${GATEWAYS}/reporter/status`),
      ({ status: code }) => code === 200,
    );
    expect(status.body).toMatchObject({ hardware_id: 'hw-reporter', meta: { door: 'https' }, platform_info: { kernel_version: 'k1' } });
    expect(await viewOf(test, 'n', 'reporter')).toMatchObject({ connected: false, last_checkin: expect.any(Number) });
  });

  it('demands a certificate like the socket', async () => {
    const url = `${test.platform.addresses.controller}/magma.orc8r.StateService/ReportStates`;
    const answer = await call({ ca: test.ca }, url, { method: 'POST', headers: { 'content-type': 'application/proto' }, body: '' });
    expect(answer).toMatchObject({ status: 401 });
    const socket = await openSocket({ ca: test.ca }, `${test.platform.addresses.controller}/sync`);
    expect(socket).toMatchObject({ status: 401 });
  });
});

/** The real clock, on which whole hours pass when the test says so: short timers run in real time, the hourly ones with the hand. */
class HourHand implements Clock {
  #ahead = 0;
  #hourly: { at: number; action: () => void }[] = [];

  now(): number {
    return systemClock.now() + this.#ahead;
  }

  random(): number {
    return systemClock.random();
  }

  after(ms: number, action: () => void): { cancel(): void } {
    if (ms < 3600_000) return systemClock.after(ms, action);
    const timer = { at: this.now() + ms, action };
    this.#hourly.push(timer);
    return { cancel: () => void (this.#hourly = this.#hourly.filter((other) => other !== timer)) };
  }

  pass(ms: number): void {
    this.#ahead += ms;
    const due = this.#hourly.filter(({ at }) => at <= this.now());
    this.#hourly = this.#hourly.filter((timer) => !due.includes(timer));
    for (const { action } of due) action();
  }
}
