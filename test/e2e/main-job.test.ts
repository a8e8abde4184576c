import os from 'node:os';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Agent } from '../../agent/agent.ts';
import { lteGateway, lteNetwork } from '../../local/demo/network.ts';
import { restClient } from '../../local/rest-client.ts';
import { enodebBody } from '../support/lte.ts';
import { eventually, next, startTestPlatform, type TestPlatform } from '../harness/platform.ts';
import { configOf, configsOf, type MconfigFile, mconfigPath, readMconfig, seenAs, viewOf } from '../harness/views.ts';

const NETWORK = '/magma/v1/lte/alpha';
const GATEWAY = `${NETWORK}/gateways/gw1`;
const tier = { id: 'default', name: 'Default', version: '1.9.0-0', images: [{ name: 'agw', order: 1 }], gateways: [] };
const type = (name: string) => `type.googleapis.com/magma.mconfig.${name}`;

/** What SOUTHBOUND.md 8 makes of that network, tier and gateway; jittered intervals are checked for their range. */
const expectedConfigs = {
  control_proxy: { '@type': type('ControlProxy'), logLevel: 'INFO' },
  dnsd: { '@type': type('DnsD'), logLevel: 'INFO', dhcpServerEnabled: true },
  enodebd: {
    '@type': type('EnodebD'),
    logLevel: 'INFO',
    pci: 260,
    bandwidthMhz: 20,
    plmnidList: '00101',
    allowEnodebTransmit: true,
    tac: 1,
    tddConfig: { earfcndl: 44590, subframeAssignment: 2, specialSubframePattern: 7 },
  },
  eventd: { '@type': type('EventD'), logLevel: 'INFO', eventVerbosity: -1 },
  liagentd: { '@type': type('LIAgentD'), logLevel: 'INFO' },
  magmad: {
    '@type': type('MagmaD'),
    logLevel: 'INFO',
    checkinInterval: 15,
    checkinTimeout: 10,
    autoupgradePollInterval: 300,
    packageVersion: '1.9.0-0',
    images: [{ name: 'agw', order: '1' }],
  },
  metricsd: { '@type': type('MetricsD'), logLevel: 'INFO' },
  mme: {
    '@type': type('MME'),
    logLevel: 'INFO',
    mcc: '001',
    mnc: '01',
    tac: 1,
    mmeGid: 1,
    mmeCode: 1,
    lac: 1,
    mmeRelativeCapacity: 10,
    natEnabled: true,
    congestionControlEnabled: true,
  },
  mobilityd: { '@type': type('MobilityD'), logLevel: 'INFO', ipBlock: '192.168.128.0/24' },
  ovpn: { '@type': type('OpenVPN') },
  pipelined: {
    '@type': type('PipelineD'),
    logLevel: 'INFO',
    ueIpBlock: '192.168.128.0/24',
    natEnabled: true,
    services: ['ENFORCEMENT'],
    liUes: {},
    heConfig: {},
  },
  policydb: { '@type': type('PolicyDB'), logLevel: 'INFO' },
  sctpd: { '@type': type('SctpD'), logLevel: 'INFO' },
  sessiond: { '@type': type('SessionD'), logLevel: 'INFO', walletExhaustDetection: {} },
  shared_mconfig: { '@type': type('SharedMconfig') },
  state: { '@type': type('State'), logLevel: 'INFO', syncInterval: expect.any(Number) },
  subscriberdb: {
    '@type': type('SubscriberDB'),
    logLevel: 'INFO',
    lteAuthOp: 'EREREREREREREREREREREQ==',
    lteAuthAmf: 'gAA=',
    syncInterval: expect.any(Number),
  },
  'td-agent-bit': {
    '@type': type('FluentBit'),
    extraTags: { gateway_id: 'gw1', network_id: 'alpha' },
    throttleRate: 1000,
    throttleWindow: 5,
    throttleInterval: '1m',
  },
};

let test: TestPlatform;
let agents: Record<'alpha/gw1' | 'alpha/gw2' | 'beta/gw1', Agent>;
/** Unix seconds. */
let began: number;
let certificate: { serial: string; notBefore: number; notAfter: number };

const must = (method: string, path: string, body?: unknown) => test.rest.must(method, path, body);
const file = (network = 'alpha', gateway = 'gw1'): MconfigFile => readMconfig(mconfigPath(test, network, gateway));
const desired = async (network: string, gateway: string) => configsOf(await viewOf(test, network, gateway)).desired_version;

beforeAll(async () => {
  test = await startTestPlatform();
  began = Math.floor(Date.now() / 1000);
  for (const network of ['alpha', 'beta']) {
    await must('POST', '/magma/v1/lte', lteNetwork(network, network));
    await must('POST', `/magma/v1/networks/${network}/tiers`, tier);
  }
  const start = async (network: string, id: string): Promise<Agent> => {
    const agent = test.agent(`${network}-${id}`);
    await must('POST', `/magma/v1/lte/${network}/gateways`, lteGateway(id, await agent.identity()));
    const arrived = Promise.all([next(agent, 'bootstrap'), next(agent, 'connected'), next(agent, 'config-applied')]);
    await agent.start();
    const [received, where] = await arrived;
    expect(where).toEqual({ networkId: network, gatewayId: id });
    if (network === 'alpha' && id === 'gw1') certificate = received;
    return agent;
  };
  agents = { 'alpha/gw1': await start('alpha', 'gw1'), 'alpha/gw2': await start('alpha', 'gw2'), 'beta/gw1': await start('beta', 'gw1') };
});

afterAll(() => test?.close());

describe('a gateway that was registered by REST', () => {
  it('gets a certificate for its hardware id and finds its first configuration on disk, as the contract has it', async () => {
    const identity = await agents['alpha/gw1'].identity();
    expect(identity.keyType).toBe('SOFTWARE_ECDSA_SHA256');
    // An hour back for slow clocks, and the four days that the agent asked for (SOUTHBOUND.md 2 and 3).
    expect(certificate.notBefore).toBeLessThanOrEqual(began * 1000 - 3500_000);
    expect((certificate.notAfter - certificate.notBefore) / 3600_000).toBeCloseTo(97, 0);

    const text = readFileSync(mconfigPath(test, 'alpha', 'gw1'), 'utf8');
    const mconfig = JSON.parse(text) as MconfigFile;
    expect(mconfig.configsByKey).toEqual(expectedConfigs);
    expect(Object.keys(mconfig.metadata)).toEqual(['created_at']);
    expect(mconfig.metadata.created_at).toBeGreaterThanOrEqual(began);
    expect(mconfig.metadata.created_at).toBeLessThanOrEqual(Date.now() / 1000);
    const { state, subscriberdb } = mconfig.configsByKey;
    expect(state?.['syncInterval']).toBeGreaterThanOrEqual(60);
    expect(state?.['syncInterval']).toBeLessThanOrEqual(75);
    expect(subscriberdb?.['syncInterval']).toBeGreaterThanOrEqual(300);
    expect(subscriberdb?.['syncInterval']).toBeLessThanOrEqual(360);
    // No blanks, keys sorted: the same configuration is always the same bytes.
    expect(text).toBe(JSON.stringify(mconfig));
    expect(Object.keys(mconfig.configsByKey)).toEqual(Object.keys(mconfig.configsByKey).toSorted());
  });

  it('is seen by the operator with the confirmed version', async () => {
    const view = await seenAs(test, 'alpha', 'gw1', 'in_sync');
    expect(view).toMatchObject({ connected: true, hardware_id: (await agents['alpha/gw1'].identity()).hardwareId });
    const { sent_version, acked_version, desired_version, nack } = configsOf(view);
    expect([sent_version, acked_version, nack]).toEqual([desired_version, desired_version, null]);
    expect(view.round_trip_ms).toBeGreaterThanOrEqual(0);
  });
});

describe('a change by the operator', () => {
  const magmad = lteGateway('', { hardwareId: '', publicKey: '', keyType: 'SOFTWARE_ECDSA_SHA256' }).magmad;
  const ran = { bandwidth_mhz: 10, tdd_config: { earfcndl: 44590, subframe_assignment: 1, special_subframe_pattern: 6 } };
  const epc = { ...lteNetwork('', '').cellular.epc, tac: 7, mcc: '310', mnc: '260' };
  const enodebConfig = { ...enodebBody('').config, tac: 9, pci: 300 };

  type Case = [what: string, path: string, body: unknown, who: ('alpha/gw1' | 'alpha/gw2')[], check: (mconfig: MconfigFile) => void];
  const both: Case[3] = ['alpha/gw1', 'alpha/gw2'];
  const cases: Case[] = [
    [
      'of the agent settings',
      `${GATEWAY}/magmad`,
      { ...magmad, checkin_interval: 20, dynamic_services: ['eventd'], feature_flags: { fast: true } },
      ['alpha/gw1'],
      (mconfig) =>
        expect(configOf(mconfig, 'magmad')).toMatchObject({
          checkinInterval: 20,
          dynamicServices: ['eventd'],
          featureFlags: { fast: true },
        }),
    ],
    [
      'of the packet core of a gateway',
      `${GATEWAY}/cellular/epc`,
      { nat_enabled: false, ip_block: '10.7.0.0/16', dns_primary: '9.9.9.9' },
      ['alpha/gw1'],
      (mconfig) => {
        expect(configOf(mconfig, 'mobilityd')['ipBlock']).toBe('10.7.0.0/16');
        expect(configOf(mconfig, 'pipelined')['ueIpBlock']).toBe('10.7.0.0/16');
        expect(configOf(mconfig, 'mme')).toMatchObject({ dnsPrimary: '9.9.9.9' });
        expect(configOf(mconfig, 'mme')).not.toHaveProperty('natEnabled');
      },
    ],
    [
      'of the radio of a gateway',
      `${GATEWAY}/cellular/ran`,
      { pci: 17, transmit_enabled: false },
      ['alpha/gw1'],
      (mconfig) => {
        expect(configOf(mconfig, 'enodebd')['pci']).toBe(17);
        expect(configOf(mconfig, 'enodebd')).not.toHaveProperty('allowEnodebTransmit');
      },
    ],
    [
      'of the radio of the network',
      `${NETWORK}/cellular/ran`,
      ran,
      both,
      (mconfig) =>
        expect(configOf(mconfig, 'enodebd')).toMatchObject({
          bandwidthMhz: 10,
          tddConfig: { earfcndl: 44590, subframeAssignment: 1, specialSubframePattern: 6 },
        }),
    ],
    [
      'of the packet core of the network',
      `${NETWORK}/cellular/epc`,
      epc,
      both,
      (mconfig) => {
        expect(configOf(mconfig, 'mme')).toMatchObject({ mcc: '310', mnc: '260', tac: 7 });
        expect(configOf(mconfig, 'enodebd')).toMatchObject({ plmnidList: '310260', tac: 7 });
      },
    ],
    [
      'of the version of a tier',
      '/magma/v1/networks/alpha/tiers/default/version',
      '1.9.1-0',
      both,
      (mconfig) => expect(configOf(mconfig, 'magmad')['packageVersion']).toBe('1.9.1-0'),
    ],
    [
      'of the eNodeBs of a gateway',
      `${GATEWAY}/connected_enodeb_serials`,
      ['e1'],
      ['alpha/gw1'],
      (mconfig) => {
        expect(configOf(mconfig, 'enodebd')['enbConfigsBySerial']).toMatchObject({ e1: { pci: 300, tac: 9 } });
        expect(configOf(mconfig, 'mme')['attachedEnodebTacs']).toEqual([9]);
      },
    ],
  ];

  beforeAll(() =>
    must('POST', `${NETWORK}/enodebs`, {
      ...enodebBody('e1'),
      config: enodebConfig,
      enodeb_config: { config_type: 'MANAGED', managed_config: enodebConfig },
    }),
  );

  it.each(cases)(
    '%s reaches the disk of those it concerns, is confirmed, and leaves the others alone',
    async (_what, path, body, who, check) => {
      const names = ['alpha/gw1', 'alpha/gw2', 'beta/gw1'] as const;
      const split = (name: string) => name.split('/') as [string, string];
      const before = new Map(await Promise.all(names.map(async (name) => [name, await desired(...split(name))] as const)));
      const others = names.filter((name) => !who.some((one) => one === name));
      const texts = others.map((name) => readFileSync(mconfigPath(test, ...split(name)), 'utf8'));

      const applied = who.map((name) => next(agents[name], 'config-applied'));
      await must('PUT', path, body);
      for (const [index, position] of (await Promise.all(applied)).entries()) {
        const name = who[index] ?? 'alpha/gw1';
        const [network, gateway] = split(name);
        check(file(network, gateway));
        const view = await eventually(
          () => viewOf(test, network, gateway),
          (seen) => seen.state === 'in_sync' && configsOf(seen).acked_version === Number(position.version),
        );
        expect(configsOf(view).desired_version).toBeGreaterThan(before.get(name) ?? Number.MAX_SAFE_INTEGER);
      }
      // Who is concerned has been decided for all when the first of them hears of it.
      for (const name of others) expect(await desired(...split(name))).toBe(before.get(name));
      expect(others.map((name) => readFileSync(mconfigPath(test, ...split(name)), 'utf8'))).toEqual(texts);
    },
  );

  it('of what gateways do not see sends nothing and cuts nobody off', async () => {
    const device = { hardware_id: (await agents['alpha/gw1'].identity()).hardwareId, key: { key_type: 'SOFTWARE_ECDSA_SHA256' } };
    const before = await viewOf(test, 'alpha', 'gw1');
    const text = readFileSync(mconfigPath(test, 'alpha', 'gw1'), 'utf8');
    await must('PUT', `${GATEWAY}/name`, 'Another name');
    await must('PUT', `${GATEWAY}/device`, { ...device, key: { ...device.key, key: (await agents['alpha/gw1'].identity()).publicKey } });
    // The network has taken the two commits when it has taken this one, which the other gateway hears of.
    const applied = next(agents['alpha/gw2'], 'config-applied');
    await must('PUT', `${NETWORK}/gateways/gw2/magmad`, { ...magmad, checkin_interval: 33 });
    await applied;
    const after = await viewOf(test, 'alpha', 'gw1');
    expect({ since: after.connected_since, streams: after.streams }).toEqual({ since: before.connected_since, streams: before.streams });
    expect(readFileSync(mconfigPath(test, 'alpha', 'gw1'), 'utf8')).toBe(text);
  });

  it('followed by others in a burst arrives as the newest', async () => {
    const versions: bigint[] = [];
    const note = ({ version }: { version: bigint }) => void versions.push(version);
    agents['alpha/gw1'].on('config-applied', note);
    for (let checkin = 101; checkin <= 110; checkin += 1) await must('PUT', `${GATEWAY}/magmad`, { ...magmad, checkin_interval: checkin });
    await eventually(
      async () => configOf(file(), 'magmad')['checkinInterval'],
      (seconds) => seconds === 110,
    );
    const view = await seenAs(test, 'alpha', 'gw1', 'in_sync');
    agents['alpha/gw1'].off('config-applied', note);
    expect(Number(versions.at(-1))).toBe(configsOf(view).acked_version);
    expect(versions).toEqual(versions.toSorted((left, right) => Number(left - right)));
    // Two writers at once: one of them is the newest, and the gateway has that one.
    await Promise.all([120, 121].map((seconds) => must('PUT', `${GATEWAY}/magmad`, { ...magmad, checkin_interval: seconds })));
    const { body } = await must('GET', `${GATEWAY}/magmad`);
    const { checkin_interval: kept } = body as { checkin_interval: number };
    await eventually(
      async () => configOf(file(), 'magmad')['checkinInterval'],
      (seconds) => seconds === kept,
    );
    await must('PUT', `${GATEWAY}/magmad`, magmad);
  });
});

describe('what a gateway reports', () => {
  it('is served with the real values of its machine', async () => {
    await seenAs(test, 'alpha', 'gw1', 'in_sync');
    // A report tells which configuration was in force: this one comes after the first configuration.
    await agents['alpha/gw1'].stop();
    const again = test.agent('alpha-gw1');
    agents['alpha/gw1'] = again;
    const before = Date.now();
    const reported = next(again, 'checked-in');
    await again.start();
    expect(await reported).toMatchObject({ ok: true });
    const { hardwareId } = await again.identity();
    const status = await eventually(
      async () => (await must('GET', `${GATEWAY}/status`)).body as Record<string, unknown>,
      (body) => Number(body['checkin_time']) >= before,
    );
    expect(status).toMatchObject({
      hardware_id: hardwareId,
      cert_expiration_time: certificate.notAfter / 1000,
      machine_info: { cpu_info: { core_count: expect.any(Number) } },
      platform_info: {
        kernel_version: os.release(),
        packages: [{ name: 'magma' }],
        config_info: { mconfig_created_at: file().metadata.created_at },
      },
      system_status: { mem_total: os.totalmem() },
      meta: { node_version: process.version },
    });
    expect(status['checkin_time']).toBeLessThanOrEqual(Date.now());
    const { network_info: net } = status['machine_info'] as { network_info: { network_interfaces: { network_interface_id: string }[] } };
    const interfaces = net.network_interfaces.map((one) => one.network_interface_id);
    expect(interfaces).toEqual(expect.arrayContaining(Object.keys(os.networkInterfaces())));
    const system = status['system_status'] as Record<string, number>;
    expect(Math.abs((system['uptime_secs'] ?? 0) - os.uptime())).toBeLessThan(60);
    expect(Math.abs((system['time'] ?? 0) - Date.now() / 1000)).toBeLessThan(60);

    const one = (await must('GET', GATEWAY)).body;
    expect(one).toMatchObject({ checked_in_recently: true, status: { hardware_id: hardwareId } });
  });

  it('stands in the lists, and its absence too', async () => {
    await must(
      'POST',
      `${NETWORK}/gateways`,
      lteGateway('silent', {
        hardwareId: 'never-there',
        publicKey: (await agents['alpha/gw1'].identity()).publicKey,
        keyType: 'SOFTWARE_ECDSA_SHA256',
      }),
    );
    const listed = (await must('GET', `${NETWORK}/gateways`)).body as Record<string, Record<string, unknown>>;
    expect(Object.keys(listed).toSorted()).toEqual(['gw1', 'gw2', 'silent']);
    for (const id of ['gw1', 'gw2']) {
      const agent = agents[`alpha/${id}` as 'alpha/gw1'];
      expect(listed[id]).toMatchObject({ id, checked_in_recently: true, status: { hardware_id: (await agent.identity()).hardwareId } });
    }
    expect(listed['silent']).toMatchObject({ checked_in_recently: false });
    expect(listed['silent']).not.toHaveProperty('status');
    expect((await test.rest.call('GET', `${NETWORK}/gateways/silent/status`)).status).toBe(404);
    const generic = (await must('GET', '/magma/v1/networks/alpha/gateways')).body as {
      gateways: Record<string, { status?: unknown }>;
      total_count: number;
    };
    expect(generic.total_count).toBe(3);
    expect(
      Object.entries(generic.gateways)
        .filter(([, { status }]) => status)
        .map(([id]) => id),
    ).toEqual(['gw1', 'gw2']);
  });

  it('as metrics is stored by the agent until the cloud has acknowledged it', async () => {
    const folder = join(test.folder, 'agents', 'alpha-gw2', 'metrics');
    const waiting = () => (existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.pb')).length : 0);
    await agents['alpha/gw2'].stop();
    const nowhere = test.agent('alpha-gw2', { metrics: true, metricsIntervalMs: 50, controller: 'wss://127.0.0.1:1' });
    await nowhere.start();
    await eventually(
      async () => waiting(),
      (files) => files >= 3,
    );
    await nowhere.stop();
    const kept = waiting();
    expect(kept).toBeGreaterThanOrEqual(3);
    const before = await metricsStored();
    agents['alpha/gw2'] = test.agent('alpha-gw2', { metrics: true, metricsIntervalMs: 3600_000 });
    await agents['alpha/gw2'].start();
    await eventually(
      async () => waiting(),
      (files) => files === 0,
    );
    expect((await metricsStored()) - before).toBe(kept);
  });
});

describe('a gateway without hardware', () => {
  it('is joined by whoever brings its registration token', async () => {
    const { device: _, ...body } = lteGateway('gw3', { hardwareId: '', publicKey: '', keyType: 'SOFTWARE_ECDSA_SHA256' });
    await must('POST', `${NETWORK}/gateways`, body);
    const made = (await must('GET', `${NETWORK}/gateways/gw3`)).body as Record<string, unknown>;
    expect(made).not.toHaveProperty('device');
    const info = made['registration_info'] as { registration_token: string; root_ca: string; domain_name: string };
    expect(info).toEqual({ registration_token: expect.stringMatching(/^reg_/), root_ca: test.ca, domain_name: test.platform.domain });

    const agent = test.agent('by-token', { token: info.registration_token, ca: info.root_ca });
    const arrived = Promise.all([next(agent, 'connected'), next(agent, 'config-applied')]);
    await agent.start();
    expect((await arrived)[0]).toEqual({ networkId: 'alpha', gatewayId: 'gw3' });
    const { hardwareId, publicKey: key, keyType } = await agent.identity();
    const joined = (await must('GET', `${NETWORK}/gateways/gw3`)).body as Record<string, unknown>;
    expect(joined).toMatchObject({ device: { hardware_id: hardwareId, key: { key_type: keyType, key } } });
    expect(joined).not.toHaveProperty('registration_info');
    await seenAs(test, 'alpha', 'gw3', 'in_sync');
  });
});

describe('an operator', () => {
  it('is let in by certificate, by token and by name and token, with the same rights', async () => {
    const { rootFile: caFile, certificateFile, keyFile, name, token } = test.platform.credentials;
    const base = test.platform.addresses.api;
    const byCertificate = restClient({ base, caFile, certificateFile, keyFile });
    const nobody = restClient({ base, caFile });
    try {
      const basic = (user: string, secret: string) => ({ authorization: `Basic ${Buffer.from(`${user}:${secret}`).toString('base64')}` });
      const listed = await test.rest.must('GET', '/magma/v1/lte');
      expect(listed.body).toEqual(['alpha', 'beta']);
      expect(await byCertificate.call('GET', '/magma/v1/lte')).toMatchObject({ status: 200, body: listed.body });
      expect(await nobody.call('GET', '/magma/v1/lte', undefined, basic(name, token))).toMatchObject({ status: 200, body: listed.body });
      expect((await byCertificate.call('PUT', `${NETWORK}/description`, 'by certificate')).status).toBe(204);
      expect((await nobody.call('PUT', `${NETWORK}/description`, 'by name and token', basic(name, token))).status).toBe(204);
      expect((await test.rest.must('GET', `${NETWORK}/description`)).body).toBe('by name and token');

      const refused = { status: 401, body: { message: expect.any(String), code: 'token_unknown', request_id: expect.any(String) } };
      expect(await nobody.call('GET', '/magma/v1/lte', undefined, basic('somebody', token))).toMatchObject(refused);
      expect(await nobody.call('GET', '/magma/v1/lte', undefined, basic(name, `${token}x`))).toMatchObject(refused);
      expect(await nobody.call('GET', '/magma/v1/lte')).toMatchObject({ status: 401, body: { code: 'credentials_required' } });
    } finally {
      byCertificate.close();
      nobody.close();
    }
  });
});

/** Uploads that the gateways' objects have on disk. */
async function metricsStored(): Promise<number> {
  const objects = join(test.folder, 'state', 'do', 'orc8r-GatewayObject');
  let stored = 0;
  for (const name of readdirSync(objects)) {
    if (!name.endsWith('.sqlite') || name === 'metadata.sqlite') continue;
    const database = new DatabaseSync(join(objects, name), { readOnly: true });
    stored += Number(database.prepare('SELECT count(DISTINCT sequence) AS stored FROM metric_outbox').get()?.['stored']);
    database.close();
  }
  return stored;
}
