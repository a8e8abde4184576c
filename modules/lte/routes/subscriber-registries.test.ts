import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TestApi } from '../../../test/support/context.ts';
import { imsi, subscriberApi, subscriberBody } from '../../../test/support/subscribers.ts';

let api: TestApi;
const body = async (of: string) => (await api.call('GET', of)).body;
const refused = async (method: string, of: string, sent?: unknown) => (await api.refusal(method, of, { body: sent })).code;

beforeEach(async () => {
  api = await subscriberApi();
});
afterEach(() => api.d1.close());

describe('telephone numbers', () => {
  const path = '/lte/n1/msisdns';

  it('are assigned once, listed, read and taken off', async () => {
    expect(await body(path)).toEqual({});
    expect(await api.call('POST', path, { body: { id: imsi(1), msisdn: '4912' } })).toMatchObject({
      status: 201,
      body: undefined,
      trips: 2,
    });
    await api.call('POST', path, { body: { id: imsi(1), msisdn: '4911' } });
    expect(await api.call('GET', path)).toMatchObject({ body: { 4911: imsi(1), 4912: imsi(1) }, trips: 1 });
    expect(await api.call('GET', `${path}/4912`)).toMatchObject({ status: 200, body: imsi(1), trips: 1 });
    expect(await refused('POST', path, { id: imsi(2), msisdn: '4912' })).toBe('conflict');
    const { etag } = await api.call('GET', `${path}/4912`);
    expect(await api.call('DELETE', `${path}/4912`, { ifMatch: etag ?? '' })).toMatchObject({ status: 204, trips: 2 });
    expect(await api.call('DELETE', `${path}/4912`)).toMatchObject({ status: 204, trips: 1 });
    expect(await refused('GET', `${path}/4912`)).toBe('not_found');
  });

  it('refuse what is malformed or nowhere', async () => {
    expect((await api.refusal('POST', path, { body: { id: '1', msisdn: '' } })).faults.map((fault) => fault.path)).toEqual([
      'body.id',
      'body.msisdn',
    ]);
    for (const [method, sent] of [
      ['GET', undefined],
      ['POST', { id: imsi(1), msisdn: '1' }],
    ] as const) {
      expect(await refused(method, '/lte/none/msisdns', sent)).toBe('not_found');
    }
    await api.call('POST', path, { body: { id: imsi(1), msisdn: '4911' } });
    expect((await api.refusal('DELETE', `${path}/4911`, { ifMatch: '"0"' })).code).toBe('precondition_failed');
  });
});

describe('state that nobody has reported', () => {
  it('is empty for subscribers, and not found for eNodeBs', async () => {
    await api.call('POST', '/lte/n1/subscribers', { body: [subscriberBody(1)] });
    expect(await api.call('GET', '/lte/n1/subscriber_state')).toMatchObject({ status: 200, body: {}, trips: 1 });
    for (const number of [1, 2]) {
      expect(await api.call('GET', `/lte/n1/subscriber_state/${imsi(number)}`)).toMatchObject({ status: 200, body: {}, trips: 1 });
    }
    expect(await refused('GET', '/lte/none/subscriber_state')).toBe('not_found');
    expect(await refused('GET', `/lte/none/subscriber_state/${imsi(1)}`)).toBe('not_found');
    expect(await refused('GET', '/lte/n1/enodebs/e1/state')).toBe('not_found');
    expect(await refused('GET', '/lte/n1/enodebs/none/state')).toBe('not_found');
  });
});

describe('text messages', () => {
  const path = '/lte/n1/sms';
  const message = { imsi: imsi(1), source_msisdn: '4911', message: 'Hello' };

  it('wait, in the order in which they came', async () => {
    expect(await body(path)).toEqual([]);
    const first = await api.call('POST', path, { body: message });
    expect(first).toMatchObject({ status: 201, body: expect.stringMatching(/^[0-9a-f-]{36}$/), trips: 2 });
    api.now += 1000;
    const second = await api.call('POST', path, { body: { ...message, message: 'Bye' } });
    const waiting = { status: 'Waiting', attempt_count: 0 };
    const shown = { pk: first.body, ...message, ...waiting, time_created: '2027-01-15T08:00:00.000Z' };
    expect(await api.call('GET', `${path}/${first.body}`)).toMatchObject({ status: 200, body: shown, trips: 1 });
    expect(await body(path)).toEqual([shown, { ...shown, pk: second.body, message: 'Bye', time_created: '2027-01-15T08:00:01.000Z' }]);
    expect(await api.call('DELETE', `${path}/${first.body}`)).toMatchObject({ status: 204, trips: 2 });
    expect(await api.call('DELETE', `${path}/${first.body}`)).toMatchObject({ status: 204 });
    expect(await refused('GET', `${path}/${first.body}`)).toBe('not_found');
    expect(await body(path)).toHaveLength(1);
  });

  it('refuse what is malformed or nowhere', async () => {
    const { faults } = await api.refusal('POST', path, { body: { imsi: '1', message: '', status: 'Delivered' } });
    expect(faults.map((fault) => fault.path)).toEqual(['body.imsi', 'body.source_msisdn', 'body.message']);
    expect(await refused('POST', '/lte/none/sms', message)).toBe('not_found');
    expect(await refused('GET', '/lte/none/sms')).toBe('not_found');
  });
});

describe('probe tasks', () => {
  const path = '/lte/n1/network_probe/tasks';
  const task = (id: string) => ({ task_id: id, task_details: { target_id: imsi(1), target_type: 'imsi', delivery_type: 'all' } });

  it('begin when they are made, under a number of their own', async () => {
    expect(await api.call('POST', path, { body: task('t1') })).toMatchObject({ status: 201, body: undefined, trips: 2 });
    const { body: shown } = await api.call('GET', `${path}/t1`);
    const details = { ...task('t1').task_details, correlation_id: expect.any(Number), timestamp: '2027-01-15T08:00:00.000Z' };
    expect(shown).toEqual({ task_id: 't1', task_details: details });
    expect((shown as { task_details: { correlation_id: number } }).task_details.correlation_id).toBeGreaterThan(0);
    expect(await api.call('GET', path)).toMatchObject({ body: { t1: shown }, trips: 1 });
    const given = {
      ...task('t1'),
      task_details: { ...task('t1').task_details, delivery_type: 'events_only', correlation_id: 7, duration: 0 },
    };
    expect(await api.call('PUT', `${path}/t1`, { body: given })).toMatchObject({ status: 204, trips: 2 });
    expect(await body(`${path}/t1`)).toEqual(given);
    await api.call('POST', path, { body: { ...given, task_id: 't2' } });
    expect(await body(`${path}/t2`)).toMatchObject({ task_details: { correlation_id: 7 } });
    for (const id of ['t1', 't2', 't1']) expect((await api.call('DELETE', `${path}/${id}`)).status).toBe(204);
    expect(await body(path)).toEqual({});
  });

  it('refuse what cannot be', async () => {
    await api.call('POST', path, { body: task('t1') });
    expect(await refused('POST', path, task('t1'))).toBe('conflict');
    expect(await refused('PUT', `${path}/t1`, task('t2'))).toBe('invalid');
    expect(await refused('PUT', `${path}/t2`, task('t2'))).toBe('not_found');
    expect(await refused('GET', `${path}/t2`)).toBe('not_found');
    const bad = { task_id: 't3', task_details: { target_type: 'name', delivery_type: '', duration: -1 } };
    expect((await api.refusal('POST', path, { body: bad })).faults.map((fault) => fault.path)).toEqual([
      'body.task_details.target_id',
      'body.task_details.target_type',
      'body.task_details.delivery_type',
      'body.task_details.duration',
    ]);
    const { etag } = await api.call('GET', `${path}/t1`);
    await api.call('PUT', `${path}/t1`, { body: task('t1'), ifMatch: etag ?? '' });
    expect((await api.refusal('PUT', `${path}/t1`, { body: task('t1'), ifMatch: etag ?? '' })).code).toBe('precondition_failed');
    for (const [method, sent] of [
      ['GET', undefined],
      ['POST', task('t1')],
    ] as const) {
      expect(await refused(method, '/lte/none/network_probe/tasks', sent)).toBe('not_found');
    }
  });
});

describe('probe destinations', () => {
  const path = '/lte/n1/network_probe/destinations';
  const details = {
    delivery_type: 'all',
    delivery_address: '10.0.0.1:4040',
    certificate: 'AAEC',
    private_key: 'AwQF',
    skip_verify_server: false,
  };
  const destination = { destination_id: 'd1', destination_details: details };

  it('are made, listed, replaced and deleted', async () => {
    expect(await api.call('POST', path, { body: destination })).toMatchObject({ status: 201, trips: 2 });
    expect(await body(`${path}/d1`)).toEqual(destination);
    const changed = { ...destination, destination_details: { ...details, skip_verify_server: true, certificate: '' } };
    expect(await api.call('PUT', `${path}/d1`, { body: changed })).toMatchObject({ status: 204, trips: 2 });
    expect(await body(path)).toEqual({ d1: changed });
    expect((await api.call('DELETE', `${path}/d1`)).status).toBe(204);
    expect(await body(path)).toEqual({});
  });

  it('refuse what cannot be', async () => {
    await api.call('POST', path, { body: destination });
    expect(await refused('POST', path, destination)).toBe('conflict');
    expect(await refused('PUT', `${path}/d2`, { ...destination, destination_id: 'd2' })).toBe('not_found');
    const { faults } = await api.refusal('POST', path, {
      body: { destination_id: 'd2', destination_details: { delivery_type: 'all', private_key: '!' } },
    });
    expect(faults.map((fault) => fault.path)).toEqual(
      ['delivery_address', 'certificate', 'private_key', 'skip_verify_server'].map((name) => `body.destination_details.${name}`),
    );
  });
});
