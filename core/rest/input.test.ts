import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TestApi } from '../../test/support/context.ts';
import { lteApi, lteGatewayBody } from '../../test/support/lte.ts';

let api: TestApi;
beforeEach(async () => {
  api = await lteApi();
});
afterEach(() => api.d1.close());

const gateways = '/lte/n1/gateways';
const body = (changes: object) => ({ ...lteGatewayBody('gw1'), ...changes });

/** What a request is refused for, and the round trips that it took. */
async function refused(method: string, path: string, sent: unknown, query?: Record<string, string>) {
  const before = api.d1.trips();
  const { code, faults } = await api.refusal(method, path, { body: sent, ...(query ? { query } : {}) });
  return { code, at: faults.map((fault) => fault.path).sort(), trips: api.d1.trips() - before };
}

describe('a request that is wrong in several ways', () => {
  it('is told all of them, in at most two round trips and with nothing written', async () => {
    const wrong = body({ name: 7, tier: 'none', connected_enodeb_serials: ['e1', 'none'] });
    expect(await refused('POST', gateways, wrong)).toEqual({
      code: 'invalid',
      at: ['body.connected_enodeb_serials[1]', 'body.name', 'body.tier'],
      trips: 2,
    });
    expect(await refused('POST', gateways, body({ name: 7 }))).toEqual({ code: 'invalid', at: ['body.name'], trips: 1 });
    expect(api.committed.map(({ networkId }) => networkId)).not.toContain('gw1');
    expect((await api.call('GET', gateways)).body).toEqual({});
  });

  it('is told of its query, too', async () => {
    expect((await refused('POST', '/user/ann/tokens', 7, { expires_in: 'soon' })).at).toEqual(['body', 'query.expires_in']);
  });

  it('is refused for its form also when what it is about does not exist', async () => {
    expect(await refused('POST', '/lte/none/gateways', body({ name: 7, tier: 'none' }))).toMatchObject({
      code: 'invalid',
      at: ['body.name'],
    });
    expect(await refused('PUT', `${gateways}/none`, body({ name: 7 }))).toMatchObject({ code: 'invalid', at: ['body.id', 'body.name'] });
    expect((await refused('POST', '/lte/none/gateways', body({}))).code).toBe('not_found');
  });

  it('is told what is wrong with it by itself before what it is about is missed, and together with what it names', async () => {
    await api.call('POST', gateways, { body: body({}) });
    const wrong = body({ id: 'gw2', tier: 'none', device: { hardware_id: 'hw', key: { key_type: 'ECHO', key: 'AAAA' } } });
    expect(await refused('PUT', `${gateways}/gw1`, wrong)).toEqual({
      code: 'invalid',
      at: ['body.device.key.key', 'body.id', 'body.tier'],
      trips: 1,
    });
    expect((await refused('PUT', `${gateways}/gw1`, { ...wrong, name: 7 })).at).toEqual([
      'body.device.key.key',
      'body.id',
      'body.name',
      'body.tier',
    ]);
    expect((await refused('PUT', `${gateways}/none`, wrong)).at).toEqual(['body.device.key.key', 'body.id']);
    expect((await refused('PUT', `${gateways}/gw2`, body({ id: 'gw2' }))).code).toBe('not_found');
    expect((await api.call('GET', `${gateways}/gw1`)).body).toMatchObject({
      id: 'gw1',
      tier: 'default',
      device: { hardware_id: 'hw-gw1' },
    });
  });

  it('commands no gateway', async () => {
    await api.call('POST', gateways, { body: body({}) });
    const trace = { trace_id: 't1', trace_type: 'GATEWAY', gateway_id: 'gw1', timeout: 'long' };
    expect((await refused('POST', '/networks/n1/tracing', trace)).at).toEqual(['body.timeout']);
    expect((await refused('POST', '/networks/n1/tracing', { ...trace, gateway_id: 'none' })).at).toEqual([
      'body.gateway_id',
      'body.timeout',
    ]);
    expect((await refused('POST', '/networks/n1/gateways/gw1/command/ping', { hosts: 7 })).at).toEqual(['body.hosts']);
    expect(api.fleet.calls).toEqual([]);
  });
});
