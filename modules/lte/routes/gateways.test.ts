import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodePageToken } from '../../../core/paging.ts';
import { cellular, lteApi, lteGatewayBody, lteNetworkBody, magmad } from '../../../test/support/lte.ts';
import { operatorOf, type TestApi } from '../../../test/support/context.ts';

const path = '/lte/n1/gateways';
const resource = (id: string, apn: string, more: object = {}) => ({ id, apn_name: apn, vlan_id: 4, ...more });

/** What a reader sees of a body that was written. */
const shown = (body: object) => ({ ...body, magmad: { ...magmad, dynamic_services: null }, checked_in_recently: false });

describe('LTE gateways', () => {
  let api: TestApi;
  const rows = (sql: string) =>
    api.d1.sqlite
      .prepare(sql)
      .all()
      .map((row) => Object.values(row).join(' '));
  const create = (body: { readonly id: string }) => api.call('POST', path, { body });
  const body = async (at: string) => (await api.call('GET', at)).body;

  const full = {
    ...lteGatewayBody('gw1'),
    connected_enodeb_serials: ['e1', 'e2'],
    apn_resources: { internet: resource('r1', 'internet'), ims: resource('r2', 'ims', { gateway_ip: '10.0.0.1' }) },
  };

  beforeEach(async () => {
    api = await lteApi();
  });
  afterEach(() => api.d1.close());

  it('creates in two trips, reads back the same in one', async () => {
    expect(await create(full)).toEqual({ status: 201, body: undefined, etag: undefined, trips: 2 });
    expect(await api.call('GET', `${path}/gw1`)).toMatchObject({ status: 200, body: shown(full), trips: 1 });
    expect(rows('SELECT to_type, to_key FROM associations ORDER BY from_type, from_key, to_type, to_key')).toEqual([
      'apn internet',
      'apn ims',
      'apn_resource r1',
      'apn_resource r2',
      'cellular_enodeb e1',
      'cellular_enodeb e2',
      'cellular_gateway gw1',
      'magmad_gateway gw1',
    ]);
  });

  it('omits what was never set, and shows a registration token in place of missing hardware', async () => {
    const { device: _, ...open } = lteGatewayBody('gw2');
    await create(open);
    const registration_info = {
      registration_token: expect.stringMatching(/^reg_/),
      root_ca: expect.any(String),
      domain_name: 'orc8r.test',
    };
    expect(await body(`${path}/gw2`)).toEqual({ ...shown(open), registration_info });
    expect(await body(path)).toEqual({ gw2: { ...shown(open), registration_info } });
    expect((await api.call('GET', `${path}/gw2`, { as: operatorOf('WRITE', 'n1') })).body).toHaveProperty('registration_info');
    const asReader = { as: operatorOf('READ', 'n1') };
    expect((await api.call('GET', `${path}/gw2`, asReader)).body).toEqual(shown(open));
    expect((await api.call('GET', path, asReader)).body).toEqual({ gw2: shown(open) });
  });

  it('shows every cellular block as it was written', async () => {
    const whole = {
      ...cellular,
      ngc: { amf_region_id: 'a' },
      non_eps_service: { non_eps_service_control: 1, arfcn_2g: [1], csfb_mcc: '001', csfb_mnc: '01', csfb_rat: 0, lac: 0 },
      dns: { enable_caching: false, local_ttl: 0, dhcp_server_enabled: false },
      he_config: {
        enable_header_enrichment: true,
        enable_encryption: false,
        he_encryption_algorithm: 'RC4',
        he_hash_function: 'MD5',
        he_encoding_type: 'BASE64',
      },
    };
    await create({ ...lteGatewayBody('gw1'), cellular: whole } as never);
    expect(await body(`${path}/gw1/cellular`)).toEqual(whole);
  });

  it('lists a map by id, whole or page by page, with status, in one trip', async () => {
    expect(await api.call('GET', path)).toMatchObject({ status: 200, body: {}, trips: 1 });
    await create(full);
    await create(lteGatewayBody('gw0'));
    await api.call('POST', '/networks/n1/gateways', { body: { id: 'bare', name: 'b', description: 'b', magmad, tier: 'default' } });
    api.fleet.report('n1', 'gw0', {
      hardwareId: 'hw-gw0',
      state: { version: '1.2' },
      receivedAt: api.now - 1000,
      certificateExpiresAt: 5000,
    });
    const status = { checkin_time: api.now - 1000, hardware_id: 'hw-gw0', version: '1.2', cert_expiration_time: 5 };
    const answer = await api.call('GET', path);
    expect(answer).toMatchObject({ status: 200, trips: 1 });
    expect(answer.body).toEqual({ gw0: { ...shown(lteGatewayBody('gw0')), checked_in_recently: true, status }, gw1: shown(full) });
    expect(Object.keys((await api.call('GET', path, { query: { page_size: '1' } })).body as object)).toEqual(['gw0']);
    expect(await api.refusal('GET', '/lte/none/gateways')).toMatchObject({ code: 'not_found' });
  });

  it('shows the status of each on every page of a network that has other gateways too, and asks of no others', async () => {
    const ids = ['a1', 'a2', 'a3', 'a4', 'a5'];
    for (const [index, id] of ids.entries()) {
      if (index % 2 === 0) await create(lteGatewayBody(id));
      else await api.call('POST', '/networks/n1/gateways', { body: { id, name: id, description: 'other', magmad, tier: 'default' } });
      api.fleet.report('n1', id, { hardwareId: `hw-${id}`, state: { version: id }, receivedAt: 1 });
    }
    const page = async (after: string) => {
      const answer = await api.call('GET', path, { query: { page_size: '2', page_token: after && encodePageToken(after) } });
      return answer.body;
    };
    const status = (id: string) => expect.objectContaining({ status: { version: id, hardware_id: `hw-${id}`, checkin_time: 1 } });
    expect(await page('')).toEqual({ a1: status('a1'), a3: status('a3') });
    expect(await page('a3')).toEqual({ a5: status('a5') });
    expect(api.fleet.statusesAsked).toEqual([['a1', 'a3'], ['a5']]);
  });

  it('calls a gateway recent for five check-in intervals', async () => {
    await create(full);
    const recent = async () => ((await body(`${path}/gw1`)) as { checked_in_recently: boolean }).checked_in_recently;
    api.fleet.report('n1', 'gw1', { hardwareId: 'hw-gw1', receivedAt: api.now });
    api.now += 5 * 15_000 - 1;
    expect(await recent()).toBe(true);
    api.now += 1;
    expect(await recent()).toBe(false);
    // Without settings of the agent an interval is a minute (REST-BEHAVIOUR 6).
    api.d1.sqlite.exec("UPDATE entities SET config = NULL WHERE type = 'magmad_gateway'");
    expect(await recent()).toBe(true);
    api.now += 5 * 60_000 - 5 * 15_000;
    expect(await recent()).toBe(false);
  });

  it('replaces: APN resources are made, changed and removed by id', async () => {
    await create(full);
    const changed = {
      ...full,
      name: 'New',
      connected_enodeb_serials: ['e2'],
      cellular: { ...cellular, ran: { pci: 1, transmit_enabled: true } },
      apn_resources: { internet: resource('r3', 'internet'), ims: resource('r2', 'ims', { vlan_id: 9 }) },
    };
    expect(await api.call('PUT', `${path}/gw1`, { body: changed })).toMatchObject({ status: 204, trips: 2 });
    expect(await body(`${path}/gw1`)).toEqual(shown(changed));
    expect(rows("SELECT key FROM entities WHERE type = 'apn_resource' ORDER BY key")).toEqual(['r2', 'r3']);
    const { apn_resources: _, ...none } = changed;
    await api.call('PUT', `${path}/gw1`, { body: none });
    expect(await body(`${path}/gw1`)).toEqual(shown(none));
    expect(rows("SELECT key FROM entities WHERE type = 'apn_resource'")).toEqual([]);
  });

  it('can swap the APNs of two resources, keeping their ids', async () => {
    await create(full);
    const swapped = { ...full, apn_resources: { internet: resource('r2', 'internet'), ims: resource('r1', 'ims') } };
    await api.call('PUT', `${path}/gw1`, { body: swapped });
    expect(await body(`${path}/gw1`)).toEqual(shown(swapped));
    expect(rows("SELECT from_key, to_key FROM associations WHERE to_type = 'apn' ORDER BY from_key")).toEqual(['r1 ims', 'r2 internet']);
  });

  it('keeps the hardware of a body without device', async () => {
    await create(full);
    const { device, ...without } = full;
    await api.call('PUT', `${path}/gw1`, { body: without });
    expect(await body(`${path}/gw1`)).toMatchObject({ device });
  });

  it('deletes everything that was the gateway, and nothing else', async () => {
    await create(full);
    expect(await api.call('DELETE', `${path}/gw1`)).toMatchObject({ status: 204, trips: 2 });
    expect(rows('SELECT type, key FROM entities ORDER BY type, key')).toEqual([
      'apn ims',
      'apn internet',
      'cellular_enodeb e1',
      'cellular_enodeb e2',
      'upgrade_tier default',
    ]);
    for (const table of ['associations', 'devices']) expect(rows(`SELECT * FROM ${table}`), table).toEqual([]);
    expect(await api.refusal('DELETE', `${path}/gw1`)).toMatchObject({ code: 'not_found' });
    expect((await create(full)).status).toBe(201);
  });

  it('names every reference that does not exist, and stores nothing', async () => {
    const broken = {
      ...lteGatewayBody('gw1'),
      connected_enodeb_serials: ['e1', 'lost', 'gone'],
      apn_resources: { nowhere: resource('r1', 'nowhere') },
      cellular: { ...cellular, pooling: [{ gateway_pool_id: 'puddle', mme_code: 1, mme_relative_capacity: 10 }] },
    };
    const faults = [
      { path: 'body.connected_enodeb_serials[1]', message: 'eNodeB "lost" does not exist' },
      { path: 'body.connected_enodeb_serials[2]', message: 'eNodeB "gone" does not exist' },
      { path: 'body.apn_resources.nowhere.apn_name', message: 'APN "nowhere" does not exist' },
      { path: 'body.cellular.pooling[0].gateway_pool_id', message: 'gateway pool "puddle" does not exist' },
    ];
    expect(await api.refusal('POST', path, { body: broken })).toMatchObject({ code: 'invalid', faults });
    expect(rows('SELECT * FROM devices')).toEqual([]);
    await create(full);
    expect(await api.refusal('PUT', `${path}/gw1`, { body: broken })).toMatchObject({ code: 'invalid', faults });
    expect(await body(`${path}/gw1`)).toEqual(shown(full));
    expect(await api.refusal('POST', path, { body: { ...lteGatewayBody('gw3'), tier: 'unknown' } })).toMatchObject({
      faults: [{ path: 'body.tier' }],
    });
    expect(await api.refusal('POST', '/lte/none/gateways', { body: lteGatewayBody('gw3') })).toMatchObject({ code: 'not_found' });
  });

  it('refuses what is taken: id, hardware, APN resource', async () => {
    await create(full);
    expect(await api.refusal('POST', path, { body: full })).toMatchObject({ code: 'conflict' });
    const { device } = full;
    expect(await api.refusal('POST', path, { body: { ...lteGatewayBody('gw2'), device } })).toMatchObject({ code: 'conflict' });
    const taken = { ...lteGatewayBody('gw2'), apn_resources: { internet: resource('r1', 'internet') } };
    expect(await api.refusal('POST', path, { body: taken })).toMatchObject({
      code: 'conflict',
      message: 'APN resource "r1" already exists',
    });
    await create(lteGatewayBody('gw2'));
    expect(await api.refusal('PUT', `${path}/gw2`, { body: taken })).toMatchObject({ code: 'conflict' });
    await api.call('POST', '/lte', { body: lteNetworkBody('n2') });
    await api.call('POST', '/networks/n2/tiers', { body: { id: 'default', version: '1', images: [], gateways: [] } });
    expect(await api.refusal('POST', '/lte/n2/gateways', { body: { ...lteGatewayBody('gw9'), device } })).toMatchObject({
      code: 'conflict',
    });
  });

  it('tells missing, another kind and a wrong id apart', async () => {
    await create(full);
    await api.call('POST', '/networks/n1/gateways', { body: { id: 'bare', name: 'b', description: 'b', magmad, tier: 'default' } });
    for (const id of ['none', 'bare']) {
      expect(await api.refusal('GET', `${path}/${id}`)).toMatchObject({ code: 'not_found' });
      expect(await api.refusal('PUT', `${path}/${id}`, { body: lteGatewayBody(id) })).toMatchObject({ code: 'not_found' });
      expect(await api.refusal('DELETE', `${path}/${id}`)).toMatchObject({ code: 'not_found' });
    }
    expect(await api.refusal('PUT', `${path}/gw1`, { body: lteGatewayBody('gw2') })).toMatchObject({
      code: 'invalid',
      faults: [{ path: 'body.id' }],
    });
  });

  it('honours If-Match, and a change of an eNodeB is none of the gateway', async () => {
    await create(full);
    const tag = async () => String((await api.call('GET', `${path}/gw1`)).etag);
    const first = await tag();
    await api.call('PUT', '/lte/n1/enodebs/e1', {
      body: { serial: 'e1', name: 'New', config: { device_class: 'FreedomFi One', transmit_enabled: true, cell_id: 1 } },
    });
    expect(await tag()).toBe(first);
    expect((await api.call('PUT', `${path}/gw1`, { body: { ...full, name: 'New' }, ifMatch: first })).status).toBe(204);
    expect(await tag()).not.toBe(first);
    expect(await api.refusal('PUT', `${path}/gw1`, { body: full, ifMatch: first })).toMatchObject({ code: 'precondition_failed' });
    expect(await api.refusal('DELETE', `${path}/gw1`, { ifMatch: first })).toMatchObject({ code: 'precondition_failed' });
    expect((await api.call('DELETE', `${path}/gw1`, { ifMatch: await tag() })).status).toBe(204);
  });

  it('tells the network what changed', async () => {
    await create(full);
    const keys = api.committed.at(-1)?.changes.map((id) => `${id.type}/${id.key}`);
    expect(keys).toEqual(expect.arrayContaining(['magmad_gateway/gw1', 'cellular_gateway/gw1', 'apn_resource/r1', 'cellular_enodeb/e1']));
  });
});
