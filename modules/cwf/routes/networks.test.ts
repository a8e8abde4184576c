import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { operatorOf, type TestApi } from '../../../test/support/context.ts';
import { carrierWifi, cwfApi, cwfNetworkBody } from '../../../test/support/cwf.ts';
import { dns, lteNetworkBody } from '../../../test/support/lte.ts';
import type { Principal } from '../../../core/identity/principal.ts';

let api: TestApi;
const body = async (path: string) => (await api.call('GET', path)).body;
const put = (path: string, sent: unknown, ifMatch?: string) => api.call('PUT', path, { body: sent, ...(ifMatch ? { ifMatch } : {}) });
const refused = (method: string, path: string, sent?: unknown) => api.refusal(method, path, sent === undefined ? {} : { body: sent });

beforeEach(async () => {
  api = await cwfApi();
});
afterEach(() => api.d1.close());

/** A policy rule of n1, as far as a reference to it needs one. */
const addRule = (key: string) =>
  api.d1.sqlite
    .prepare("INSERT INTO entities (network_id, type, key, name, description, version) VALUES ('n1', 'policy', ?, '', '', 1)")
    .run(key);

describe('carrier Wi-Fi networks', () => {
  it('are made in two trips, and read back the same in one', async () => {
    expect(await api.call('POST', '/cwf', { body: cwfNetworkBody('n2') })).toEqual({
      status: 201,
      body: undefined,
      etag: undefined,
      trips: 2,
    });
    expect(await api.call('GET', '/cwf/n2')).toEqual({
      status: 200,
      body: cwfNetworkBody('n2'),
      etag: expect.stringMatching(/^"\d+"$/),
      trips: 1,
    });
    expect(await body('/networks/n2/type')).toBe('carrier_wifi_network');
  });

  it('read back every part, drop what equals nothing, and show what the contract calls null', async () => {
    const whole = {
      ...cwfNetworkBody('n2'),
      carrier_wifi: {
        ...carrierWifi,
        default_rule_id: '',
        network_services: [],
        eap_sim: { plmn_ids: ['00102'], use_s6a: true, mnc_len: 2 },
        li_ues: { imsis: ['IMSI001010000000001'], msisdns: [], macs: [], ips: [] },
      },
      federation: {
        feg_network_id: 'feg1',
        federated_modes_mapping: { enabled: true, mapping: [{ mode: 's8_subscriber', plmn: '00101' }] },
      },
      features: { features: { on: 'yes' } },
    };
    await api.call('POST', '/cwf', { body: { ...whole, dns: { ...dns, dhcp_server_enabled: false }, unknown: 1 } });
    expect(await body('/cwf/n2')).toEqual(whole);
    const { eap_aka: _, ...rest } = carrierWifi;
    await put('/cwf/n2/carrier_wifi', { ...rest, eap_aka: {} });
    expect(await body('/cwf/n2/carrier_wifi')).toEqual({ ...rest, eap_aka: { plmn_ids: null } });
  });

  it('are listed by id, those of their type that the caller may read', async () => {
    await api.call('POST', '/cwf', { body: cwfNetworkBody('n0') });
    await api.call('POST', '/lte', { body: lteNetworkBody('other') });
    expect(await api.call('GET', '/cwf')).toMatchObject({ status: 200, body: ['n0', 'n1'], trips: 1 });
    const one: Principal = {
      kind: 'operator',
      id: 'one',
      credential: { token: 'tok_test' },
      grants: [{ effect: 'ALLOW', action: 'READ', resourceType: 'network', resource: 'n1' }],
    };
    expect((await api.call('GET', '/cwf', { as: one })).body).toEqual(['n1']);
  });

  it('are replaced whole; the subscriber config stays unless another is given', async () => {
    await put('/cwf/n1/features', { features: { on: 'yes' } });
    for (const rule of ['r1', 'r2']) addRule(rule);
    const config = (rule: string) => ({ network_wide_rule_names: [rule] });
    await put('/cwf/n1/subscriber_config', config('r1'));
    const changed = { ...cwfNetworkBody('n1'), name: 'New', carrier_wifi: { ...carrierWifi, network_services: ['policy_enforcement'] } };
    expect(await put('/cwf/n1', changed)).toMatchObject({ status: 204, body: undefined, trips: 2 });
    expect(await body('/cwf/n1')).toEqual({ ...changed, subscriber_config: config('r1') });
    await put('/cwf/n1', { ...changed, subscriber_config: config('r2') });
    expect(await body('/cwf/n1/subscriber_config')).toEqual(config('r2'));
  });

  it('are deleted with everything in them', async () => {
    expect(await api.call('DELETE', '/cwf/n1')).toMatchObject({ status: 204, trips: 2 });
    expect(await refused('GET', '/cwf/n1')).toMatchObject({ code: 'not_found' });
    expect(api.d1.sqlite.prepare('SELECT key FROM entities').all()).toEqual([]);
  });

  it('tell missing, wrong type, duplicate and mismatch apart', async () => {
    await api.call('POST', '/lte', { body: lteNetworkBody('other') });
    for (const method of ['GET', 'PUT', 'DELETE']) {
      expect(await refused(method, '/cwf/none', method === 'PUT' ? cwfNetworkBody('none') : undefined)).toMatchObject({
        code: 'not_found',
      });
      expect(await refused(method, '/cwf/other', method === 'PUT' ? cwfNetworkBody('other') : undefined)).toMatchObject({
        code: 'invalid',
        message: 'network other is not a carrier_wifi_network network',
      });
    }
    expect(await refused('POST', '/cwf', cwfNetworkBody('n1'))).toMatchObject({ code: 'conflict' });
    expect(await refused('PUT', '/cwf/n1', cwfNetworkBody('n2'))).toMatchObject({ code: 'invalid', faults: [{ path: 'body.id' }] });
  });

  it('name every fault of a body at once, and rules that do not exist', async () => {
    const broken = {
      ...cwfNetworkBody('N 2'),
      carrier_wifi: {
        network_services: ['metering'],
        eap_aka: { plmn_ids: ['1'] },
        aaa_server: { idle_session_timeout_ms: -1 },
        li_ues: { imsis: [] },
      },
      federation: {},
    };
    const { code, faults } = await refused('POST', '/cwf', broken);
    expect(code).toBe('invalid');
    expect(new Set(faults.map((fault) => fault.path))).toEqual(
      new Set([
        'body.id',
        'body.carrier_wifi.default_rule_id',
        'body.carrier_wifi.network_services[0]',
        'body.carrier_wifi.eap_aka.plmn_ids[0]',
        'body.carrier_wifi.aaa_server.idle_session_timeout_ms',
        'body.carrier_wifi.li_ues.msisdns',
        'body.carrier_wifi.li_ues.macs',
        'body.carrier_wifi.li_ues.ips',
        'body.federation.feg_network_id',
      ]),
    );
    const named = { ...cwfNetworkBody('n1'), subscriber_config: { network_wide_rule_names: ['r1'] } };
    const missing = { code: 'invalid', faults: [{ path: 'body.subscriber_config.network_wide_rule_names[0]' }] };
    expect(await refused('PUT', '/cwf/n1', named)).toMatchObject(missing);
    expect(await refused('POST', '/cwf', { ...named, id: 'n3' })).toMatchObject(missing);
  });

  it('honour If-Match', async () => {
    const { etag = '' } = await api.call('GET', '/cwf/n1');
    expect((await put('/cwf/n1/name', 'New', etag)).status).toBe(204);
    for (const [method, path, sent] of [
      ['PUT', '/cwf/n1', cwfNetworkBody('n1')],
      ['PUT', '/cwf/n1/li_ues', { imsis: [], msisdns: [], macs: [], ips: [] }],
      ['DELETE', '/cwf/n1', undefined],
    ] as const)
      expect(await api.refusal(method, path, { body: sent, ifMatch: etag })).toMatchObject({ code: 'precondition_failed' });
  });
});

describe('parts of carrier Wi-Fi networks', () => {
  const ues = { imsis: ['IMSI001010000000001'], msisdns: ['1'], macs: [], ips: ['10.0.0.1'] };

  it.each([
    ['name', 'New'],
    ['description', 'New'],
    ['features', { features: { a: 'b' } }],
    ['dns', { enable_caching: true, local_ttl: 5 }],
    ['carrier_wifi', { ...carrierWifi, default_rule_id: 'other' }],
    ['li_ues', ues],
    ['federation', { feg_network_id: 'n1' }],
  ])('%s is replaced in two trips and read in one', async (part, value) => {
    expect(await put(`/cwf/n1/${part}`, value)).toMatchObject({ status: 204, body: undefined, trips: 2 });
    expect(await api.call('GET', `/cwf/n1/${part}`)).toMatchObject({ status: 200, trips: 1, etag: expect.any(String) });
    expect(await body(`/cwf/n1/${part}`)).toEqual(value);
    expect(await refused('GET', `/cwf/none/${part}`)).toMatchObject({ code: 'not_found' });
    expect(await refused('PUT', `/cwf/none/${part}`, value)).toMatchObject({ code: 'not_found' });
  });

  it.each(['carrier_wifi', 'federation', 'dns', 'features'])('%s can be taken away, also twice', async (part) => {
    if (part === 'features') await put('/cwf/n1/features', { features: { a: 'b' } });
    for (let time = 0; time < 2; time++) expect((await api.call('DELETE', `/cwf/n1/${part}`)).status).toBe(204);
    expect(await refused('GET', `/cwf/n1/${part}`)).toMatchObject({ code: 'not_found' });
    const kept = part === 'federation' ? 'carrier_wifi' : 'federation';
    expect((await api.call('GET', `/cwf/n1/${kept}`)).status).toBe(200);
  });

  it('li_ues: null when never set, 404 without the settings around them, which a PUT then needs', async () => {
    expect(await api.call('GET', '/cwf/n1/li_ues')).toMatchObject({ status: 200, body: null });
    await put('/cwf/n1/li_ues', ues);
    expect(await body('/cwf/n1/carrier_wifi')).toEqual({ ...carrierWifi, li_ues: ues });
    await api.call('DELETE', '/cwf/n1/carrier_wifi');
    expect(await refused('GET', '/cwf/n1/li_ues')).toMatchObject({ code: 'not_found' });
    expect(await refused('PUT', '/cwf/n1/li_ues', ues)).toMatchObject({ code: 'invalid' });
  });

  it('federation: the serving network has to exist, though not when the whole network is written', async () => {
    expect(await body('/cwf/n1/federation')).toEqual({ feg_network_id: 'feg1' });
    expect(await refused('PUT', '/cwf/n1/federation', { feg_network_id: 'feg1' })).toMatchObject({
      code: 'invalid',
      faults: [{ path: 'body.feg_network_id', message: 'network "feg1" does not exist' }],
    });
    expect((await put('/cwf/n1', cwfNetworkBody('n1'))).status).toBe(204);
    await api.call('POST', '/cwf', { body: cwfNetworkBody('n2') });
    const named = { as: operatorOf('WRITE', 'n1'), body: { feg_network_id: 'n2' } };
    expect(await api.refusal('PUT', '/cwf/n1/federation', named)).toMatchObject({
      faults: [{ path: 'body.feg_network_id', message: 'network "n2" does not exist' }],
    });
    expect((await put('/cwf/n1/federation', { feg_network_id: 'n2' })).status).toBe(204);
  });

  it('subscriber_config is empty until it is set, whole or name by name', async () => {
    expect(await body('/cwf/n1/subscriber_config')).toEqual({});
    expect(await body('/cwf/n1/subscriber_config/rule_names')).toEqual([]);
    expect(await body('/cwf/n1/subscriber_config/base_names')).toEqual([]);
    expect(await refused('POST', '/cwf/n1/subscriber_config/rule_names/r1')).toMatchObject({ code: 'invalid' });
    expect((await api.call('DELETE', '/cwf/n1/subscriber_config/base_names/b1')).status).toBe(204);
    addRule('r1');
    expect((await api.call('POST', '/cwf/n1/subscriber_config/rule_names/r1')).status).toBe(201);
    expect(await body('/cwf/n1/subscriber_config/rule_names')).toEqual(['r1']);
    expect(await body('/cwf/n1')).toMatchObject({ subscriber_config: { network_wide_rule_names: ['r1'] } });
  });
});

describe('directory records of subscribers', () => {
  it('are not found until they are reported, and only in networks of this type', async () => {
    await api.call('POST', '/lte', { body: lteNetworkBody('other') });
    const path = (network: string) => `/cwf/${network}/subscribers/IMSI001010000000001/directory_record`;
    expect(await refused('GET', path('n1'))).toMatchObject({
      code: 'not_found',
      message: 'directory record of subscriber "IMSI001010000000001" was not found',
    });
    expect(await refused('GET', path('none'))).toMatchObject({ code: 'not_found', message: 'network "none" was not found' });
    expect(await refused('GET', path('other'))).toMatchObject({ code: 'invalid' });
  });
});
