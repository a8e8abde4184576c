import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { operatorOf, type TestApi } from '../../../test/support/context.ts';
import { cwfApi, cwfGatewayBody, cwfGatewayConfig, cwfNetworkBody, haPairBody } from '../../../test/support/cwf.ts';
import { magmad } from '../../../test/support/lte.ts';

const path = '/cwf/n1/gateways';

/** What a reader sees of a body that was written. */
const shown = (body: object) => ({ ...body, magmad: { ...magmad, dynamic_services: null } });

describe('carrier Wi-Fi gateways', () => {
  let api: TestApi;
  const create = (body: { readonly id: string }) => api.call('POST', path, { body });
  const body = async (at: string) => (await api.call('GET', at)).body;
  const refused = (method: string, at: string, sent?: unknown) => api.refusal(method, at, sent === undefined ? {} : { body: sent });
  const keys = () =>
    api.d1.sqlite
      .prepare('SELECT type, key FROM entities ORDER BY type, key')
      .all()
      .map((row) => Object.values(row).join(' '));

  beforeEach(async () => {
    api = await cwfApi();
  });
  afterEach(() => api.d1.close());

  it('are made in two trips, and read back the same in one', async () => {
    expect(await create(cwfGatewayBody('gw1'))).toEqual({ status: 201, body: undefined, etag: undefined, trips: 2 });
    expect(await api.call('GET', `${path}/gw1`)).toEqual({
      status: 200,
      body: shown(cwfGatewayBody('gw1')),
      etag: expect.any(String),
      trips: 1,
    });
    expect(keys()).toEqual(['carrier_wifi_gateway gw1', 'magmad_gateway gw1', 'upgrade_tier default']);
  });

  it('show a registration token in place of missing hardware', async () => {
    const { device: _, ...open } = cwfGatewayBody('gw1');
    await create({ ...open, carrier_wifi: { allowed_gre_peers: [] } } as never);
    const registration_info = {
      registration_token: expect.stringMatching(/^reg_/),
      root_ca: expect.any(String),
      domain_name: 'orc8r.test',
    };
    expect(await body(`${path}/gw1`)).toEqual({ ...shown(open), carrier_wifi: { allowed_gre_peers: [] }, registration_info });
    expect((await api.call('GET', `${path}/gw1`, { as: operatorOf('WRITE', 'n1') })).body).toHaveProperty('registration_info');
    const asReader = { as: operatorOf('READ', 'n1') };
    expect((await api.call('GET', `${path}/gw1`, asReader)).body).toEqual({ ...shown(open), carrier_wifi: { allowed_gre_peers: [] } });
    expect((await api.call('GET', path, asReader)).body).toEqual({ gw1: { ...shown(open), carrier_wifi: { allowed_gre_peers: [] } } });
  });

  it('are listed as a map by id, whole or page by page, with status, in one trip', async () => {
    expect(await api.call('GET', path)).toMatchObject({ status: 200, body: {}, trips: 1 });
    await create(cwfGatewayBody('gw1'));
    await create(cwfGatewayBody('gw0'));
    await api.call('POST', '/networks/n1/gateways', { body: { id: 'bare', name: 'b', description: 'b', magmad, tier: 'default' } });
    api.fleet.report('n1', 'gw0', { hardwareId: 'hw-gw0', state: { version: '1.2' }, receivedAt: api.now });
    const status = { checkin_time: api.now, hardware_id: 'hw-gw0', version: '1.2' };
    expect(await api.call('GET', path)).toMatchObject({ status: 200, trips: 1 });
    expect(await body(path)).toEqual({ gw0: { ...shown(cwfGatewayBody('gw0')), status }, gw1: shown(cwfGatewayBody('gw1')) });
    expect(Object.keys((await api.call('GET', path, { query: { page_size: '1' } })).body as object)).toEqual(['gw0']);
    expect(await body(`${path}/gw0/status`)).toEqual(status);
    expect(await refused('GET', '/cwf/none/gateways')).toMatchObject({ code: 'not_found' });
  });

  it('are replaced whole', async () => {
    await create(cwfGatewayBody('gw1'));
    const changed = { ...cwfGatewayBody('gw1'), name: 'New', carrier_wifi: { allowed_gre_peers: [{ ip: '10.0.0.9', key: 0 }] } };
    expect(await api.call('PUT', `${path}/gw1`, { body: changed })).toMatchObject({ status: 204, body: undefined, trips: 2 });
    expect(await body(`${path}/gw1`)).toEqual(shown(changed));
    const { device, ...without } = changed;
    await api.call('PUT', `${path}/gw1`, { body: without });
    expect(await body(`${path}/gw1`)).toMatchObject({ device });
  });

  it('are deleted with their hardware; their id and hardware can be used again', async () => {
    await create(cwfGatewayBody('gw1'));
    expect(await api.call('DELETE', `${path}/gw1`)).toMatchObject({ status: 204, trips: 2 });
    expect(keys()).toEqual(['upgrade_tier default']);
    expect(api.d1.sqlite.prepare('SELECT * FROM devices').all()).toEqual([]);
    expect(await refused('DELETE', `${path}/gw1`)).toMatchObject({ code: 'not_found' });
    expect((await create(cwfGatewayBody('gw1'))).status).toBe(201);
  });

  it('have their carrier Wi-Fi settings as a part of their own', async () => {
    await create(cwfGatewayBody('gw1'));
    const at = `${path}/gw1/carrier_wifi`;
    expect(await api.call('GET', at)).toMatchObject({ status: 200, body: cwfGatewayConfig, trips: 1 });
    const changed = { allowed_gre_peers: [], gateway_health_configs: {} };
    expect(await api.call('PUT', at, { body: changed })).toMatchObject({ status: 204, body: undefined, trips: 2 });
    expect(await body(at)).toEqual(changed);
    expect(await refused('GET', `${path}/none/carrier_wifi`)).toMatchObject({ code: 'not_found' });
    expect(await refused('PUT', `${path}/none/carrier_wifi`, changed)).toMatchObject({ code: 'not_found' });
  });

  it.each([
    ['name', 'New'],
    ['description', 'New'],
    ['magmad', { ...magmad, checkin_interval: 30, dynamic_services: ['a'] }],
    ['device', { hardware_id: 'hw-new', key: { key_type: 'ECHO' } }],
    ['tier', 'other'],
  ])('have a %s as every gateway has', async (part, value) => {
    await create(cwfGatewayBody('gw1'));
    await api.call('POST', '/networks/n1/tiers', { body: { id: 'other', version: '2.0', images: [], gateways: [] } });
    expect(await api.call('PUT', `${path}/gw1/${part}`, { body: value })).toMatchObject({ status: 204, trips: 2 });
    expect(await api.call('GET', `${path}/gw1/${part}`)).toMatchObject({ status: 200, body: value, trips: 1 });
  });

  it('name every fault of their settings at once', async () => {
    const carrier_wifi = {
      allowed_gre_peers: [{ ip: '' }, { ip: 'example.org' }, { ip: '10.0.0.1', key: -1 }, { key: 1 }],
      ipdr_export_dst: { ip: '10.0.0', port: 0 },
      gateway_health_configs: { cpu_util_threshold_pct: 1e300, icmp_probe_pkt_count: 1.5 },
    };
    const { code, faults } = await refused('POST', path, { ...cwfGatewayBody('gw1'), carrier_wifi });
    expect(code).toBe('invalid');
    expect(new Set(faults.map((fault) => fault.path.replace('body.carrier_wifi.', '')))).toEqual(
      new Set([
        'allowed_gre_peers[0].ip',
        'allowed_gre_peers[1].ip',
        'allowed_gre_peers[2].key',
        'allowed_gre_peers[3].ip',
        'ipdr_export_dst.ip',
        'ipdr_export_dst.port',
        'gateway_health_configs.cpu_util_threshold_pct',
        'gateway_health_configs.icmp_probe_pkt_count',
      ]),
    );
    const { carrier_wifi: _, ...without } = cwfGatewayBody('gw1');
    expect(await refused('POST', path, without)).toMatchObject({ faults: [{ path: 'body.carrier_wifi', message: 'is required' }] });
    expect(await refused('POST', path, { ...without, carrier_wifi: {} })).toMatchObject({
      faults: [{ path: 'body.carrier_wifi.allowed_gre_peers' }],
    });
  });

  it('take a peer once for each key; no key is key 0', async () => {
    const peers = (...allowed_gre_peers: object[]) => ({ ...cwfGatewayBody('gw1'), carrier_wifi: { allowed_gre_peers } });
    const ip = '10.0.0.1';
    expect(await refused('POST', path, peers({ ip, key: 1 }, { ip, key: 2 }, { ip, key: 1 }))).toMatchObject({
      faults: [{ path: 'body.carrier_wifi.allowed_gre_peers[2]' }],
    });
    expect(await refused('POST', path, peers({ ip }, { ip, key: 0 }))).toMatchObject({ code: 'invalid' });
    expect((await create(peers({ ip }, { ip, key: 1 }, { ip: '10.0.0.2', key: 1 }))).status).toBe(201);
  });

  it('refuse what is taken or does not exist, and store nothing then', async () => {
    expect(await refused('POST', path, { ...cwfGatewayBody('gw1'), tier: 'unknown' })).toMatchObject({ faults: [{ path: 'body.tier' }] });
    expect(await refused('POST', '/cwf/none/gateways', cwfGatewayBody('gw1'))).toMatchObject({ code: 'not_found' });
    expect(api.d1.sqlite.prepare('SELECT * FROM devices').all()).toEqual([]);
    await create(cwfGatewayBody('gw1'));
    expect(await refused('POST', path, cwfGatewayBody('gw1'))).toMatchObject({ code: 'conflict' });
    const { device } = cwfGatewayBody('gw1');
    expect(await refused('POST', path, { ...cwfGatewayBody('gw2'), device })).toMatchObject({ code: 'conflict' });
    expect(await refused('PUT', `${path}/gw1`, { ...cwfGatewayBody('gw1'), tier: 'unknown' })).toMatchObject({ code: 'invalid' });
  });

  it('tell missing, another kind and a wrong id apart', async () => {
    await create(cwfGatewayBody('gw1'));
    await api.call('POST', '/networks/n1/gateways', { body: { id: 'bare', name: 'b', description: 'b', magmad, tier: 'default' } });
    for (const id of ['none', 'bare']) {
      for (const [method, at, sent] of [
        ['GET', '', undefined],
        ['PUT', '', cwfGatewayBody(id)],
        ['DELETE', '', undefined],
        ['GET', '/health_status', undefined],
      ] as const)
        expect(await refused(method, `${path}/${id}${at}`, sent)).toMatchObject({
          code: 'not_found',
          message: `carrier Wi-Fi gateway "${id}" was not found`,
        });
    }
    expect(await refused('PUT', `${path}/gw1`, cwfGatewayBody('gw2'))).toMatchObject({ code: 'invalid', faults: [{ path: 'body.id' }] });
  });

  it('say why there is no health to show', async () => {
    await create(cwfGatewayBody('gw1'));
    const { device: _, ...open } = cwfGatewayBody('gw2');
    await create(open);
    const why = async (id: string) => (await refused('GET', `${path}/${id}/health_status`)).message;
    expect(await why('gw1')).toMatch(/it has not reported any$/);
    expect(await why('gw2')).toMatch(/it has no hardware yet$/);
  });

  it('honour If-Match', async () => {
    await create(cwfGatewayBody('gw1'));
    const tag = async (part = '') => String((await api.call('GET', `${path}/gw1${part}`)).etag);
    const [whole, part] = [await tag(), await tag('/carrier_wifi')];
    const changed = { allowed_gre_peers: [] };
    expect((await api.call('PUT', `${path}/gw1/carrier_wifi`, { body: changed, ifMatch: part })).status).toBe(204);
    for (const [method, at, sent, ifMatch] of [
      ['PUT', '', cwfGatewayBody('gw1'), whole],
      ['DELETE', '', undefined, whole],
      ['PUT', '/carrier_wifi', changed, part],
    ] as const)
      expect(await api.refusal(method, `${path}/gw1${at}`, { body: sent, ifMatch })).toMatchObject({ code: 'precondition_failed' });
    expect((await api.call('DELETE', `${path}/gw1`, { ifMatch: await tag() })).status).toBe(204);
  });

  describe('in pairs', () => {
    const pairs = '/cwf/n1/ha_pairs';
    /** A pair as readers see it before anybody has reported on it. */
    const unreported = (pair: object) => ({ ...pair, state: {} });

    beforeEach(async () => {
      for (const id of ['gw1', 'gw2', 'gw3']) await create(cwfGatewayBody(id));
    });

    it('are made and answered by id, read back in the order given, replaced with 200 and deleted', async () => {
      expect(await api.call('POST', pairs, { body: haPairBody('p1') })).toEqual({ status: 201, body: 'p1', etag: undefined, trips: 2 });
      expect(await api.call('GET', `${pairs}/p1`)).toEqual({
        status: 200,
        body: unreported(haPairBody('p1')),
        etag: expect.any(String),
        trips: 1,
      });
      expect(await api.call('GET', pairs)).toMatchObject({ status: 200, body: { p1: unreported(haPairBody('p1')) }, trips: 1 });
      const changed = { ...haPairBody('p1', 'gw3', 'gw2'), config: { transport_virtual_ip: 'fd00::1/64' } };
      expect(await api.call('PUT', `${pairs}/p1`, { body: changed })).toEqual({ status: 200, body: undefined, etag: undefined, trips: 2 });
      expect(await body(`${pairs}/p1`)).toEqual(unreported(changed));
      expect(await api.call('DELETE', `${pairs}/p1`)).toMatchObject({ status: 204, trips: 2 });
      expect(await body(pairs)).toEqual({});
      expect((await api.call('DELETE', `${pairs}/p1`)).status).toBe(204);
    });

    it('leave an empty place when a gateway is deleted', async () => {
      await api.call('POST', pairs, { body: haPairBody('p1') });
      await api.call('DELETE', `${path}/gw2`);
      expect(await body(`${pairs}/p1`)).toEqual(unreported({ ...haPairBody('p1'), gateway_id_1: '' }));
    });

    it('refuse what cannot be', async () => {
      await api.call('POST', pairs, { body: haPairBody('p1') });
      expect(await refused('POST', pairs, haPairBody('p1'))).toMatchObject({ code: 'conflict' });
      const unknown = {
        code: 'invalid',
        faults: [
          { path: 'body.gateway_id_1', message: 'carrier Wi-Fi gateway "a" does not exist' },
          { path: 'body.gateway_id_2', message: 'carrier Wi-Fi gateway "b" does not exist' },
        ],
      };
      expect(await refused('POST', pairs, haPairBody('p2', 'a', 'b'))).toMatchObject(unknown);
      expect(await refused('PUT', `${pairs}/p1`, haPairBody('p1', 'a', 'b'))).toMatchObject(unknown);
      expect(await refused('POST', pairs, haPairBody('p2', 'gw1', 'gw1'))).toMatchObject({ faults: [{ path: 'body.gateway_id_2' }] });
      const address = { ...haPairBody('p2'), config: { transport_virtual_ip: '10.0.0.1' } };
      expect(await refused('POST', pairs, address)).toMatchObject({ faults: [{ path: 'body.config.transport_virtual_ip' }] });
      expect(await refused('PUT', `${pairs}/p1`, haPairBody('p2'))).toMatchObject({ faults: [{ path: 'body.ha_pair_id' }] });
      expect(await refused('PUT', `${pairs}/p2`, haPairBody('p2'))).toMatchObject({ code: 'not_found' });
      expect(await refused('GET', `${pairs}/p2`)).toMatchObject({ code: 'not_found' });
      expect(await refused('POST', '/cwf/none/ha_pairs', haPairBody('p2'))).toMatchObject({ code: 'not_found' });
      expect(await refused('GET', '/cwf/none/ha_pairs')).toMatchObject({ code: 'not_found' });
    });

    it('say why there is no status to show', async () => {
      await api.call('POST', pairs, { body: haPairBody('p1') });
      await api.call('POST', '/cwf', { body: cwfNetworkBody('n2') });
      await api.call('PUT', '/networks/n2/type', { body: 'lte' });
      expect((await refused('GET', `${pairs}/p1/status`)).message).toMatch(/neither of its gateways has reported it$/);
      expect(await refused('GET', `${pairs}/p2/status`)).toMatchObject({ code: 'not_found', message: 'HA pair "p2" was not found' });
      expect(await refused('GET', '/cwf/n2/ha_pairs/p1/status')).toMatchObject({ code: 'invalid' });
      expect(await refused('GET', '/cwf/none/ha_pairs/p1/status')).toMatchObject({
        code: 'not_found',
        message: 'network "none" was not found',
      });
    });

    it('honour If-Match', async () => {
      await api.call('POST', pairs, { body: haPairBody('p1') });
      const { etag = '' } = await api.call('GET', `${pairs}/p1`);
      expect((await api.call('PUT', `${pairs}/p1`, { body: haPairBody('p1', 'gw1', 'gw2'), ifMatch: etag })).status).toBe(200);
      for (const method of ['PUT', 'DELETE'])
        expect(await api.refusal(method, `${pairs}/p1`, { body: haPairBody('p1'), ifMatch: etag })).toMatchObject({
          code: 'precondition_failed',
        });
    });
  });
});
