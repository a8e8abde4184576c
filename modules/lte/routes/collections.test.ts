import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodePageToken } from '../../../core/paging.ts';
import { apnBody, enodebBody, lteApi, lteGatewayBody, lteNetworkBody } from '../../../test/support/lte.ts';
import type { TestApi } from '../../../test/support/context.ts';

let api: TestApi;
const body = async (path: string) => (await api.call('GET', path)).body;
const refused = async (method: string, path: string, sent?: unknown) =>
  (await api.refusal(method, path, sent === undefined ? {} : { body: sent })).code;

beforeEach(async () => {
  api = await lteApi();
});
afterEach(() => api.d1.close());

describe('eNodeBs', () => {
  const path = '/lte/n1/enodebs';

  it('are stored without the older config, and shown with it', async () => {
    expect(await api.call('POST', path, { body: { ...enodebBody('e3'), description: 'north' } })).toMatchObject({
      status: 201,
      body: undefined,
      trips: 2,
    });
    expect(await api.call('GET', `${path}/e3`)).toMatchObject({
      status: 200,
      body: { ...enodebBody('e3'), description: 'north' },
      trips: 1,
    });
    const unmanaged = { config_type: 'UNMANAGED', unmanaged_config: { cell_id: 1, ip_address: '10.0.0.1', tac: 2 } };
    expect(await api.call('PUT', `${path}/e3`, { body: { ...enodebBody('e3'), enodeb_config: unmanaged } })).toMatchObject({
      status: 204,
      trips: 2,
    });
    expect(await body(`${path}/e3`)).toEqual({ ...enodebBody('e3'), config: null, enodeb_config: unmanaged });
  });

  it('show the gateway they are connected to, which only the gateway sets', async () => {
    await api.call('POST', '/lte/n1/gateways', { body: { ...lteGatewayBody('gw1'), connected_enodeb_serials: ['e1'] } });
    expect(await body(`${path}/e1`)).toEqual({ ...enodebBody('e1'), attached_gateway_id: 'gw1' });
    expect(await refused('PUT', `${path}/e1`, { ...enodebBody('e1'), attached_gateway_id: 'gw1' })).toBe('invalid');
    expect((await api.call('DELETE', `${path}/e1`)).status).toBe(204);
    expect(await body('/lte/n1/gateways/gw1/connected_enodeb_serials')).toEqual([]);
  });

  it('are listed page by page', async () => {
    const page = async (query: Record<string, string>) => (await api.call('GET', path, { query })).body;
    expect(await page({})).toEqual({ enodebs: { e1: enodebBody('e1'), e2: enodebBody('e2') }, page_token: '', total_count: 2 });
    expect(await page({ page_size: '1' })).toEqual({
      enodebs: { e1: enodebBody('e1') },
      page_token: encodePageToken('e1'),
      total_count: 2,
    });
    expect(await page({ page_token: encodePageToken('e1') })).toMatchObject({ enodebs: { e2: {} } });
  });

  it('refuse what cannot be', async () => {
    expect(await refused('POST', path, enodebBody('e1'))).toBe('conflict');
    await api.call('POST', '/lte', { body: lteNetworkBody('n2') });
    expect(await refused('POST', '/lte/n2/enodebs', enodebBody('e1'))).toBe('conflict');
    expect(await refused('POST', '/lte/none/enodebs', enodebBody('e3'))).toBe('not_found');
    expect(await refused('PUT', `${path}/e1`, enodebBody('e2'))).toBe('invalid');
    expect(await refused('PUT', `${path}/none`, enodebBody('none'))).toBe('not_found');
    expect(await refused('GET', `${path}/none`)).toBe('not_found');
    expect((await api.call('DELETE', `${path}/none`)).status).toBe(204);
  });
});

describe('APNs', () => {
  const path = '/lte/n1/apns';

  it('are made, listed, replaced and deleted', async () => {
    expect(await api.call('POST', path, { body: apnBody('a') })).toMatchObject({ status: 201, trips: 2 });
    const changed = {
      ...apnBody('a'),
      apn_configuration: { ambr: { max_bandwidth_ul: 0, max_bandwidth_dl: 0 }, qos_profile: {}, is_default: true },
    };
    expect(await api.call('PUT', `${path}/a`, { body: changed })).toMatchObject({ status: 204, trips: 2 });
    expect(await api.call('GET', path)).toMatchObject({
      body: { a: changed, ims: apnBody('ims'), internet: apnBody('internet') },
      trips: 1,
    });
    expect((await api.call('DELETE', `${path}/a`)).status).toBe(204);
    expect(await refused('GET', `${path}/a`)).toBe('not_found');
    expect(await refused('DELETE', `${path}/a`)).toBe('not_found');
  });

  it('take the resources of gateways with them', async () => {
    const gateway = {
      ...lteGatewayBody('gw1'),
      apn_resources: { internet: { id: 'r1', apn_name: 'internet' }, ims: { id: 'r2', apn_name: 'ims' } },
    };
    await api.call('POST', '/lte/n1/gateways', { body: gateway });
    await api.call('DELETE', `${path}/internet`);
    expect(await body('/lte/n1/gateways/gw1')).toMatchObject({ apn_resources: { ims: { id: 'r2', apn_name: 'ims' } } });
    expect(api.d1.sqlite.prepare("SELECT key FROM entities WHERE type = 'apn_resource'").all()).toHaveLength(1);
  });

  it('refuse what cannot be', async () => {
    expect(await refused('POST', path, apnBody('ims'))).toBe('conflict');
    expect(await refused('POST', '/lte/none/apns', apnBody('a'))).toBe('not_found');
    expect(await refused('PUT', `${path}/ims`, apnBody('internet'))).toBe('invalid');
    expect(await refused('PUT', `${path}/none`, apnBody('none'))).toBe('not_found');
    expect(await refused('GET', '/lte/none/apns')).toBe('not_found');
  });
});

describe('gateway pools', () => {
  const path = '/lte/n1/gateway_pools';
  const pool = (id: string, group = 1) => ({ gateway_pool_id: id, gateway_pool_name: `Pool ${id}`, config: { mme_group_id: group } });

  it('answer their id when made and replaced', async () => {
    expect(await api.call('POST', path, { body: pool('p1') })).toMatchObject({ status: 201, body: 'p1', trips: 2 });
    expect(await api.call('PUT', `${path}/p1`, { body: pool('p1', 7) })).toMatchObject({ status: 201, body: 'p1', trips: 2 });
    expect(await body(path)).toEqual({ p1: { ...pool('p1', 7), gateway_ids: [] } });
    expect(await refused('POST', path, pool('p1'))).toBe('conflict');
    expect(await refused('PUT', `${path}/p1`, pool('p2'))).toBe('invalid');
    expect(await refused('PUT', `${path}/p2`, pool('p2'))).toBe('not_found');
  });

  it('are deleted when empty only', async () => {
    await api.call('POST', path, { body: pool('p1') });
    const pooling = [{ gateway_pool_id: 'p1', mme_code: 1, mme_relative_capacity: 10 }];
    await api.call('POST', '/lte/n1/gateways', {
      body: { ...lteGatewayBody('gw1'), cellular: { ...lteGatewayBody('gw1').cellular, pooling } },
    });
    expect(await body(`${path}/p1`)).toMatchObject({ gateway_ids: ['gw1'] });
    expect(await refused('DELETE', `${path}/p1`)).toBe('invalid');
    await api.call('DELETE', '/lte/n1/gateways/gw1');
    expect((await api.call('DELETE', `${path}/p1`)).status).toBe(204);
    expect(await refused('DELETE', `${path}/p1`)).toBe('not_found');
  });
});
