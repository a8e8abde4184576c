import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Principal } from '../../../core/identity/principal.ts';
import { dns, epc, lteApi, lteGatewayBody, lteNetworkBody, ran } from '../../../test/support/lte.ts';
import { operatorOf, type TestApi } from '../../../test/support/context.ts';

const fdd = { bandwidth_mhz: 10, fdd_config: { earfcndl: 600, earfcnul: 18600 } };

describe('LTE networks', () => {
  let api: TestApi;
  const count = (table: string) => Number(api.d1.sqlite.prepare(`SELECT COUNT(*) AS n FROM ${table} WHERE network_id = 'n1'`).get()?.['n']);
  const body = async (path: string) => (await api.call('GET', path)).body;

  beforeEach(async () => {
    api = await lteApi();
  });
  afterEach(() => api.d1.close());

  it('creates in two trips, reads back the same in one', async () => {
    expect(await api.call('POST', '/lte', { body: lteNetworkBody('n2') })).toEqual({
      status: 201,
      body: undefined,
      etag: undefined,
      trips: 2,
    });
    const answer = await api.call('GET', '/lte/n2');
    expect(answer).toEqual({ status: 200, body: lteNetworkBody('n2'), etag: expect.stringMatching(/^"\d+"$/), trips: 1 });
  });

  it('reads back every part, and drops what equals nothing', async () => {
    const whole = {
      ...lteNetworkBody('n2'),
      cellular: {
        ran: fdd,
        epc: {
          ...epc,
          sub_profiles: { gold: { max_ul_bit_rate: 1, max_dl_bit_rate: 2 } },
          mobility: { ip_allocation_mode: 'NAT', nat: { ip_blocks: ['10.0.0.0/8'] } },
          congestion_control_enabled: false,
        },
        feg_network_id: 'n1',
        ngc: { suci_profiles: [{ protection_scheme: 'ProfileA' }] },
      },
      dns: { ...dns, records: [{ domain: 'a.b', a_record: ['1.2.3.4'] }] },
      features: { features: { on: 'yes' } },
    };
    const sent = {
      ...whole,
      dns: { ...whole.dns, dhcp_server_enabled: false },
      unknown: 1,
      subscriber_config: { network_wide_rule_names: ['r'] },
    };
    await api.call('POST', '/lte', { body: sent });
    const records = [{ domain: 'a.b', a_record: ['1.2.3.4'], aaaa_record: null, cname_record: null }];
    expect(await body('/lte/n2')).toEqual({ ...whole, dns: { ...whole.dns, records } });
  });

  it('lists the ids of its type that the caller may read', async () => {
    await api.call('POST', '/lte', { body: lteNetworkBody('n0') });
    await api.call('POST', '/networks', { body: { id: 'other', name: 'o', description: 'd', dns, type: 'feg' } });
    expect(await api.call('GET', '/lte')).toMatchObject({ status: 200, body: ['n0', 'n1'], trips: 1 });
    const one: Principal = {
      kind: 'operator',
      id: 'one',
      credential: { token: 'tok_test' },
      grants: [{ effect: 'ALLOW', action: 'READ', resourceType: 'network', resource: 'n1' }],
    };
    expect((await api.call('GET', '/lte', { as: one })).body).toEqual(['n1']);
  });

  it('tells missing, wrong type, duplicate and mismatch apart', async () => {
    await api.call('POST', '/networks', { body: { id: 'other', name: 'o', description: 'd', dns, type: 'feg' } });
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const options = (id: string) => (method === 'PUT' ? { body: lteNetworkBody(id) } : {});
      expect(await api.refusal(method, '/lte/none', options('none'))).toMatchObject({ code: 'not_found' });
      expect(await api.refusal(method, '/lte/other', options('other'))).toMatchObject({
        code: 'invalid',
        message: 'network other is not a lte network',
      });
    }
    expect(await api.refusal('POST', '/lte', { body: lteNetworkBody('n1') })).toMatchObject({
      code: 'conflict',
      message: 'network "n1" already exists',
    });
    expect(await api.refusal('POST', '/lte', { body: lteNetworkBody('other') })).toMatchObject({ code: 'conflict' });
    expect(await api.refusal('PUT', '/lte/n1', { body: lteNetworkBody('n2') })).toMatchObject({
      code: 'invalid',
      faults: [{ path: 'body.id' }],
    });
  });

  it('replaces the whole network but not its subscriber config', async () => {
    api.d1.sqlite.exec(
      `UPDATE networks SET configs = json_set(configs, '$.network_subscriber_config', json('{"network_wide_rule_names":["r1"]}')) WHERE id = 'n1'`,
    );
    await api.call('PUT', '/lte/n1/features', { body: { features: { a: 'b' } } });
    const changed = { ...lteNetworkBody('n1'), name: 'New', cellular: { ran: fdd, epc } };
    expect(await api.call('PUT', '/lte/n1', { body: changed })).toMatchObject({ status: 204, trips: 2 });
    expect(await body('/lte/n1')).toEqual({ ...changed, subscriber_config: { network_wide_rule_names: ['r1'] } });
  });

  it('honours If-Match', async () => {
    const { etag } = await api.call('GET', '/lte/n1');
    const ifMatch = String(etag);
    expect((await api.call('PUT', '/lte/n1', { body: lteNetworkBody('n1'), ifMatch })).status).toBe(204);
    for (const method of ['PUT', 'DELETE']) {
      const options = method === 'PUT' ? { body: lteNetworkBody('n1'), ifMatch } : { ifMatch };
      expect(await api.refusal(method, '/lte/n1', options)).toMatchObject({ code: 'precondition_failed' });
    }
    expect(await api.refusal('PUT', '/lte/n1/cellular/ran', { body: fdd, ifMatch })).toMatchObject({ code: 'precondition_failed' });
  });

  it('wants an existing federation network', async () => {
    const cellular = { ran, epc, feg_network_id: 'nowhere' };
    const fault = (path: string) => ({ code: 'invalid', faults: [{ path, message: 'network "nowhere" does not exist' }] });
    expect(await api.refusal('POST', '/lte', { body: { ...lteNetworkBody('n2'), cellular } })).toMatchObject(
      fault('body.cellular.feg_network_id'),
    );
    expect(await api.refusal('PUT', '/lte/n1', { body: { ...lteNetworkBody('n1'), cellular } })).toMatchObject(
      fault('body.cellular.feg_network_id'),
    );
    expect(await api.refusal('PUT', '/lte/n1/cellular', { body: cellular })).toMatchObject(fault('body.feg_network_id'));
    expect(await api.refusal('PUT', '/lte/n1/cellular/feg_network_id', { body: 'nowhere' })).toMatchObject(fault('body'));
    expect(await body('/lte/n1')).toEqual(lteNetworkBody('n1'));
  });

  it('tells nobody of a federation network that he may not read', async () => {
    await api.call('POST', '/lte', { body: lteNetworkBody('hidden') });
    const as = operatorOf('WRITE', 'n1');
    const whole = (id: string) => ({ ...lteNetworkBody('n1'), cellular: { ran, epc, feg_network_id: id } });
    const writes = [
      ['/lte/n1', whole],
      ['/lte/n1/cellular', (id: string) => whole(id).cellular],
      ['/lte/n1/cellular/feg_network_id', (id: string) => id],
    ] as const;
    for (const [path, of] of writes) {
      const refusals = await Promise.all(
        ['hidden', 'nowhere'].map(async (id) => (await api.refusal('PUT', path, { as, body: of(id) })).faults),
      );
      expect(refusals[0], path).toMatchObject([{ message: 'network "hidden" does not exist' }]);
      expect(JSON.stringify(refusals[0]).replace('hidden', 'nowhere')).toBe(JSON.stringify(refusals[1]));
      expect((await api.call('PUT', path, { as: operatorOf('WRITE', 'n1', 'hidden'), body: of('hidden') })).status).toBe(204);
      // Somebody else named it: settings that were read can be written back.
      expect((await api.call('PUT', path, { as, body: of('hidden') })).status).toBe(204);
      await api.call('PUT', '/lte/n1', { body: lteNetworkBody('n1') });
    }
    expect(await api.refusal('PUT', '/lte/n1/cellular/feg_network_id', { as, body: '\ud800' })).toMatchObject({ code: 'invalid' });
    await api.call('POST', '/channels', { body: { id: 'stable', name: 'Stable', supported_versions: [] } });
    expect(await api.refusal('PUT', '/lte/n1/cellular/feg_network_id', { body: '@internal' })).toMatchObject({ code: 'invalid' });
  });

  it('deletes a network with everything in it', async () => {
    await api.call('POST', '/lte/n1/gateways', { body: { ...lteGatewayBody('gw1'), connected_enodeb_serials: ['e1'] } });
    expect(count('entities')).toBeGreaterThan(0);
    expect(await api.call('DELETE', '/lte/n1')).toMatchObject({ status: 204, trips: 2 });
    for (const table of ['entities', 'associations', 'devices']) expect(count(table), table).toBe(0);
    expect(await api.refusal('GET', '/lte/n1')).toMatchObject({ code: 'not_found' });
    expect((await api.call('POST', '/lte', { body: lteNetworkBody('n1') })).status).toBe(201);
  });
});

describe('parts of an LTE network', () => {
  let api: TestApi;
  const body = async (path: string) => (await api.call('GET', path)).body;

  beforeEach(async () => {
    api = await lteApi();
  });
  afterEach(() => api.d1.close());

  it.each([
    ['name', 'Other'],
    ['description', 'other'],
    ['features', { features: { a: 'b' } }],
    ['dns', { enable_caching: true, local_ttl: 60 }],
    ['dns/records', [{ domain: 'x', a_record: ['1.1.1.1'], aaaa_record: null, cname_record: null }]],
    ['cellular', { ran: fdd, epc }],
    ['cellular/ran', fdd],
    ['cellular/epc', { ...epc, tac: 9 }],
    ['cellular/ngc', { suci_profiles: null }],
    ['cellular/feg_network_id', 'n1'],
  ])('writes and reads %s, in two trips and one', async (part, value) => {
    expect(await api.call('PUT', `/lte/n1/${part}`, { body: value })).toMatchObject({ status: 204, trips: 2 });
    expect(await api.call('GET', `/lte/n1/${part}`)).toMatchObject({ status: 200, body: value, trips: 1 });
    expect(await api.refusal('GET', `/lte/none/${part}`)).toMatchObject({ code: 'not_found' });
    expect(await api.refusal('PUT', `/lte/none/${part}`, { body: value })).toMatchObject({ code: 'not_found' });
  });

  it('leaves the other parts alone', async () => {
    await api.call('PUT', '/lte/n1/cellular/ran', { body: fdd });
    await api.call('PUT', '/lte/n1/cellular/feg_network_id', { body: 'n1' });
    expect(await body('/lte/n1/cellular')).toEqual({ ran: fdd, epc, feg_network_id: 'n1' });
    await api.call('PUT', '/lte/n1/cellular/feg_network_id', { body: '' });
    expect(await body('/lte/n1/cellular')).toEqual({ ran: fdd, epc });
  });

  it('loses nothing when two parts are written at once', async () => {
    const put = (part: string, value: unknown) => api.call('PUT', `/lte/n1/cellular/${part}`, { body: value });
    const answers = await Promise.all([put('ran', fdd), put('epc', { ...epc, tac: 9 })]);
    expect(answers.map((answer) => answer.status)).toEqual([204, 204]);
    expect(await body('/lte/n1/cellular')).toEqual({ ran: fdd, epc: { ...epc, tac: 9 } });
  });

  it('answers null or empty for children never set', async () => {
    expect(await body('/lte/n1/cellular/ngc')).toBeNull();
    expect(await body('/lte/n1/cellular/feg_network_id')).toBe('');
    expect(await body('/lte/n1/dns/records')).toEqual([]);
  });

  it('takes away cellular, dns and features, time and again', async () => {
    for (const part of ['cellular', 'dns', 'features']) {
      for (let time = 0; time < 2; time += 1) expect((await api.call('DELETE', `/lte/n1/${part}`)).status).toBe(204);
      expect(await api.refusal('GET', `/lte/n1/${part}`)).toMatchObject({ code: 'not_found' });
    }
    const { cellular: _cellular, dns: _dns, ...rest } = lteNetworkBody('n1');
    expect(await body('/lte/n1')).toEqual({ ...rest, cellular: null, dns: null });
    for (const [part, value] of [
      ['ran', ran],
      ['epc', epc],
      ['ngc', {}],
      ['feg_network_id', 'n1'],
    ] as const) {
      expect(await api.refusal('PUT', `/lte/n1/cellular/${part}`, { body: value })).toMatchObject({ code: 'invalid' });
      expect(await api.refusal('GET', `/lte/n1/cellular/${part}`)).toMatchObject({ code: 'not_found' });
    }
    expect(await api.refusal('PUT', '/lte/n1/dns/records', { body: [] })).toMatchObject({ code: 'invalid' });
  });

  it('keeps DNS records one by one', async () => {
    const record = (address: string) => ({ domain: 'x.y', a_record: [address], aaaa_record: null, cname_record: null });
    expect(await api.call('POST', '/lte/n1/dns/records/x.y', { body: record('1.1.1.1') })).toMatchObject({ status: 201, body: 'x.y' });
    expect((await api.call('PUT', '/lte/n1/dns/records/x.y', { body: record('2.2.2.2') })).status).toBe(204);
    expect(await body('/lte/n1/dns/records/x.y')).toEqual(record('2.2.2.2'));
    expect((await api.call('DELETE', '/lte/n1/dns/records/x.y')).status).toBe(204);
    expect(await api.refusal('GET', '/lte/n1/dns/records/x.y')).toMatchObject({ code: 'not_found' });
  });
});
