import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cellular, lteApi, lteGatewayBody, magmad } from '../../../test/support/lte.ts';
import type { TestApi } from '../../../test/support/context.ts';

const path = '/lte/n1/gateways/gw1';
const record = (id: string) => ({ gateway_pool_id: id, mme_code: 1, mme_relative_capacity: 10 });
const pool = (id: string, group = 1) => ({ gateway_pool_id: id, config: { mme_group_id: group } });

describe('parts of an LTE gateway', () => {
  let api: TestApi;
  const body = async (part: string) => (await api.call('GET', `${path}/${part}`)).body;
  const put = (part: string, value: unknown) => api.call('PUT', `${path}/${part}`, { body: value });
  const edges = (type: string) =>
    api.d1.sqlite
      .prepare('SELECT from_key, to_key FROM associations WHERE from_type = ? OR to_type = ? ORDER BY from_key, to_key')
      .all(type, type)
      .map((row) => Object.values(row).join(' '));

  beforeEach(async () => {
    api = await lteApi();
    await api.call('POST', '/lte/n1/gateways', {
      body: { ...lteGatewayBody('gw1'), connected_enodeb_serials: ['e1'], apn_resources: { internet: { id: 'r1', apn_name: 'internet' } } },
    });
    for (const id of ['p1', 'p2']) await api.call('POST', '/lte/n1/gateway_pools', { body: pool(id) });
    await api.call('POST', '/lte/n1/gateway_pools', { body: pool('p3', 2) });
    await api.call('POST', '/networks/n1/tiers', { body: { id: 'canary', version: '2', images: [], gateways: [] } });
  });
  afterEach(() => api.d1.close());

  it.each([
    ['name', 'Other'],
    ['description', 'other'],
    ['tier', 'canary'],
    ['device', { hardware_id: 'hw-2', key: { key_type: 'ECHO' } }],
    ['magmad', { ...magmad, checkin_interval: 30, dynamic_services: ['a'] }],
    ['vpn', { enable_shell: true }],
    ['cellular', { epc: { ...cellular.epc, nat_enabled: false }, ran: cellular.ran }],
    ['cellular/epc', { nat_enabled: false, ip_block: '10.0.0.0/8', dns_primary: '8.8.8.8' }],
    ['cellular/ran', { pci: 1, transmit_enabled: true }],
    ['cellular/ngc', { amf_pointer: '1' }],
    ['cellular/non_eps', { non_eps_service_control: 0, arfcn_2g: null }],
    ['cellular/dns', { enable_caching: true, local_ttl: 1, dhcp_server_enabled: true }],
    ['cellular/pooling', [{ gateway_pool_id: 'p1', mme_code: 3, mme_relative_capacity: 255 }]],
    ['connected_enodeb_serials', ['e1', 'e2']],
  ])('writes and reads %s, in two trips and one', async (part, value) => {
    expect(await put(part, value)).toMatchObject({ status: 204, trips: 2 });
    expect(await api.call('GET', `${path}/${part}`)).toMatchObject({ status: 200, body: value, trips: 1 });
    expect(await api.refusal('GET', `/lte/n1/gateways/none/${part}`)).toMatchObject({ code: 'not_found' });
    expect(await api.refusal('PUT', `/lte/n1/gateways/none/${part}`, { body: value })).toMatchObject({ code: 'not_found' });
  });

  it('leaves the other parts alone', async () => {
    await put('cellular/ran', { pci: 1, transmit_enabled: true });
    await put('vpn', { enable_shell: true });
    expect(await body('cellular')).toEqual({ epc: cellular.epc, ran: { pci: 1, transmit_enabled: true } });
    expect(await body('magmad')).toEqual({ ...magmad, dynamic_services: null, vpn: { enable_shell: true } });
  });

  it('loses nothing when several parts are written at once', async () => {
    const ran = { pci: 1, transmit_enabled: true };
    const ngc = { amf_pointer: '1' };
    await Promise.all([
      put('cellular/ran', ran),
      put('cellular/ngc', ngc),
      put('cellular/pooling', [record('p1')]),
      put('vpn', { enable_shell: true }),
    ]);
    expect(await body('cellular')).toEqual({ epc: cellular.epc, ran, ngc, pooling: [record('p1')] });
    expect(edges('cellular_gateway_pool')).toEqual(['p1 gw1']);
    expect(await body('vpn')).toEqual({ enable_shell: true });
  });

  it('answers for blocks never set as the contract has it', async () => {
    expect(await body('cellular/ngc')).toEqual({});
    expect(await body('cellular/dns')).toEqual({ enable_caching: null, local_ttl: null, dhcp_server_enabled: null });
    expect(await body('cellular/dns/records')).toEqual([]);
    expect(await body('cellular/pooling')).toEqual([]);
    for (const part of ['cellular/non_eps', 'vpn', 'status'])
      expect(await api.refusal('GET', `${path}/${part}`)).toMatchObject({ code: 'not_found' });
  });

  it('keeps DNS records within the DNS settings', async () => {
    const records = [{ domain: 'x', a_record: ['1.1.1.1'], aaaa_record: null, cname_record: null }];
    expect(await api.refusal('PUT', `${path}/cellular/dns/records`, { body: records })).toMatchObject({ code: 'invalid' });
    const dns = { enable_caching: true, local_ttl: 1, dhcp_server_enabled: true };
    await put('cellular/dns', dns);
    expect((await put('cellular/dns/records', records)).status).toBe(204);
    expect(await body('cellular/dns')).toEqual({ ...dns, records });
  });

  it('shows the reported status', async () => {
    api.fleet.report('n1', 'gw1', { hardwareId: 'hw-gw1', state: { version: '1' }, receivedAt: 7 });
    expect(await api.call('GET', `${path}/status`)).toMatchObject({
      body: { checkin_time: 7, hardware_id: 'hw-gw1', version: '1' },
      trips: 1,
    });
  });

  it('joins pools: record and edge change together, from every side', async () => {
    await put('cellular/pooling', [record('p1'), record('p2')]);
    expect(edges('cellular_gateway_pool')).toEqual(['p1 gw1', 'p2 gw1']);
    expect(await body('cellular')).toMatchObject({ pooling: [record('p1'), record('p2')] });
    expect((await api.call('GET', '/lte/n1/gateway_pools/p1')).body).toEqual({ ...pool('p1'), gateway_ids: ['gw1'] });
    await put('cellular', { ...cellular, pooling: [record('p2')] });
    expect(edges('cellular_gateway_pool')).toEqual(['p2 gw1']);
    await put('cellular/ran', cellular.ran);
    expect(edges('cellular_gateway_pool')).toEqual(['p2 gw1']);
    await put('cellular/pooling', []);
    expect(edges('cellular_gateway_pool')).toEqual([]);
    expect(await body('cellular')).toEqual(cellular);
    await api.call('PUT', path, { body: { ...lteGatewayBody('gw1'), cellular: { ...cellular, pooling: [record('p1')] } } });
    expect(edges('cellular_gateway_pool')).toEqual(['p1 gw1']);
  });

  it('refuses pools that do not exist or do not go together', async () => {
    const refuse = async (records: unknown) => (await api.refusal('PUT', `${path}/cellular/pooling`, { body: records })).faults;
    expect(await refuse([record('p1'), record('px')])).toEqual([
      { path: 'body[1].gateway_pool_id', message: 'gateway pool "px" does not exist' },
    ]);
    expect(await refuse([record('p1'), record('p3')])).toMatchObject([
      { path: 'body[1].gateway_pool_id', message: expect.stringContaining('mme_group_id 2') },
    ]);
    expect(await refuse([record('p1'), record('p1')])).toMatchObject([{ path: 'body[1].gateway_pool_id' }]);
    expect(edges('cellular_gateway_pool')).toEqual([]);
  });

  it('connects and disconnects eNodeBs without touching APN resources', async () => {
    const serials = `${path}/connected_enodeb_serials`;
    expect(await api.call('POST', serials, { body: 'e2' })).toMatchObject({ status: 204, trips: 2 });
    expect(await body('connected_enodeb_serials')).toEqual(['e1', 'e2']);
    expect(await api.call('DELETE', serials, { body: 'e1' })).toMatchObject({ status: 204, trips: 2 });
    expect((await api.call('DELETE', serials, { body: 'e1' })).status).toBe(204);
    expect(await body('connected_enodeb_serials')).toEqual(['e2']);
    await put('connected_enodeb_serials', []);
    expect(await body('connected_enodeb_serials')).toEqual([]);
    expect(edges('apn_resource')).toEqual(['gw1 r1', 'r1 internet']);
    for (const method of ['POST', 'DELETE']) {
      expect(await api.refusal(method, serials, { body: 'lost' })).toMatchObject({
        code: 'invalid',
        message: 'body: eNodeB "lost" does not exist',
      });
      expect(await api.refusal(method, '/lte/n1/gateways/none/connected_enodeb_serials', { body: 'e1' })).toMatchObject({
        code: 'not_found',
      });
    }
    expect((await api.refusal('PUT', serials, { body: ['e1', 'x', 'y'] })).faults.map((fault) => fault.path)).toEqual([
      'body[1]',
      'body[2]',
    ]);
  });

  it('honours If-Match on a part', async () => {
    const { etag } = await api.call('GET', `${path}/cellular/ran`);
    await put('cellular/ran', { pci: 2, transmit_enabled: true });
    expect(await api.refusal('PUT', `${path}/cellular/ran`, { body: cellular.ran, ifMatch: String(etag) })).toMatchObject({
      code: 'precondition_failed',
    });
  });
});
