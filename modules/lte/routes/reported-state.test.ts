import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TestApi } from '../../../test/support/context.ts';
import { imsi, subscriberApi, subscriberBody, subscriberShown } from '../../../test/support/subscribers.ts';

const path = '/lte/n1/subscribers';
let api: TestApi;
const body = async (at: string, query: Record<string, string> = {}) => (await api.call('GET', at, { query })).body;
const tell = (gateway: string, type: string, device: string, value: unknown, at = 1_700_000_000_000) =>
  api.fleet.reportState('n1', gateway, type, device, value, at);
/** As mobilityd has it: a protobuf message as JSON, addresses packed and in base64. */
const address = (...bytes: number[]) => ({
  state: 'ALLOCATED',
  sid: { id: 'IMSI.magma.ipv4' },
  ipBlock: { netAddress: 'wKiAAA==', prefixLen: 24 },
  ip: { address: Buffer.from(bytes).toString('base64') },
});
const sessions = (...ids: string[]) => ({ internet: ids.map((session_id) => ({ session_id, lifecycle_state: 'SESSION_ACTIVE' })) });

beforeEach(async () => {
  api = await subscriberApi();
  await api.call('POST', path, { body: [1, 2, 3].map(subscriberBody) });
});
afterEach(() => api.d1.close());

describe('what gateways report of subscribers', () => {
  const record = { location_history: ['hw-gw1', 'hw-gw0'], identifiers: { session_id: '7' }, 'py/object': 'magma.directoryd' };

  it('is shown with them, alone and in lists, in one trip; nothing is shown of the others', async () => {
    tell('gw1', 'directory_record', imsi(1), record);
    tell('gw1', 'MME', imsi(1), { emmContext: { imsi64: '1010000000001', isAttached: true } });
    tell('gw1', 'S1AP', imsi(1), { s1UeState: 'S1AP_UE_CONNECTED' });
    tell('gw1', 'SPGW', imsi(1), {});
    tell('gw1', 'mobilityd_ipdesc_record', `${imsi(1)}.oai.ipv4`, address(192, 168, 128, 12));
    tell('gw1', 'mobilityd_ipdesc_record', `${imsi(1)}.ims.ipv4`, address(192, 168, 128, 200));
    tell('gw1', 'icmp_monitoring', imsi(1), { latency_ms: 3.5 }, 1_700_000_000_123);
    tell('gw1', 'gateway_subscriber_state', 'hw-gw1', { subscribers: { [imsi(1)]: sessions('a') } });
    const state = {
      subscriber_state: sessions('a'),
      s1ap: { s1UeState: 'S1AP_UE_CONNECTED' },
      mme: { emmContext: { imsi64: '1010000000001', isAttached: true } },
      spgw: {},
      mobility: [
        { apn: 'ims.ipv4', ip: '192.168.128.200' },
        { apn: 'oai.ipv4', ip: '192.168.128.12' },
      ],
      directory: { location_history: ['hw-gw1', 'hw-gw0'] },
    };
    const monitoring = { icmp: { latency_ms: 3.5, last_reported_time: 1_700_000_000_123 } };
    const shown = { ...subscriberShown(1), monitoring, state };
    expect(await api.call('GET', `${path}/${imsi(1)}`)).toMatchObject({ status: 200, trips: 1, body: shown });
    const list = await api.call('GET', path);
    expect(list).toMatchObject({ trips: 1, body: { total_count: 3 } });
    expect((list.body as { subscribers: unknown }).subscribers).toEqual({
      [imsi(1)]: shown,
      [imsi(2)]: subscriberShown(2),
      [imsi(3)]: subscriberShown(3),
    });
    expect(await body('/lte/n1/subscriber_state')).toEqual({ [imsi(1)]: state });
    expect(await body(`/lte/n1/subscriber_state/${imsi(1)}`)).toEqual(state);
    expect(await body(`/lte/n1/subscriber_state/${imsi(2)}`)).toEqual({});
  });

  it('appears as a whole as soon as there is any of it', async () => {
    tell('gw1', 'mobilityd_ipdesc_record', `${imsi(1)}.oai.ipv4`, address(10, 0, 0, 1));
    expect(await body(`${path}/${imsi(1)}`)).toMatchObject({ monitoring: {}, state: { mobility: [{ apn: 'oai.ipv4', ip: '10.0.0.1' }] } });
    tell('gw1', 'icmp_monitoring', imsi(2), { latency_ms: 0 }, 5);
    expect(await body(`${path}/${imsi(2)}`)).toMatchObject({ monitoring: { icmp: { latency_ms: 0, last_reported_time: 5 } }, state: {} });
    tell('gw1', 'mobilityd_ipdesc_record', `${imsi(1)}.oai.ipv4`, null);
    expect(await body(`${path}/${imsi(1)}`)).toEqual(subscriberShown(1));
  });

  it('of two gateways is that which was reported last', async () => {
    tell('gw1', 'directory_record', imsi(1), record, 10);
    tell('gw2', 'directory_record', imsi(1), { location_history: ['hw-gw2'] }, 20);
    tell('gw2', 'gateway_subscriber_state', 'hw-gw2', { subscribers: { [imsi(1)]: sessions('new') } }, 20);
    tell('gw1', 'gateway_subscriber_state', 'hw-gw1', { subscribers: { [imsi(1)]: sessions('old'), [imsi(2)]: sessions('b') } }, 10);
    expect(await body('/lte/n1/subscriber_state')).toEqual({
      [imsi(1)]: { subscriber_state: sessions('new'), directory: { location_history: ['hw-gw2'] } },
      [imsi(2)]: { subscriber_state: sessions('b') },
    });
    tell('gw2', 'directory_record', imsi(1), null);
    expect(await body(`/lte/n1/subscriber_state/${imsi(1)}`)).toMatchObject({ directory: { location_history: ['hw-gw1', 'hw-gw0'] } });
  });

  it('that cannot be read hides nothing else', async () => {
    tell('gw1', 'MME', imsi(1), 'not json');
    tell('gw1', 'S1AP', imsi(1), '[1]');
    tell('gw1', 'directory_record', imsi(1), { location_history: 'here' });
    tell('gw1', 'icmp_monitoring', imsi(1), { latency_ms: 'fast' });
    tell('gw1', 'gateway_subscriber_state', 'hw-gw1', { subscribers: [] });
    tell('gw1', 'mobilityd_ipdesc_record', `${imsi(1)}.six`, address(...Array.from({ length: 16 }, () => 1)));
    tell('gw1', 'mobilityd_ipdesc_record', `${imsi(1)}.odd`, { ip: { address: '!' } });
    tell('gw1', 'mobilityd_ipdesc_record', 'nobody', address(10, 0, 0, 1));
    tell('gw1', 'SPGW', imsi(1), { bearers: 1 });
    expect(await body(`${path}/${imsi(1)}`)).toEqual({ ...subscriberShown(1), monitoring: {}, state: { spgw: { bearers: 1 } } });
    const index = (await body('/networks/n1/state_index')) as { state_types: unknown; faulty: { type: string; fault: string }[] };
    expect(index.faulty.map(({ type }) => type).sort()).toEqual([
      'MME',
      'S1AP',
      'directory_record',
      'gateway_subscriber_state',
      'icmp_monitoring',
      'mobilityd_ipdesc_record',
    ]);
    expect(index.state_types).toContainEqual({ type: 'mobilityd_ipdesc_record', states: 3, faulty: 1 });
  });

  it('is listed for subscribers that are no entities too, page by page when asked', async () => {
    for (const number of [9, 7, 8]) tell('gw1', 'directory_record', imsi(number), record);
    tell('gw1', 'directory_record', 'not a subscriber', record);
    const all = '/lte/n1/subscriber_state';
    expect(Object.keys((await body(all)) as object)).toEqual([7, 8, 9].map(imsi));
    expect(Object.keys((await body(all, { page_size: '2' })) as object)).toEqual([7, 8].map(imsi));
    const page_token = Buffer.from([10, 19, ...Buffer.from(imsi(8))]).toString('base64');
    expect(Object.keys((await body(all, { page_size: '2', page_token })) as object)).toEqual([imsi(9)]);
    for (const at of [all, `${all}/${imsi(7)}`]) expect((await api.refusal('GET', at.replace('n1', 'none'))).code).toBe('not_found');
  });
});

describe('the subscribers with an address', () => {
  const mobility = 'mobilityd_ipdesc_record';
  const owners = async (ip: string, verbose = 'false') => body(path, { ip, verbose });

  it('are those that have it now, whole or as ids, without pages', async () => {
    tell('gw1', mobility, `${imsi(1)}.oai`, address(10, 0, 0, 1));
    tell('gw2', mobility, `${imsi(2)}.oai`, address(10, 0, 0, 1));
    tell('gw2', mobility, `${imsi(3)}.oai`, address(10, 0, 0, 3));
    tell('gw2', mobility, `${imsi(9)}.oai`, address(10, 0, 0, 1));
    expect(await owners('10.0.0.1')).toEqual([1, 2].map(imsi));
    expect(await owners('10.0.0.3', 'true')).toEqual({
      [imsi(3)]: { ...subscriberShown(3), monitoring: {}, state: { mobility: [{ apn: 'oai', ip: '10.0.0.3' }] } },
    });
    expect([await owners('10.0.0.9'), await owners('nonsense'), await owners('10.0.0.9', 'true')]).toEqual([[], [], {}]);
    expect((await api.refusal('GET', '/lte/none/subscribers', { query: { ip: '10.0.0.1' } })).code).toBe('not_found');
  });

  it('are no longer those that moved on, changed or lost it', async () => {
    tell('gw1', mobility, `${imsi(1)}.oai`, address(10, 0, 0, 1), 10);
    tell('gw2', mobility, `${imsi(1)}.oai`, address(10, 0, 0, 2), 20);
    expect([await owners('10.0.0.1'), await owners('10.0.0.2')]).toEqual([[], [imsi(1)]]);
    tell('gw2', mobility, `${imsi(1)}.oai`, address(10, 0, 0, 3), 30);
    expect([await owners('10.0.0.2'), await owners('10.0.0.3')]).toEqual([[], [imsi(1)]]);
    tell('gw2', mobility, `${imsi(1)}.oai`, null);
    expect([await owners('10.0.0.3'), await owners('10.0.0.1')]).toEqual([[], [imsi(1)]]);
  });
});

describe('the state of an eNodeB', () => {
  const at = '/lte/n1/enodebs/e1/state';
  const reported = {
    enodeb_configured: true,
    enodeb_connected: true,
    fsm_state: 'Completed provisioning eNB.',
    gps_connected: false,
    gps_latitude: '42.1',
    gps_longitude: '-71.2',
    mme_connected: true,
    opstate_enabled: true,
    ptp_connected: false,
    rf_tx_desired: true,
    rf_tx_on: true,
    ip_address: '192.168.60.5',
    ues_connected: 3,
  };

  it('is what its gateway said, with who that is and when the cloud heard it', async () => {
    expect((await api.refusal('GET', at)).message).toMatch(/a reported state of eNodeB "e1"/);
    tell('gw1', 'single_enodeb', 'e1', { ...reported, cell_id: 7 }, 1_700_000_000_500);
    expect(await api.call('GET', at)).toMatchObject({ status: 200, trips: 1 });
    expect(await body(at)).toEqual({ ...reported, time_reported: 1_700_000_000_500, reporting_gateway_id: 'gw1' });
  });

  it('is shown of one that is not configured too', async () => {
    tell('gw1', 'single_enodeb', 'e9', reported);
    expect(await body(at.replace('e1', 'e9'))).toMatchObject({ ...reported, reporting_gateway_id: 'gw1' });
    expect((await api.refusal('GET', at.replace('e1', 'e8'))).message).toMatch(/^eNodeB "e8"/);
  });

  it('of two reporters is that of the newest; the other one is back when that is gone', async () => {
    tell('gw1', 'single_enodeb', 'e1', reported, 10);
    tell('gw2', 'single_enodeb', 'e1', { ...reported, ues_connected: 0 }, 20);
    const { ues_connected: _, ...idle } = reported;
    expect(await body(at)).toEqual({ ...idle, time_reported: 20, reporting_gateway_id: 'gw2' });
    tell('gw2', 'single_enodeb', 'e1', null);
    expect(await body(at)).toMatchObject({ ues_connected: 3, reporting_gateway_id: 'gw1' });
  });

  it('shows what can be read of an odd report, and null for what nobody said', async () => {
    tell('gw1', 'single_enodeb', 'e1', { enodeb_connected: true, gps_latitude: 42, ip_address: 'N/A', fsm_state: 'x' });
    expect(await body(at)).toEqual({
      time_reported: 1_700_000_000_000,
      reporting_gateway_id: 'gw1',
      enodeb_configured: null,
      gps_longitude: null,
      gps_latitude: null,
      enodeb_connected: true,
      opstate_enabled: null,
      rf_tx_on: null,
      rf_tx_desired: null,
      gps_connected: null,
      ptp_connected: null,
      mme_connected: null,
      fsm_state: 'x',
    });
    tell('gw1', 'single_enodeb', 'e2', 'not json');
    expect(await body('/lte/n1/enodebs/e2/state')).toMatchObject({ reporting_gateway_id: 'gw1', mme_connected: null });
  });
});
