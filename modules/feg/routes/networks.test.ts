import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Principal } from '../../../core/identity/principal.ts';
import { operatorOf, type TestApi } from '../../../test/support/context.ts';
import {
  bareFederation,
  fegApi,
  fegGatewayBody,
  fegLteNetworkBody,
  fegNetworkBody,
  fullFederation,
  shownBareFederation,
} from '../../../test/support/feg.ts';
import { dns, epc, lteGatewayBody, ran } from '../../../test/support/lte.ts';

describe.each([
  ['/feg', 'feg', 'feg1', fegNetworkBody, 'fl1'],
  ['/feg_lte', 'feg_lte', 'fl1', (id: string) => fegLteNetworkBody(id, 'feg1'), 'feg1'],
] as const)('networks under %s', (base, type, id, bodyOf, otherType) => {
  let api: TestApi;

  beforeEach(async () => {
    api = await fegApi();
  });
  afterEach(() => api.d1.close());

  it('creates in two trips, reads back the same in one', async () => {
    expect(await api.call('POST', base, { body: bodyOf('n9') })).toEqual({ status: 201, body: undefined, etag: undefined, trips: 2 });
    const etag = expect.stringMatching(/^"\d+"$/);
    expect(await api.call('GET', `${base}/n9`)).toEqual({ status: 200, body: bodyOf('n9'), etag, trips: 1 });
    expect((await api.call('GET', '/networks/n9')).body).toMatchObject({ type });
  });

  it('lists the ids of its type that the caller may read', async () => {
    await api.call('POST', base, { body: bodyOf('a0') });
    expect(await api.call('GET', base)).toMatchObject({ status: 200, body: ['a0', id], trips: 1 });
    const one: Principal = {
      kind: 'operator',
      id: 'one',
      credential: { token: 'tok_test' },
      grants: [{ effect: 'ALLOW', action: 'READ', resourceType: 'network', resource: id }],
    };
    expect((await api.call('GET', base, { as: one })).body).toEqual([id]);
  });

  it('replaces the whole; features not named go', async () => {
    const changed = { ...bodyOf(id), name: 'New', features: { features: { a: 'b' } }, dns: { enable_caching: true, local_ttl: 5 } };
    expect(await api.call('PUT', `${base}/${id}`, { body: changed })).toMatchObject({ status: 204, trips: 2 });
    expect((await api.call('GET', `${base}/${id}`)).body).toEqual(changed);
    await api.call('PUT', `${base}/${id}`, { body: bodyOf(id) });
    expect((await api.call('GET', `${base}/${id}`)).body).toEqual(bodyOf(id));
  });

  it('tells missing, wrong type, duplicate and mismatch apart', async () => {
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const options = (network: string) => (method === 'PUT' ? { body: bodyOf(network) } : {});
      expect(await api.refusal(method, `${base}/none`, options('none'))).toMatchObject({ code: 'not_found' });
      expect(await api.refusal(method, `${base}/${otherType}`, options(otherType))).toMatchObject({
        code: 'invalid',
        message: `network ${otherType} is not a ${type} network`,
      });
    }
    expect(await api.refusal('POST', base, { body: bodyOf(id) })).toMatchObject({ code: 'conflict' });
    expect(await api.refusal('PUT', `${base}/${id}`, { body: bodyOf('n9') })).toMatchObject({ faults: [{ path: 'body.id' }] });
  });

  it('names every fault of a body at once', async () => {
    const { dns: _, ...body } = { ...bodyOf('Big'), name: '', federation: undefined };
    const refusal = await api.refusal('POST', base, { body });
    expect(refusal.code).toBe('invalid');
    expect(refusal.faults.map(({ path }) => path).sort()).toEqual(['body.dns', 'body.federation', 'body.id', 'body.name']);
    expect(await api.refusal('POST', base, { body: 'text' })).toMatchObject({ code: 'invalid' });
  });

  it('honours If-Match', async () => {
    const ifMatch = String((await api.call('GET', `${base}/${id}`)).etag);
    expect((await api.call('PUT', `${base}/${id}`, { body: bodyOf(id), ifMatch })).status).toBe(204);
    expect(await api.refusal('PUT', `${base}/${id}`, { body: bodyOf(id), ifMatch })).toMatchObject({ code: 'precondition_failed' });
    expect(await api.refusal('DELETE', `${base}/${id}`, { ifMatch })).toMatchObject({ code: 'precondition_failed' });
  });

  it('deletes', async () => {
    expect(await api.call('DELETE', `${base}/${id}`)).toMatchObject({ status: 204, trips: 2 });
    expect(await api.refusal('GET', `${base}/${id}`)).toMatchObject({ code: 'not_found' });
    expect((await api.call('POST', base, { body: bodyOf(id) })).status).toBe(201);
  });

  it('writes and reads the federation settings alone, in two trips and one', async () => {
    const path = `${base}/${id}/federation`;
    const { federation } = bodyOf(id);
    expect(await api.call('GET', path)).toMatchObject({ status: 200, body: federation, trips: 1 });
    const changed = base === '/feg' ? { ...federation, served_network_ids: ['other'] } : { feg_network_id: 'feg1' };
    expect(await api.call('PUT', path, { body: changed })).toMatchObject({ status: 204, trips: 2 });
    expect((await api.call('GET', path)).body).toEqual(changed);
    expect((await api.call('GET', `${base}/${id}`)).body).toEqual({ ...bodyOf(id), federation: changed });
    const ifMatch = '"0"';
    expect(await api.refusal('PUT', path, { body: changed, ifMatch })).toMatchObject({ code: 'precondition_failed' });
    for (const method of ['GET', 'PUT', 'DELETE']) {
      const options = method === 'PUT' ? { body: changed } : {};
      expect(await api.refusal(method, `${base}/none/federation`, options)).toMatchObject({ code: 'not_found' });
    }
  });

  it('takes the federation settings away, time and again', async () => {
    for (let time = 0; time < 2; time += 1) expect((await api.call('DELETE', `${base}/${id}/federation`)).status).toBe(204);
    expect(await api.refusal('GET', `${base}/${id}/federation`)).toMatchObject({ code: 'not_found' });
    expect((await api.call('GET', `${base}/${id}`)).body).toEqual({ ...bodyOf(id), federation: null });
  });

  it('keeps what holds for all subscribers', async () => {
    const path = `${base}/${id}/subscriber_config`;
    await api.call('GET', path).then((answer) => expect(answer).toMatchObject({ status: 200, body: {}, trips: 1 }));
    expect((await api.call('GET', `${path}/rule_names`)).body).toEqual([]);
    const missing = { code: 'invalid', faults: [{ message: 'policy rule "r1" does not exist' }] };
    expect(await api.refusal('PUT', path, { body: { network_wide_rule_names: ['r1'] } })).toMatchObject(missing);
    expect(await api.refusal('POST', `${path}/rule_names/r1`)).toMatchObject(missing);
    addEntities(api, id, [
      ['policy', 'r1'],
      ['base_name', 'b1'],
    ]);
    expect((await api.call('POST', `${path}/rule_names/r1`)).status).toBe(201);
    expect((await api.call('PUT', `${path}/base_names`, { body: ['b1'] })).status).toBe(204);
    expect((await api.call('GET', path)).body).toEqual({ network_wide_base_names: ['b1'], network_wide_rule_names: ['r1'] });
    expect((await api.call('DELETE', `${path}/base_names/b1`)).status).toBe(204);
    expect((await api.call('GET', `${path}/base_names`)).body).toEqual([]);
  });
});

describe('federation networks', () => {
  let api: TestApi;

  beforeEach(async () => {
    api = await fegApi();
  });
  afterEach(() => api.d1.close());

  it('need no more than the contract demands, and show lists never set as null', async () => {
    await api.call('POST', '/feg', { body: { ...fegNetworkBody('n9'), federation: bareFederation } });
    expect((await api.call('GET', '/feg/n9/federation')).body).toEqual(shownBareFederation);
    const { health: _, gx: __, ...rest } = bareFederation;
    const refusal = await api.refusal('PUT', '/feg/n9/federation', { body: { ...rest, served_network_ids: null } });
    expect(refusal.faults.map(({ path }) => path).sort()).toEqual(['body.gx', 'body.health', 'body.served_network_ids']);
  });

  it('store subscriber config with the whole, when its names exist, and keep it when a body has none', async () => {
    const named = { ...fegNetworkBody('feg1'), subscriber_config: { network_wide_base_names: ['b1'], network_wide_rule_names: ['r1'] } };
    const faults = [
      { path: 'body.subscriber_config.network_wide_base_names[0]', message: 'base name "b1" does not exist' },
      { path: 'body.subscriber_config.network_wide_rule_names[0]', message: 'policy rule "r1" does not exist' },
    ];
    expect(await api.refusal('PUT', '/feg/feg1', { body: named })).toMatchObject({ code: 'invalid', faults });
    expect(await api.refusal('POST', '/feg', { body: { ...named, id: 'n9' } })).toMatchObject({ code: 'invalid', faults });
    addEntities(api, 'feg1', [
      ['policy', 'r1'],
      ['base_name', 'b1'],
    ]);
    await api.call('PUT', '/feg/feg1', { body: named });
    expect((await api.call('GET', '/feg/feg1')).body).toEqual(named);
    await api.call('PUT', '/feg/feg1', { body: fegNetworkBody('feg1') });
    expect((await api.call('GET', '/feg/feg1')).body).toEqual(named);
  });

  it('check routes by mobile network where the federation settings are written alone', async () => {
    const federation = { ...fullFederation, nh_routes: { '00101': 'a', '1234': 'b', '1234567': 'c', abcde: 'd' } };
    const refusal = await api.refusal('PUT', '/feg/feg1/federation', { body: federation });
    expect(refusal.faults.map(({ path }) => path).sort()).toEqual([
      'body.nh_routes.1234',
      'body.nh_routes.1234567',
      'body.nh_routes.abcde',
    ]);
    expect((await api.call('PUT', '/feg/feg1', { body: { ...fegNetworkBody('feg1'), federation } })).status).toBe(204);
  });

  it('go with all their gateways', async () => {
    await api.call('POST', '/feg/feg1/gateways', { body: fegGatewayBody('fg1') });
    await api.call('DELETE', '/feg/feg1');
    expect(api.d1.sqlite.prepare("SELECT COUNT(*) AS n FROM entities WHERE network_id = 'feg1'").get()?.['n']).toBe(0);
  });
});

describe('federated LTE networks', () => {
  let api: TestApi;

  beforeEach(async () => {
    api = await fegApi();
  });
  afterEach(() => api.d1.close());

  it('name an existing federation network where the federation settings are written alone', async () => {
    const fault = { code: 'invalid', faults: [{ path: 'body.feg_network_id', message: 'network "nowhere" does not exist' }] };
    expect(await api.refusal('PUT', '/feg_lte/fl1/federation', { body: { feg_network_id: 'nowhere' } })).toMatchObject(fault);
    // One that is there, for who may not read it.
    const as = operatorOf('WRITE', 'fl1');
    await api.call('POST', '/feg', { body: fegNetworkBody('nowhere') });
    expect(await api.refusal('PUT', '/feg_lte/fl1/federation', { as, body: { feg_network_id: 'nowhere' } })).toMatchObject(fault);
    expect((await api.call('PUT', '/feg_lte/fl1/federation', { body: { feg_network_id: 'nowhere' } })).status).toBe(204);
    expect((await api.call('PUT', '/feg_lte/fl1/federation', { as, body: { feg_network_id: 'nowhere' } })).status).toBe(204);
    expect((await api.call('POST', '/feg_lte', { body: fegLteNetworkBody('fl2', 'later') })).status).toBe(201);
    expect(await api.refusal('PUT', '/feg_lte/fl1/federation', { body: {} })).toMatchObject({ faults: [{ path: 'body.feg_network_id' }] });
  });

  it('keep each cellular value in its bounds, but do not check them against each other', async () => {
    const cellular = {
      ran: { bandwidth_mhz: 20, fdd_config: { earfcndl: 44590, earfcnul: 1 }, tdd_config: ran.tdd_config },
      epc: {
        ...epc,
        sub_profiles: { '': { max_ul_bit_rate: 1, max_dl_bit_rate: 2 } },
        mobility: { ip_allocation_mode: 'STATIC', nat: { ip_blocks: ['not a block'] } },
      },
    };
    const body = { ...fegLteNetworkBody('fl2', 'feg1'), cellular };
    expect((await api.call('POST', '/feg_lte', { body })).status).toBe(201);
    expect((await api.call('GET', '/feg_lte/fl2')).body).toEqual(body);
    expect(await api.refusal('PUT', '/lte/fl2/cellular', { body: cellular })).toMatchObject({ code: 'invalid' });
    const broken = { ...body, cellular: { ran: { bandwidth_mhz: 4 }, epc: { ...epc, mcc: '1', tac: 0 } } };
    const refusal = await api.refusal('POST', '/feg_lte', { body: broken });
    expect(refusal.faults.map(({ path }) => path).sort()).toEqual([
      'body.cellular.epc.mcc',
      'body.cellular.epc.tac',
      'body.cellular.ran.bandwidth_mhz',
    ]);
  });

  it('have their LTE side under /lte', async () => {
    await api.call('POST', '/networks/fl1/tiers', { body: { id: 'default', version: '1.0', images: [], gateways: [] } });
    expect((await api.call('POST', '/lte/fl1/gateways', { body: lteGatewayBody('gw1') })).status).toBe(201);
    expect((await api.call('GET', '/lte/fl1/dns')).body).toEqual(dns);
    expect((await api.call('GET', '/lte')).body).toEqual([]);
  });
});

/** Puts entities into the store that routes of other modules make. */
function addEntities(api: TestApi, network: string, ids: readonly (readonly [string, string])[]): void {
  const insert = api.d1.sqlite.prepare(
    "INSERT INTO entities (network_id, type, key, name, description, version) VALUES (?, ?, ?, '', '', 1)",
  );
  for (const [type, key] of ids) insert.run(network, type, key);
}
