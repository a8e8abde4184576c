import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { operatorOf, type TestApi } from '../../../test/support/context.ts';
import { bareFederation, fegApi, fegGatewayBody, fegNetworkBody, fullFederation, shownBareFederation } from '../../../test/support/feg.ts';
import { magmad } from '../../../test/support/lte.ts';

const path = '/feg/feg1/gateways';

/** What a reader sees of a body that was written. */
const shown = (body: object) => ({ ...body, magmad: { ...magmad, dynamic_services: null } });

let api: TestApi;
const create = (body: object) => api.call('POST', path, { body });
const body = async (at: string) => (await api.call('GET', at)).body;
const rows = (sql: string) =>
  api.d1.sqlite
    .prepare(sql)
    .all()
    .map((row) => Object.values(row).join(' '));

beforeEach(async () => {
  api = await fegApi();
});
afterEach(() => api.d1.close());

describe('federation gateways', () => {
  it('creates in two trips, reads back the same in one', async () => {
    expect(await create(fegGatewayBody('fg1'))).toEqual({ status: 201, body: undefined, etag: undefined, trips: 2 });
    expect(await api.call('GET', `${path}/fg1`)).toMatchObject({ status: 200, body: shown(fegGatewayBody('fg1')), trips: 1 });
    expect(rows('SELECT from_type, to_type, to_key FROM associations ORDER BY 1, 2')).toEqual([
      'magmad_gateway federation_gateway fg1',
      'upgrade_tier magmad_gateway fg1',
    ]);
  });

  it('needs neither hardware nor settings of its own', async () => {
    const { device: _, federation: __, ...open } = fegGatewayBody('fg1');
    await create(open);
    const registration_info = {
      registration_token: expect.stringMatching(/^reg_/),
      root_ca: expect.any(String),
      domain_name: 'orc8r.test',
    };
    expect(await body(`${path}/fg1`)).toEqual({ ...shown(open), federation: null, registration_info });
    expect((await api.call('GET', `${path}/fg1`, { as: operatorOf('WRITE', 'feg1') })).body).toHaveProperty('registration_info');
    const asReader = { as: operatorOf('READ', 'feg1') };
    expect((await api.call('GET', `${path}/fg1`, asReader)).body).toEqual({ ...shown(open), federation: null });
    expect((await api.call('GET', path, asReader)).body).toEqual({ fg1: { ...shown(open), federation: null } });
  });

  it('lists a map by id, whole or page by page, with status, in one trip', async () => {
    expect(await api.call('GET', path)).toMatchObject({ status: 200, body: {}, trips: 1 });
    await create(fegGatewayBody('fg1'));
    await create({ ...fegGatewayBody('fg0'), federation: bareFederation });
    const bare = { id: 'bare', name: 'b', description: 'b', magmad, tier: 'default' };
    await api.call('POST', '/networks/feg1/gateways', { body: bare });
    api.fleet.report('feg1', 'fg0', { hardwareId: 'hw-fg0', state: { version: '1.2' }, receivedAt: 7000, certificateExpiresAt: 5000 });
    const status = { checkin_time: 7000, hardware_id: 'hw-fg0', version: '1.2', cert_expiration_time: 5 };
    const answer = await api.call('GET', path);
    expect(answer).toMatchObject({ status: 200, trips: 1 });
    expect(answer.body).toEqual({
      fg0: { ...shown(fegGatewayBody('fg0')), federation: shownBareFederation, status },
      fg1: shown(fegGatewayBody('fg1')),
    });
    expect(Object.keys((await api.call('GET', path, { query: { page_size: '1' } })).body as object)).toEqual(['fg0']);
    expect(await api.refusal('GET', '/feg/none/gateways')).toMatchObject({ code: 'not_found' });
  });

  it('replaces: hardware stays without `device`, settings go without `federation`', async () => {
    await create(fegGatewayBody('fg1'));
    await api.call('POST', '/networks/feg1/tiers', { body: { id: 'other', version: '1', images: [], gateways: [] } });
    const { federation: _, device, ...rest } = { ...fegGatewayBody('fg1'), name: 'New', tier: 'other' };
    expect(await api.call('PUT', `${path}/fg1`, { body: rest })).toMatchObject({ status: 204, trips: 2 });
    expect(await body(`${path}/fg1`)).toEqual({ ...shown(rest), device, federation: null });
  });

  it('refuses unknown tiers and what is taken', async () => {
    await create(fegGatewayBody('fg1'));
    expect(await api.refusal('POST', path, { body: fegGatewayBody('fg1') })).toMatchObject({ code: 'conflict' });
    const { device } = fegGatewayBody('fg1');
    expect(await api.refusal('POST', path, { body: { ...fegGatewayBody('fg2'), device } })).toMatchObject({ code: 'conflict' });
    for (const [method, at] of [
      ['POST', path],
      ['PUT', `${path}/fg1`],
    ] as const) {
      const unknown = { ...fegGatewayBody(method === 'PUT' ? 'fg1' : 'fg2'), tier: 'unknown' };
      expect(await api.refusal(method, at, { body: unknown })).toMatchObject({ code: 'invalid', faults: [{ path: 'body.tier' }] });
    }
    expect(await api.refusal('POST', '/feg/none/gateways', { body: fegGatewayBody('fg2') })).toMatchObject({ code: 'not_found' });
    expect(rows('SELECT hardware_id FROM devices')).toEqual(['hw-fg1']);
  });

  it('names every fault of a body at once', async () => {
    const federation = {
      ...fullFederation,
      s6a: { server: { protocol: 'udp', address: ':', retransmits: -1 }, plmn_ids: ['1'] },
      gy: { init_method: 3 },
      hss: { lte_auth_op: '*' },
      health: { health_services: ['NONE'], request_failure_threshold: 1e39 },
      served_network_ids: undefined,
    };
    const refusal = await api.refusal('POST', path, { body: { ...fegGatewayBody('Fg'), description: '', federation } });
    expect([...new Set(refusal.faults.map((fault) => fault.path))].sort()).toEqual([
      'body.description',
      'body.federation.gy.init_method',
      'body.federation.health.health_services[0]',
      'body.federation.health.request_failure_threshold',
      'body.federation.hss.lte_auth_op',
      'body.federation.s6a.plmn_ids[0]',
      'body.federation.s6a.server.address',
      'body.federation.s6a.server.protocol',
      'body.federation.s6a.server.retransmits',
      'body.federation.served_network_ids',
      'body.id',
    ]);
  });

  it('tells missing, another kind and a wrong id apart', async () => {
    await create(fegGatewayBody('fg1'));
    await api.call('POST', '/networks/feg1/gateways', { body: { id: 'bare', name: 'b', description: 'b', magmad, tier: 'default' } });
    for (const id of ['none', 'bare']) {
      expect(await api.refusal('GET', `${path}/${id}`)).toMatchObject({ code: 'not_found' });
      expect(await api.refusal('PUT', `${path}/${id}`, { body: fegGatewayBody(id) })).toMatchObject({ code: 'not_found' });
      expect(await api.refusal('DELETE', `${path}/${id}`)).toMatchObject({ code: 'not_found' });
    }
    expect(await api.refusal('PUT', `${path}/fg1`, { body: fegGatewayBody('fg2') })).toMatchObject({ faults: [{ path: 'body.id' }] });
  });

  it('honours If-Match', async () => {
    await create(fegGatewayBody('fg1'));
    const tag = async () => String((await api.call('GET', `${path}/fg1`)).etag);
    const first = await tag();
    expect((await api.call('PUT', `${path}/fg1/federation`, { body: bareFederation })).status).toBe(204);
    expect(await tag()).not.toBe(first);
    expect(await api.refusal('PUT', `${path}/fg1`, { body: fegGatewayBody('fg1'), ifMatch: first })).toMatchObject({
      code: 'precondition_failed',
    });
    expect(await api.refusal('DELETE', `${path}/fg1`, { ifMatch: first })).toMatchObject({ code: 'precondition_failed' });
    expect((await api.call('DELETE', `${path}/fg1`, { ifMatch: await tag() })).status).toBe(204);
  });

  it('deletes everything that was the gateway, and nothing else', async () => {
    await create(fegGatewayBody('fg1'));
    await create(fegGatewayBody('fg2'));
    expect(await api.call('DELETE', `${path}/fg1`)).toMatchObject({ status: 204, trips: 2 });
    expect(rows("SELECT type, key FROM entities WHERE network_id = 'feg1' ORDER BY 1, 2")).toEqual([
      'federation_gateway fg2',
      'magmad_gateway fg2',
      'upgrade_tier default',
    ]);
    expect(rows('SELECT hardware_id FROM devices')).toEqual(['hw-fg2']);
    expect((await create(fegGatewayBody('fg1'))).status).toBe(201);
  });

  it('tells the network what changed', async () => {
    await create(fegGatewayBody('fg1'));
    const keys = api.committed.at(-1)?.changes.map((id) => `${id.type}/${id.key}`);
    expect(keys).toEqual(expect.arrayContaining(['magmad_gateway/fg1', 'federation_gateway/fg1']));
  });
});

describe('federation settings of a gateway', () => {
  const at = `${path}/fg1/federation`;

  it('are replaced in two trips and read in one', async () => {
    await create(fegGatewayBody('fg1'));
    expect(await api.call('GET', at)).toMatchObject({ status: 200, body: fullFederation, trips: 1 });
    expect(await api.call('PUT', at, { body: bareFederation })).toMatchObject({ status: 204, trips: 2 });
    expect(await body(at)).toEqual(shownBareFederation);
    const { etag } = await api.call('GET', at);
    await api.call('PUT', at, { body: fullFederation });
    for (const method of ['PUT', 'DELETE']) {
      const options = { ...(method === 'PUT' ? { body: fullFederation } : {}), ifMatch: String(etag) };
      expect(await api.refusal(method, at, options)).toMatchObject({ code: 'precondition_failed' });
    }
    expect(await api.refusal('PUT', at, { body: { ...fullFederation, swx: undefined } })).toMatchObject({ faults: [{ path: 'body.swx' }] });
  });

  it('can be taken away, after which those of the network count, and given again', async () => {
    await create(fegGatewayBody('fg1'));
    expect(await api.refusal('POST', at, { body: bareFederation })).toMatchObject({ code: 'conflict' });
    expect(await api.call('DELETE', at)).toMatchObject({ status: 204, trips: 2 });
    expect(await api.call('DELETE', at)).toMatchObject({ status: 204, trips: 1 });
    expect(await api.refusal('GET', at)).toMatchObject({ code: 'not_found' });
    expect(await body(`${path}/fg1`)).toMatchObject({ federation: null });
    expect(await api.call('POST', at, { body: bareFederation })).toMatchObject({ status: 201, body: undefined, trips: 2 });
    expect(await body(at)).toEqual(shownBareFederation);
  });

  it('need a federation gateway', async () => {
    await api.call('POST', '/networks/feg1/gateways', { body: { id: 'bare', name: 'b', description: 'b', magmad, tier: 'default' } });
    for (const method of ['GET', 'PUT', 'POST', 'DELETE']) {
      const options = method === 'PUT' || method === 'POST' ? { body: bareFederation } : {};
      for (const id of ['none', 'bare'])
        expect(await api.refusal(method, `${path}/${id}/federation`, options)).toMatchObject({ code: 'not_found' });
    }
  });
});

describe('what a federation gateway reports', () => {
  it('is its status', async () => {
    await create(fegGatewayBody('fg1'));
    expect(await api.refusal('GET', `${path}/fg1/status`)).toMatchObject({ code: 'not_found' });
    api.fleet.report('feg1', 'fg1', { hardwareId: 'hw-fg1', state: {}, receivedAt: 7000 });
    expect(await api.call('GET', `${path}/fg1/status`)).toMatchObject({
      status: 200,
      body: { checkin_time: 7000, hardware_id: 'hw-fg1' },
      trips: 1,
    });
    expect(await api.refusal('GET', `${path}/none/status`)).toMatchObject({ code: 'not_found' });
  });

  it('is not its health yet, and the answer says why', async () => {
    const { device: _, ...open } = fegGatewayBody('fg2');
    await create(fegGatewayBody('fg1'));
    await create(open);
    const refusal = (id: string) => api.refusal('GET', `${path}/${id}/health_status`);
    expect(await refusal('fg1')).toMatchObject({ code: 'not_found', message: expect.stringContaining('it has not reported any') });
    expect(await refusal('fg2')).toMatchObject({ code: 'not_found', message: expect.stringContaining('it has no hardware yet') });
    expect(await refusal('none')).toMatchObject({ code: 'not_found', message: 'federation gateway "none" was not found' });
  });

  it('makes none active yet, and the answer says why', async () => {
    const refusal = (id: string) => api.refusal('GET', `/feg/${id}/cluster_status`);
    expect(await refusal('none')).toMatchObject({ code: 'not_found', message: 'network "none" was not found' });
    expect(await refusal('fl1')).toMatchObject({ code: 'invalid', message: 'network fl1 is not a feg network' });
    expect(await refusal('feg1')).toMatchObject({ code: 'not_found', message: expect.stringContaining('it has no gateways') });
    await api.call('POST', '/feg', { body: fegNetworkBody('feg2') });
    await create(fegGatewayBody('fg1'));
    expect(await refusal('feg1')).toMatchObject({ code: 'not_found', message: expect.stringContaining('none of its 1 gateways') });
    expect(await refusal('feg2')).toMatchObject({ message: expect.stringContaining('it has no gateways') });
  });
});
