import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TestApi } from '../../../test/support/context.ts';
import { cwfApi, cwfGatewayBody, haPairBody } from '../../../test/support/cwf.ts';

const healthy = { status: 'HEALTHY', description: 'all is well' };
const sick = { status: 'UNHEALTHY', description: 'radius does not answer' };

describe('what carrier Wi-Fi gateways report', () => {
  let api: TestApi;
  const body = async (at: string) => (await api.call('GET', `/cwf/n1/${at}`)).body;
  const refused = async (at: string) => (await api.refusal('GET', `/cwf/n1/${at}`)).message;
  const tell = (gateway: string, type: string, device: string, value: unknown, at = 10) =>
    api.fleet.reportState('n1', gateway, type, device, value, at);

  beforeEach(async () => {
    api = await cwfApi();
    for (const id of ['gw1', 'gw2']) await api.call('POST', '/cwf/n1/gateways', { body: cwfGatewayBody(id) });
    for (const id of ['p1', 'p2']) await api.call('POST', '/cwf/n1/ha_pairs', { body: haPairBody(id, 'gw1', 'gw2') });
  });
  afterEach(() => api.d1.close());

  it('shows as health of a gateway and as state of its pairs, alone and in the list, in one trip', async () => {
    tell('gw1', 'cwf_gateway_health', 'gw1', healthy);
    tell('gw1', 'cwf_gateway_health', 'gw2', sick);
    tell('gw1', 'cwf_ha_pair_status', 'p1', { active_gateway: 'gw1' });
    expect(await body('gateways/gw1/health_status')).toEqual(healthy);
    expect(await body('ha_pairs/p1/status')).toEqual({ active_gateway: 'gw1' });
    const health = { gateway1_health: healthy, gateway2_health: sick };
    const state = { ha_pair_status: { active_gateway: 'gw1' }, ...health };
    expect(await api.call('GET', '/cwf/n1/ha_pairs/p1')).toMatchObject({ trips: 1, body: { ...haPairBody('p1', 'gw1', 'gw2'), state } });
    expect(await api.call('GET', '/cwf/n1/ha_pairs')).toMatchObject({ trips: 1, body: { p1: { state }, p2: { state: health } } });
  });

  it('is what was reported last; what cannot be read counts as not reported', async () => {
    tell('gw1', 'cwf_ha_pair_status', 'p1', { active_gateway: 'gw1' }, 10);
    tell('gw2', 'cwf_ha_pair_status', 'p1', { active_gateway: 'gw2' }, 20);
    expect(await body('ha_pairs/p1/status')).toEqual({ active_gateway: 'gw2' });
    tell('gw1', 'cwf_gateway_health', 'gw1', { status: 'GOOD' });
    tell('gw1', 'cwf_ha_pair_status', 'p2', 'not json');
    expect(await refused('gateways/gw1/health_status')).toMatch(/it has not reported any$/);
    expect(await refused('ha_pairs/p2/status')).toMatch(/neither of its gateways has reported it$/);
    expect(await body('ha_pairs/p2')).toMatchObject({ state: {} });
  });

  it('says where a subscriber is', async () => {
    const at = 'subscribers/IMSI001010000000001/directory_record';
    expect(await refused(at)).toMatch(/was not found$/);
    const identifiers = { ipv4_addr: '10.0.0.5', mac_addr: '5e:00:53:00:00:01', session_id: '7' };
    tell('gw1', 'directory_record', 'IMSI001010000000001', { location_history: ['hw-gw1'], identifiers });
    expect(await body(at)).toEqual({ location_history: ['hw-gw1'], ipv4_addr: '10.0.0.5', mac_addr: '5e:00:53:00:00:01' });
    tell('gw2', 'directory_record', 'IMSI001010000000001', { location_history: ['hw-gw2', 'hw-gw1'], identifiers: { ipv4_addr: 7 } }, 20);
    expect(await body(at)).toEqual({ location_history: ['hw-gw2', 'hw-gw1'] });
  });
});
