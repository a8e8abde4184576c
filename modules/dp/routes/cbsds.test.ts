import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TestApi, testApi } from '../../../test/support/context.ts';
import { dns } from '../../../test/support/lte.ts';
import { routes as baseRoutes } from '../../orc8r/routes/index.ts';
import { routes } from './index.ts';

const path = '/dp/n1/cbsds';

const cbsdBody = (serial: string) => ({
  capabilities: { max_ibw_mhz: 150, min_power: 0, max_power: 20.5, number_of_antennas: 2 },
  carrier_aggregation_enabled: false,
  cbsd_category: 'b',
  desired_state: 'registered',
  fcc_id: 'fcc1',
  frequency_preferences: { bandwidth_mhz: 20, frequencies_mhz: [3600, 3555] },
  grant_redundancy: true,
  serial_number: serial,
  single_step_enabled: false,
  user_id: 'user1',
});

/** What a reader sees of a body that was written. */
const shown = (body: object, id: number) => ({
  installation_param: {},
  ...body,
  id,
  is_active: false,
  state: 'unregistered',
  grants: null,
});

describe('CBSDs', () => {
  let api: TestApi;
  const create = (body: object, network = 'n1') => api.call('POST', `/dp/${network}/cbsds`, { body });
  const body = async (at: string, query: Record<string, string> = {}) => (await api.call('GET', at, { query })).body;
  const ids = async (query: Record<string, string> = {}) => {
    const { cbsds, total_count: total } = (await body(path, query)) as { cbsds: { id: number }[]; total_count: number };
    return { ids: cbsds.map(({ id }) => id), total };
  };

  beforeEach(async () => {
    api = testApi([...baseRoutes, ...routes]);
    for (const id of ['n1', 'n2']) await api.call('POST', '/networks', { body: { id, name: id, description: id, dns, type: 'lte' } });
  });
  afterEach(() => api.d1.close());

  it('are made in two trips, and read back in one with what only the platform knows', async () => {
    expect(await create(cbsdBody('s1'))).toEqual({ status: 201, body: undefined, etag: undefined, trips: 2 });
    expect(await api.call('GET', `${path}/1`)).toEqual({ status: 200, body: shown(cbsdBody('s1'), 1), etag: expect.any(String), trips: 1 });
  });

  it('keep an antenna gain of zero, and empty preferences', async () => {
    const whole = {
      ...cbsdBody('s1'),
      installation_param: { antenna_gain: 0 },
      frequency_preferences: { bandwidth_mhz: 5, frequencies_mhz: [] },
    };
    await create(whole);
    expect(await body(`${path}/1`)).toEqual(shown(whole, 1));
  });

  it('are listed by number: all, some from a place on, or the one with a serial', async () => {
    expect(await api.call('GET', path)).toMatchObject({ status: 200, body: { cbsds: [], total_count: 0 }, trips: 1 });
    for (const serial of ['s3', 's1', 's2']) await create(cbsdBody(serial));
    await create(cbsdBody('s4'), 'n2');
    expect(await body(path)).toEqual({
      cbsds: [shown(cbsdBody('s3'), 1), shown(cbsdBody('s1'), 2), shown(cbsdBody('s2'), 3)],
      total_count: 3,
    });
    expect(await ids({ limit: '2' })).toEqual({ ids: [1, 2], total: 3 });
    expect(await ids({ limit: '2', offset: '0' })).toEqual({ ids: [1, 2], total: 3 });
    expect(await ids({ limit: '2', offset: '2' })).toEqual({ ids: [3], total: 3 });
    expect(await ids({ limit: '2', offset: '9' })).toEqual({ ids: [], total: 3 });
    expect(await ids({ serial_number: 's1' })).toEqual({ ids: [2], total: 1 });
    expect(await ids({ serial_number: 's4' })).toEqual({ ids: [], total: 0 });
    expect(await api.refusal('GET', path, { query: { offset: '1' } })).toMatchObject({ faults: [{ path: 'query.limit' }] });
    for (const query of [{ limit: '0' }, { limit: 'x' }, { limit: '1', offset: '-1' }] as Record<string, string>[])
      expect(await api.refusal('GET', path, { query })).toMatchObject({ code: 'invalid' });
    expect(await api.refusal('GET', '/dp/none/cbsds')).toMatchObject({ code: 'not_found' });
  });

  it('are replaced, also under another serial, which frees the old one', async () => {
    await create(cbsdBody('s1'));
    const changed = { ...cbsdBody('s2'), user_id: 'user2', carrier_aggregation_enabled: true };
    expect(await api.call('PUT', `${path}/1`, { body: changed })).toMatchObject({ status: 204, body: undefined, trips: 2 });
    expect(await body(`${path}/1`)).toEqual(shown(changed, 1));
    expect((await create(cbsdBody('s1'))).status).toBe(201);
  });

  it('are deleted, and their number is not used again', async () => {
    await create(cbsdBody('s1'));
    expect(await api.call('DELETE', `${path}/1`)).toMatchObject({ status: 204, trips: 2 });
    expect(await api.refusal('GET', `${path}/1`)).toMatchObject({ code: 'not_found' });
    expect(await api.refusal('DELETE', `${path}/1`)).toMatchObject({ code: 'not_found' });
    await create(cbsdBody('s1'));
    expect(await ids()).toEqual({ ids: [2], total: 1 });
  });

  it.each(['deregister', 'relinquish'])('note a wish to %s once, hide it, and keep it through a replacement', async (wish) => {
    await create(cbsdBody('s1'));
    const stored = () => JSON.parse(String(api.d1.sqlite.prepare("SELECT config FROM entities WHERE type = 'cbsd'").get()?.['config']));
    expect(await api.call('POST', `${path}/1/${wish}`)).toMatchObject({ status: 204, body: undefined, trips: 2 });
    expect(await api.call('POST', `${path}/1/${wish}`)).toMatchObject({ status: 204, trips: 1 });
    expect(stored()).toMatchObject({ requested: { [wish]: true } });
    expect(await body(`${path}/1`)).toEqual(shown(cbsdBody('s1'), 1));
    await api.call('PUT', `${path}/1`, { body: { ...cbsdBody('s1'), user_id: 'new' } });
    expect(stored()).toMatchObject({ user_id: 'new', requested: { [wish]: true } });
    for (const id of ['2', 'x']) expect(await api.refusal('POST', `${path}/${id}/${wish}`)).toMatchObject({ code: 'not_found' });
  });

  it('have a serial of their own, across networks, yet may share it with an eNodeB', async () => {
    await create(cbsdBody('s1'));
    await create(cbsdBody('s2'));
    expect(await api.refusal('POST', path, { body: cbsdBody('s1') })).toMatchObject({ code: 'conflict' });
    expect(await api.refusal('POST', '/dp/n2/cbsds', { body: cbsdBody('s1') })).toMatchObject({ code: 'conflict' });
    expect(await api.refusal('PUT', `${path}/2`, { body: cbsdBody('s1') })).toMatchObject({ code: 'conflict' });
    expect(api.d1.sqlite.prepare("SELECT physical_id FROM entities WHERE type = 'cbsd' ORDER BY id").all()).toEqual([
      { physical_id: 'cbsd:s1' },
      { physical_id: 'cbsd:s2' },
    ]);
  });

  it('made at the same moment get a number each; of two with one serial, one is refused', async () => {
    const answers = await Promise.allSettled(['a', 'b', 'c', 'c'].map((serial) => create(cbsdBody(serial))));
    expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected']);
    expect(await ids()).toMatchObject({ ids: [1, 2, 3], total: 3 });
  });

  it('tell apart what is missing, malformed and of another network', async () => {
    await create(cbsdBody('s1'));
    expect(await api.refusal('GET', `${path}/x`)).toMatchObject({ code: 'invalid', faults: [{ path: 'path.cbsd_id' }] });
    for (const id of ['2', '99999999999999999999']) {
      expect(await api.refusal('PUT', `${path}/${id}`, { body: cbsdBody('s9') })).toMatchObject({ code: 'not_found' });
      expect(await api.refusal('DELETE', `${path}/${id}`)).toMatchObject({ code: 'not_found' });
    }
    for (const [method, id] of [
      ['PUT', 'x'],
      ['DELETE', 'x'],
    ] as const)
      expect(await api.refusal(method, `${path}/${id}`, { body: cbsdBody('s1') })).toMatchObject({ code: 'not_found' });
    expect(await api.refusal('GET', '/dp/n2/cbsds/1')).toMatchObject({ code: 'not_found' });
    expect(await api.refusal('DELETE', '/dp/n2/cbsds/1')).toMatchObject({ code: 'not_found' });
    expect(await api.refusal('POST', '/dp/none/cbsds', { body: cbsdBody('s9') })).toMatchObject({ code: 'not_found' });
  });

  it('name every fault of a body at once', async () => {
    const broken = {
      ...cbsdBody(''),
      capabilities: { max_ibw_mhz: 152, min_power: 0, number_of_antennas: 0 },
      frequency_preferences: { bandwidth_mhz: 7, frequencies_mhz: [3550, 3556] },
      cbsd_category: 'c',
      grant_redundancy: undefined,
    };
    const { faults } = await api.refusal('POST', path, { body: broken });
    expect(faults.map((fault) => fault.path).sort()).toEqual([
      'body.capabilities.max_ibw_mhz',
      'body.capabilities.max_ibw_mhz',
      'body.capabilities.max_power',
      'body.capabilities.number_of_antennas',
      'body.cbsd_category',
      'body.frequency_preferences.bandwidth_mhz',
      'body.frequency_preferences.frequencies_mhz[0]',
      'body.frequency_preferences.frequencies_mhz[1]',
      'body.grant_redundancy',
      'body.serial_number',
    ]);
  });

  it('need redundancy for carrier aggregation, and when made a span as wide as the wanted channel', async () => {
    await create(cbsdBody('s1'));
    const lone = { ...cbsdBody('s2'), carrier_aggregation_enabled: true, grant_redundancy: false };
    const fault = { code: 'invalid', faults: [{ path: 'body.grant_redundancy' }] };
    expect(await api.refusal('POST', path, { body: lone })).toMatchObject(fault);
    expect(await api.refusal('PUT', `${path}/1`, { body: lone })).toMatchObject(fault);
    const narrow = { ...cbsdBody('s2'), capabilities: { ...cbsdBody('s2').capabilities, max_ibw_mhz: 15 } };
    expect(await api.refusal('POST', path, { body: narrow })).toMatchObject({ faults: [{ path: 'body.capabilities.max_ibw_mhz' }] });
    expect((await api.call('PUT', `${path}/1`, { body: narrow })).status).toBe(204);
  });

  it('honour If-Match', async () => {
    await create(cbsdBody('s1'));
    const { etag = '' } = await api.call('GET', `${path}/1`);
    expect((await api.call('PUT', `${path}/1`, { body: cbsdBody('s1'), ifMatch: etag })).status).toBe(204);
    for (const [method, at] of [
      ['PUT', `${path}/1`],
      ['DELETE', `${path}/1`],
      ['POST', `${path}/1/deregister`],
    ] as const)
      expect(await api.refusal(method, at, { body: cbsdBody('s1'), ifMatch: etag })).toMatchObject({ code: 'precondition_failed' });
  });

  it('leave a trail under their serial number', async () => {
    await create(cbsdBody('s1'));
    await api.call('DELETE', `${path}/1`);
    const rows = api.d1.sqlite.prepare("SELECT action, target FROM audit WHERE action LIKE 'cbsd%' ORDER BY id").all();
    expect(rows).toEqual([
      { action: 'cbsd.create', target: 's1' },
      { action: 'cbsd.delete', target: 's1' },
    ]);
  });
});
