import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { answerFaults } from './answer-faults.ts';
import { contract } from './described.ts';
import { CAPTURE, REPORTED_AT } from './fleet.ts';
import { ENODEB, HEALTHY, SESSIONS, SICK, STATUS } from './reports.ts';
import { HARDWARE } from './identities.ts';
import { ENDED_TRACE, IMSI, PASSWORD } from './resources.ts';
import { startContractPlatform } from './started.ts';

const { platform, ask } = await startContractPlatform();

afterEach(() => platform.restore());
afterAll(() => platform.store.close());

/** The whole answer of a GET, as it is written. */
async function shown(path: string): Promise<unknown> {
  const { status, text } = await ask({ method: 'GET', path });
  expect(status, text).toBe(200);
  return JSON.parse(text) as unknown;
}
/** Where an answer is not of the form that the contract gives it. */
const unlike = (operation: string, answer: unknown): string[] => {
  const described = contract?.get(operation);
  return described?.answer ? answerFaults(described.answer, answer, described.follow) : [];
};

describe('reported state, member by member (REST-BEHAVIOUR 6, 8, 9, 12)', () => {
  const subscriberState = {
    subscriber_state: SESSIONS,
    s1ap: { s1UeState: 'S1AP_UE_CONNECTED' },
    mme: { emmContext: { imsi64: '1010000000001' } },
    spgw: { bearers: 1 },
    mobility: [
      { apn: 'ims', ip: '192.168.128.13' },
      { apn: 'internet', ip: '192.168.128.12' },
    ],
    directory: { location_history: [HARDWARE, 'hw-before'] },
  };
  const pairState = { ha_pair_status: { active_gateway: 'cgw1' }, gateway1_health: HEALTHY, gateway2_health: SICK };

  it.each<[path: string, answer: unknown]>([
    ['/lte/lte1/enodebs/e1/state', { time_reported: REPORTED_AT, reporting_gateway_id: 'gw1', ...ENODEB }],
    [
      '/cwf/cwf1/subscribers/IMSI001010000000001/directory_record',
      { location_history: ['hw-cgw1'], ipv4_addr: '10.0.0.5', mac_addr: '5e:00:53:00:00:01' },
    ],
    ['/cwf/cwf1/gateways/cgw1/health_status', HEALTHY],
    ['/cwf/cwf1/ha_pairs/h1/status', { active_gateway: 'cgw1' }],
    [`/lte/lte1/subscriber_state/${IMSI}`, subscriberState],
    ['/lte/lte1/subscriber_state', { [IMSI]: subscriberState }],
    ['/lte/lte1/gateways/gw1/status', { ...STATUS, checkin_time: REPORTED_AT, hardware_id: 'hw-reported' }],
  ])('GET %s', async (path, answer) => {
    expect(await shown(path)).toEqual(answer);
  });

  it('stands in what it belongs to', async () => {
    expect(await shown('/cwf/cwf1/ha_pairs/h1')).toMatchObject({ state: pairState });
    expect(await shown('/cwf/cwf1/ha_pairs')).toMatchObject({ h1: { state: pairState } });
    const monitoring = { icmp: { latency_ms: 3.5, last_reported_time: REPORTED_AT } };
    expect(await shown(`/lte/lte1/subscribers/${IMSI}`)).toMatchObject({ state: subscriberState, monitoring });
    expect(await shown('/lte/lte1/subscribers?ip=192.168.128.12&verbose=false')).toEqual([IMSI]);
  });

  it('is null where the contract wants a member and nobody reported it', async () => {
    const state = await shown('/lte/lte1/enodebs/e2/state');
    expect(state).toEqual({
      ...Object.fromEntries(Object.keys(ENODEB).map((name) => [name, null])),
      enodeb_configured: false,
      enodeb_connected: false,
      ip_address: undefined,
      ues_connected: undefined,
      time_reported: REPORTED_AT,
      reporting_gateway_id: 'gw1',
    });
    expect(unlike('GET /lte/{network_id}/enodebs/{enodeb_serial}/state', state)).toEqual([]);
  });
});

describe('a login (REST-BEHAVIOUR 4c)', () => {
  const login = async (password: string) =>
    ask({ method: 'POST', path: '/user/login', body: JSON.stringify({ username: 'ann', password }) });

  it('answers a token with which what its policies say can be asked', async () => {
    const { status, text } = await login(PASSWORD);
    expect(status).toBe(200);
    const [entry] = JSON.parse(text) as [{ token: string }];
    expect(entry).toMatchObject({
      token: expect.stringMatching(/^op_[0-9A-Za-z]{40,}$/),
      policies: [{ effect: 'ALLOW', path: '/magma/v1/none' }],
    });
    const by = { authorization: `Basic ${btoa(`ann:${entry.token}`)}` };
    const asked = async (path: string) => (await platform.ask({ method: 'GET', path }, by)).status;
    expect([await asked('/networks'), await asked('/networks/lte1')]).toEqual([200, 403]);
  });

  it('is refused with another password', async () => {
    expect((await login('battery staple')).status).toBe(401);
  });
});

describe('the capture of a call trace (REST-BEHAVIOUR 11)', () => {
  it('is downloaded as the file that the gateway handed over', async () => {
    const { status, text, headers } = await ask({ method: 'GET', path: `/networks/lte1/tracing/${ENDED_TRACE}/download` });
    expect([status, text]).toEqual([200, new TextDecoder().decode(CAPTURE)]);
    expect(headers.get('content-type')).toBe('application/pcapng');
    expect(headers.get('content-disposition')).toBe(`attachment; filename="${ENDED_TRACE}.pcapng"`);
  });

  it('is not there while the trace is under way', async () => {
    expect((await ask({ method: 'GET', path: '/networks/lte1/tracing/t1/download' })).status).toBe(404);
    expect(await shown(`/networks/lte1/tracing/${ENDED_TRACE}`)).toMatchObject({
      state: { call_trace_ending: true, call_trace_available: true },
    });
  });
});
