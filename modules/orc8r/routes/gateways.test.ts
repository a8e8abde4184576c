import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodePageToken } from '../../../core/paging.ts';
import { operatorOf, type TestApi, testApi } from '../../../test/support/context.ts';
import { routes } from './index.ts';

const magmad = { autoupgrade_enabled: true, autoupgrade_poll_interval: 300, checkin_interval: 60, checkin_timeout: 10 };
const device = (hardware: string) => ({ hardware_id: hardware, key: { key_type: 'ECHO' } });
const gateway = (id: string, hardware?: string) => ({
  id,
  name: `Gateway ${id}`,
  description: 'on the roof',
  magmad,
  tier: 'default',
  ...(hardware === undefined ? {} : { device: device(hardware) }),
});
const shown = (id: string, hardware?: string) => ({ ...gateway(id, hardware), magmad: { ...magmad, dynamic_services: null } });
const tier = (id: string) => ({ id, version: '1.0', images: [], gateways: [] });
const ecdsaKey = (namedCurve: string) =>
  generateKeyPairSync('ec', { namedCurve }).publicKey.export({ type: 'spki', format: 'der' }).toString('base64');

describe('gateways', () => {
  let api: TestApi;
  const rows = (sql: string) =>
    api.d1.sqlite
      .prepare(sql)
      .all()
      .map((row) => ({ ...row }));

  beforeEach(async () => {
    api = testApi(routes);
    for (const id of ['n1', 'n2']) {
      await api.call('POST', '/networks', { body: { id, name: id, description: 'd', dns: { enable_caching: false, local_ttl: 0 } } });
      for (const name of ['default', 'canary']) await api.call('POST', `/networks/${id}/tiers`, { body: tier(name) });
    }
  });
  afterEach(() => api.d1.close());

  const create = (id: string, hardware?: string, network = 'n1') =>
    api.call('POST', `/networks/${network}/gateways`, { body: gateway(id, hardware) });

  it('creates and reads back, in two trips and one', async () => {
    expect(await create('gw1', 'hw1')).toEqual({ status: 201, body: undefined, etag: undefined, trips: 2 });
    expect(await api.call('GET', '/networks/n1/gateways/gw1')).toMatchObject({ status: 200, body: shown('gw1', 'hw1'), trips: 1 });
    expect(api.committed.at(-1)?.changes).toEqual([
      { type: 'magmad_gateway', key: 'gw1' },
      { type: 'upgrade_tier', key: 'default' },
    ]);
  });

  it('gives a gateway without hardware a registration token', async () => {
    await create('gw1');
    const { body } = await api.call('GET', '/networks/n1/gateways/gw1');
    expect(body).toEqual({
      ...shown('gw1'),
      registration_info: {
        registration_token: expect.stringMatching(/^reg_\d{30}$/),
        root_ca: expect.stringContaining('BEGIN'),
        domain_name: 'orc8r.test',
      },
    });
    expect((await api.refusal('GET', '/networks/n1/gateways/gw1/device')).code).toBe('not_found');
    await create('gw2', 'hw2');
    expect((await api.call('GET', '/networks/n1/gateways')).body).toMatchObject({ gateways: { gw1: body, gw2: shown('gw2', 'hw2') } });
  });

  it('gives no token to who may only read', async () => {
    await create('gw1');
    const without = shown('gw1');
    const read = async (path: string, action: 'READ' | 'WRITE') => (await api.call('GET', path, { as: operatorOf(action, 'n1') })).body;
    expect(await read('/networks/n1/gateways/gw1', 'READ')).toEqual(without);
    expect(await read('/networks/n1/gateways', 'READ')).toMatchObject({ gateways: { gw1: without } });
    expect(JSON.stringify(await read('/networks/n1/gateways', 'READ'))).not.toContain('reg_');
    expect(await read('/networks/n1/gateways/gw1', 'WRITE')).toHaveProperty('registration_info.registration_token');
  });

  it('takes over the record of hardware that serves no gateway', async () => {
    const insert = api.d1.sqlite.prepare("INSERT INTO devices (hardware_id, network_id, type, info) VALUES ('hw1', 'n2', ?, ?)");
    insert.run('access_gateway_record', JSON.stringify({ hardware_id: 'hw1', key: { key_type: 'SOFTWARE_ECDSA_SHA256' } }));
    expect((await create('gw1', 'hw1')).status).toBe(201);
    expect((await api.call('GET', '/networks/n1/gateways/gw1/device')).body).toEqual(device('hw1'));
    expect(rows('SELECT hardware_id, network_id FROM devices')).toEqual([{ hardware_id: 'hw1', network_id: 'n1' }]);
  });

  it('shows status with what the cloud knows better, and leaves out what does not fit', async () => {
    await create('gw1', 'hw1');
    expect((await api.refusal('GET', '/networks/n1/gateways/gw1/status')).code).toBe('not_found');
    const state = {
      checkin_time: 5,
      hardware_id: 'liar',
      version: '',
      kernel_version: '6.1',
      meta: { a: 1 },
      cert_expiration_time: 9,
      odd: true,
      system_status: { cpu_idle: 0, mem_free: 12 },
    };
    api.fleet.report('n1', 'gw1', { hardwareId: 'hw1', state, receivedAt: 1234, certificateExpiresAt: 7_500 });
    const status = {
      checkin_time: 1234,
      hardware_id: 'hw1',
      system_status: { mem_free: 12 },
      cert_expiration_time: 7,
      kernel_version: '6.1',
    };
    expect(await api.call('GET', '/networks/n1/gateways/gw1/status')).toMatchObject({ body: status, trips: 1 });
    expect((await api.call('GET', '/networks/n1/gateways/gw1')).body).toMatchObject({ status });
    expect((await api.refusal('GET', '/networks/n1/gateways/nope/status')).code).toBe('not_found');
    // What the gateway itself says of its certificate counts for nothing.
    api.fleet.report('n1', 'gw1', { hardwareId: 'hw1', state, receivedAt: 1234 });
    expect((await api.call('GET', '/networks/n1/gateways/gw1/status')).body).toEqual({ ...status, cert_expiration_time: undefined });
    api.fleet.report('n1', 'gw1', { hardwareId: 'hw1', state: 'nonsense', receivedAt: 1 });
    expect((await api.call('GET', '/networks/n1/gateways/gw1/status')).body).toEqual({ checkin_time: 1, hardware_id: 'hw1' });
  });

  it('pages its list, with a token for each full page', async () => {
    for (const id of ['gw3', 'gw1', 'gw2']) await create(id, `hw-${id}`);
    await create('gw9', 'hw-other', 'n2');
    api.fleet.report('n1', 'gw2', { hardwareId: 'hw-gw2', receivedAt: 9 });
    const page = async (query: Record<string, string>) => {
      const { body, trips } = await api.call('GET', '/networks/n1/gateways', { query });
      expect(trips).toBe(1);
      const { gateways, ...rest } = body as { gateways: Record<string, unknown>; page_token: string; total_count: number };
      return { ids: Object.keys(gateways), ...rest, gateways };
    };
    const first = await page({ page_size: '2' });
    expect(first).toMatchObject({ ids: ['gw1', 'gw2'], page_token: encodePageToken('gw2'), total_count: 3 });
    expect(first.gateways['gw2']).toMatchObject({ status: { checkin_time: 9 } });
    expect(await page({ page_size: '2', page_token: first.page_token })).toMatchObject({ ids: ['gw3'], page_token: '', total_count: 3 });
    expect(await page({ page_size: '3' })).toMatchObject({ page_token: encodePageToken('gw3') });
    expect(await page({ page_size: '3', page_token: encodePageToken('gw3') })).toMatchObject({ ids: [], page_token: '' });
    expect(await page({})).toMatchObject({ ids: ['gw1', 'gw2', 'gw3'], page_token: '' });
    expect((await api.refusal('GET', '/networks/n1/gateways', { query: { page_token: '!' } })).code).toBe('invalid');
    expect((await api.refusal('GET', '/networks/nope/gateways')).code).toBe('not_found');
  });

  it('refuses what cannot be created and leaves nothing behind', async () => {
    await create('gw1', 'hw1');
    await create('gw1', 'hw2', 'n2');
    const before = rows('SELECT COUNT(*) AS n FROM devices');
    const refuse = (body: unknown, network = 'n1') => api.refusal('POST', `/networks/${network}/gateways`, { body });
    expect((await refuse(gateway('gw1', 'hw3'))).code).toBe('conflict');
    expect(await refuse(gateway('gw2', 'hw1'))).toMatchObject({
      code: 'conflict',
      message: 'hardware id "hw1" is already in use by gateway "gw1"',
    });
    expect(await refuse(gateway('gw2', 'hw2'))).toMatchObject({ code: 'conflict', message: 'hardware id "hw2" is already in use' });
    expect(await refuse({ ...gateway('gw2', 'hw3'), tier: 'nope' })).toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('body.tier: tier "nope"'),
    });
    expect((await refuse(gateway('gw2', 'hw3'), 'nope')).code).toBe('not_found');
    const faults = (await refuse({ id: 'Gw', name: '', magmad: { ...magmad, checkin_interval: 14 }, device: { key: {} }, tier: 'A' }))
      .faults;
    expect(faults.map((fault) => fault.path).sort()).toEqual(
      [
        'body.description',
        'body.device.hardware_id',
        'body.device.key.key_type',
        'body.id',
        'body.magmad.checkin_interval',
        'body.name',
        'body.tier',
      ].sort(),
    );
    expect(rows('SELECT COUNT(*) AS n FROM devices')).toEqual(before);
  });

  it('lets one of several win who claim a gateway, or its hardware, at the same moment', async () => {
    const outcomes = async (claims: Promise<unknown>[]) =>
      (await Promise.allSettled(claims)).map((each) => (each.status === 'fulfilled' ? 'created' : each.reason.code)).sort();
    expect(await outcomes([create('gw1', 'hw1'), create('gw1', 'hw2'), create('gw1')])).toEqual(['conflict', 'conflict', 'created']);
    expect(await outcomes([create('gw2', 'hw9'), create('gw3', 'hw9'), create('gw1', 'hw9', 'n2')])).toEqual([
      'conflict',
      'conflict',
      'created',
    ]);
    expect(rows('SELECT COUNT(*) AS n FROM entities WHERE physical_id IS NOT NULL')).toEqual(rows('SELECT COUNT(*) AS n FROM devices'));
  });

  it('checks challenge keys', async () => {
    const rsa = (bits: number) =>
      generateKeyPairSync('rsa', { modulusLength: bits }).publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
    const attempt = (key: unknown) => ({ body: { ...gateway('gw1', 'hw1'), device: { hardware_id: 'hw1', key } } });
    const bad: [unknown, string][] = [
      [{ key_type: 'ECHO', key: ecdsaKey('P-256') }, 'absent'],
      [{ key_type: 'SOFTWARE_ECDSA_SHA256' }, 'required'],
      [{ key_type: 'SOFTWARE_ECDSA_SHA256', key: '%%%' }, 'base64'],
      [{ key_type: 'SOFTWARE_ECDSA_SHA256', key: 'AAAA' }, 'P-256 or P-384'],
      [{ key_type: 'SOFTWARE_ECDSA_SHA256', key: ecdsaKey('P-521') }, 'P-256 or P-384'],
      [{ key_type: 'SOFTWARE_ECDSA_SHA256', key: rsa(2048) }, 'P-256 or P-384'],
      [{ key_type: 'SOFTWARE_RSA_SHA256', key: ecdsaKey('P-256') }, 'RSA'],
      [{ key_type: 'SOFTWARE_RSA_SHA256', key: rsa(1024) }, '2048'],
      [{ key_type: 'TPM' }, 'key_type'],
    ];
    for (const [key, text] of bad) {
      const refused = await api.refusal('POST', '/networks/n1/gateways', attempt(key));
      expect(refused).toMatchObject({ code: 'invalid', message: expect.stringContaining(text) });
      expect(refused.message).toMatch(/^body\.device\.key\./);
    }
    for (const key of [ecdsaKey('P-256'), ecdsaKey('P-384')]) {
      await api.call('POST', '/networks/n1/gateways', attempt({ key_type: 'SOFTWARE_ECDSA_SHA256', key }));
      expect((await api.call('GET', '/networks/n1/gateways/gw1/device')).body).toEqual({
        hardware_id: 'hw1',
        key: { key_type: 'SOFTWARE_ECDSA_SHA256', key },
      });
      await api.call('DELETE', '/networks/n1/gateways/gw1');
    }
    expect((await api.call('POST', '/networks/n1/gateways', attempt({ key_type: 'SOFTWARE_RSA_SHA256', key: rsa(2048) }))).status).toBe(
      201,
    );
  });

  it('replaces a gateway: tier, hardware and all', async () => {
    await create('gw1', 'hw1');
    api.d1.sqlite.exec("INSERT INTO certificates VALUES ('A1', 'f', 'gateway', 'hw1', 0, 1, 0, NULL, NULL, NULL)");
    const body = { ...gateway('gw1', 'hw9'), name: 'New', tier: 'canary' };
    expect(await api.call('PUT', '/networks/n1/gateways/gw1', { body })).toMatchObject({ status: 204, trips: 2 });
    expect((await api.call('GET', '/networks/n1/gateways/gw1')).body).toEqual({ ...shown('gw1', 'hw9'), name: 'New', tier: 'canary' });
    expect(rows('SELECT hardware_id FROM devices')).toEqual([{ hardware_id: 'hw9' }]);
    expect(rows('SELECT revoked_at, revoke_reason FROM certificates')).toEqual([
      { revoked_at: api.now, revoke_reason: 'the gateway was given other hardware' },
    ]);
    expect((await api.call('GET', '/networks/n1/tiers/default/gateways')).body).toEqual([]);
    expect(api.committed.at(-1)?.changes).toContainEqual({ type: 'upgrade_tier', key: 'default' });
    await api.call('PUT', '/networks/n1/gateways/gw1', { body: gateway('gw1') });
    expect((await api.call('GET', '/networks/n1/gateways/gw1')).body).toEqual(shown('gw1', 'hw9'));
  });

  it('refuses what cannot be replaced', async () => {
    await create('gw1', 'hw1');
    await create('gw2', 'hw2');
    const refuse = (id: string, body: unknown) => api.refusal('PUT', `/networks/n1/gateways/${id}`, { body });
    expect((await refuse('gw1', gateway('gw2', 'hw1'))).code).toBe('invalid');
    expect((await refuse('nope', gateway('nope', 'hw7'))).code).toBe('not_found');
    expect((await refuse('gw1', gateway('gw1', 'hw2'))).code).toBe('conflict');
    expect((await refuse('gw1', { ...gateway('gw1', 'hw1'), tier: 'nope' })).code).toBe('invalid');
  });

  it('deletes everything of a gateway, what a kind put below it too', async () => {
    await create('gw1', 'hw1');
    api.d1.sqlite.exec("INSERT INTO certificates VALUES ('A1', 'f', 'gateway', 'hw1', 0, 1, 0, NULL, NULL, NULL)");
    const insert = api.d1.sqlite.prepare(
      "INSERT INTO entities (network_id, type, key, name, description, version) VALUES ('n1', ?, ?, '', '', 1)",
    );
    for (const [type, key] of [
      ['cellular_gateway', 'gw1'],
      ['apn_resource', 'res1'],
      ['cellular_enodeb', 'enb1'],
    ] as const)
      insert.run(type, key);
    const edge = api.d1.sqlite.prepare("INSERT INTO associations VALUES ('n1', ?, 'gw1', ?, ?)");
    edge.run('magmad_gateway', 'cellular_gateway', 'gw1');
    edge.run('cellular_gateway', 'apn_resource', 'res1');
    edge.run('cellular_gateway', 'cellular_enodeb', 'enb1');
    expect(await api.call('DELETE', '/networks/n1/gateways/gw1')).toMatchObject({ status: 204, trips: 2 });
    expect(rows("SELECT type, key FROM entities WHERE network_id = 'n1' AND type <> 'upgrade_tier'")).toEqual([
      { type: 'cellular_enodeb', key: 'enb1' },
    ]);
    expect(rows('SELECT * FROM associations')).toEqual([]);
    expect(rows('SELECT * FROM devices')).toEqual([]);
    expect(rows('SELECT revoke_reason FROM certificates')).toEqual([{ revoke_reason: 'the gateway was deleted' }]);
    expect((await api.refusal('DELETE', '/networks/n1/gateways/gw1')).code).toBe('not_found');
    expect((await create('gw1', 'hw1')).status).toBe(201);
  });

  it('holds writers to If-Match, and a change of tier or device changes the tag', async () => {
    await create('gw1', 'hw1');
    const tag = async () => String((await api.call('GET', '/networks/n1/gateways/gw1')).etag);
    const first = await tag();
    const put = (ifMatch: string) => ({ body: gateway('gw1', 'hw1'), ifMatch });
    expect((await api.call('PUT', '/networks/n1/gateways/gw1', put(first))).status).toBe(204);
    expect((await api.refusal('PUT', '/networks/n1/gateways/gw1', put(first))).code).toBe('precondition_failed');
    expect((await api.refusal('DELETE', '/networks/n1/gateways/gw1', { ifMatch: first })).code).toBe('precondition_failed');
    const second = await tag();
    await api.call('DELETE', '/networks/n1/tiers/default');
    const third = await tag();
    expect(third).not.toBe(second);
    await api.call('PUT', '/networks/n1/gateways/gw1/device', {
      body: { hardware_id: 'hw1', key: { key_type: 'SOFTWARE_ECDSA_SHA256', key: ecdsaKey('P-256') } },
    });
    expect(await tag()).not.toBe(third);
  });

  it('serves its parts', async () => {
    await create('gw1', 'hw1');
    const path = (part: string, id = 'gw1') => `/networks/n1/gateways/${id}/${part}`;
    const logging = { log_level: 'DEBUG', event_verbosity: 0, aggregation: { throttle_rate: 0, throttle_interval: '1m' } };
    const parts: [string, unknown][] = [
      ['name', 'Other'],
      ['description', 'elsewhere'],
      ['magmad', { ...magmad, dynamic_services: [], logging, feature_flags: { a: false }, vpn: { enable_shell: false } }],
      ['device', device('hw8')],
      ['tier', 'canary'],
    ];
    for (const [part, body] of parts) {
      expect(await api.call('PUT', path(part), { body }), part).toMatchObject({ status: 204, trips: 2 });
      expect(await api.call('GET', path(part)), part).toMatchObject({ status: 200, body, trips: 1 });
      expect((await api.refusal('PUT', path(part, 'nope'), { body })).code, part).toBe('not_found');
      expect((await api.refusal('GET', path(part, 'nope'))).code, part).toBe('not_found');
    }
    expect((await api.call('GET', '/networks/n1/gateways/gw1')).body).toMatchObject({
      name: 'Other',
      tier: 'canary',
      device: device('hw8'),
    });
    expect(await api.call('PUT', path('tier'), { body: 'canary' })).toMatchObject({ status: 204, trips: 1 });
    expect(await api.refusal('PUT', path('tier'), { body: 'nope' })).toMatchObject({
      code: 'invalid',
      message: expect.stringMatching(/^body: tier "nope"/),
    });
    await create('gw2', 'hw2', 'n2');
    expect((await api.refusal('PUT', path('device'), { body: device('hw2') })).message).toBe('hardware id "hw2" is already in use');
    await api.call('DELETE', '/networks/n1/tiers/canary');
    expect((await api.call('GET', path('tier'))).body).toBe('');
    expect((await api.call('GET', '/networks/n1/gateways/gw1')).body).toMatchObject({ tier: '' });
  });
});
