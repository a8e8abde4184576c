import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commit } from '../../../core/configurator/commit.ts';
import { Database } from '../../../core/db/database.ts';
import type { TestApi } from '../../../test/support/context.ts';
import { lteApi, lteNetworkBody } from '../../../test/support/lte.ts';

const path = '/lte/n1/subscriber_config';
let api: TestApi;
const body = async (of: string) => (await api.call('GET', of)).body;

beforeEach(async () => {
  api = await lteApi();
  const ids = [
    { type: 'policy', key: 'r1' },
    { type: 'policy', key: 'r2' },
    { type: 'base_name', key: 'b1' },
    { type: 'base_name', key: 'b2' },
  ];
  const mutations = ids.map((id) => ({ do: 'create_entity', id }) as const);
  const change = { networkId: 'n1', action: 'policy.create', target: '', mutations };
  await commit(new Database(api.d1.d1), change, { actor: 'operator:test', requestId: 'setup', at: 1 });
});
afterEach(() => api.d1.close());

describe('what holds for all subscribers of a network', () => {
  it('reads as empty before it was ever set, and is made by the first PUT of it or of a part', async () => {
    expect(await api.call('GET', path)).toMatchObject({ status: 200, body: {}, trips: 1 });
    expect(await body(`${path}/rule_names`)).toEqual([]);
    expect(await body(`${path}/base_names`)).toEqual([]);
    expect(await api.call('PUT', `${path}/rule_names`, { body: ['r2', 'r1'] })).toMatchObject({ status: 204, trips: 2 });
    expect(await body(path)).toEqual({ network_wide_rule_names: ['r2', 'r1'] });
    const whole = { network_wide_base_names: ['b1'], network_wide_rule_names: ['r1'] };
    expect(await api.call('PUT', path, { body: whole })).toMatchObject({ status: 204, trips: 2 });
    expect(await body(path)).toEqual(whole);
    expect(await api.call('PUT', `${path}/base_names`, { body: [] })).toMatchObject({ status: 204 });
    expect(await body(path)).toEqual({ network_wide_rule_names: ['r1'] });
    expect(await body('/lte/n1')).toMatchObject({ subscriber_config: { network_wide_rule_names: ['r1'] } });
  });

  it('loses a rule or base name that is deleted, so that what was read can be written', async () => {
    await api.call('PUT', path, { body: { network_wide_base_names: ['b1', 'b2'], network_wide_rule_names: ['r1', 'r2'] } });
    expect(await api.call('DELETE', '/networks/n1/policies/rules/r1')).toMatchObject({ status: 204, trips: 2 });
    await api.call('DELETE', '/networks/n1/policies/base_names/b2');
    const left = { network_wide_base_names: ['b1'], network_wide_rule_names: ['r2'] };
    expect(await body(path)).toEqual(left);
    expect((await api.call('PUT', path, { body: left })).status).toBe(204);
  });

  it('takes and drops single names, any number of times', async () => {
    for (const [part, name] of [
      ['rule_names', 'r1'],
      ['base_names', 'b2'],
    ]) {
      expect(await api.call('POST', `${path}/${part}/${name}`)).toMatchObject({ status: 201, body: undefined, trips: 2 });
      expect(await api.call('POST', `${path}/${part}/${name}`)).toMatchObject({ status: 201, trips: 1 });
      expect(await body(`${path}/${part}`)).toEqual([name]);
      expect(await api.call('DELETE', `${path}/${part}/${name}`)).toMatchObject({ status: 204, trips: 2 });
      expect(await api.call('DELETE', `${path}/${part}/${name}`)).toMatchObject({ status: 204, trips: 1 });
      expect(await body(`${path}/${part}`)).toEqual([]);
    }
  });

  it('names each rule and base name that does not exist, and changes nothing then', async () => {
    const whole = { network_wide_base_names: ['b1', 'b9'], network_wide_rule_names: ['r8', 'r9'] };
    const refusal = await api.refusal('PUT', path, { body: whole });
    expect(refusal).toMatchObject({
      code: 'invalid',
      faults: [
        { path: 'body.network_wide_base_names[1]', message: 'base name "b9" does not exist' },
        { path: 'body.network_wide_rule_names[0]', message: 'policy rule "r8" does not exist' },
        { path: 'body.network_wide_rule_names[1]', message: 'policy rule "r9" does not exist' },
      ],
    });
    expect((await api.refusal('PUT', `${path}/rule_names`, { body: ['r9'] })).faults).toMatchObject([{ path: 'body[0]' }]);
    expect((await api.refusal('POST', `${path}/rule_names/r9`)).faults).toMatchObject([{ path: 'path.rule_id' }]);
    expect((await api.refusal('POST', `${path}/base_names/r1`)).code).toBe('invalid');
    expect(await body(path)).toEqual({});
  });

  it('refuses what is malformed, an unknown network, and a stale If-Match', async () => {
    expect((await api.refusal('PUT', path, { body: { network_wide_rule_names: 'r1' } })).code).toBe('invalid');
    expect((await api.refusal('PUT', `${path}/base_names`, { body: ['b1', ''] })).faults).toMatchObject([{ path: 'body[1]' }]);
    const nowhere = path.replace('n1', 'none');
    for (const [method, of, sent] of [
      ['GET', nowhere, undefined],
      ['PUT', nowhere, {}],
      ['GET', `${nowhere}/rule_names`, undefined],
      ['PUT', `${nowhere}/rule_names`, []],
      ['POST', `${nowhere}/rule_names/r1`, undefined],
      ['DELETE', `${nowhere}/base_names/b1`, undefined],
    ] as const) {
      expect((await api.refusal(method, of, { body: sent })).code, `${method} ${of}`).toBe('not_found');
    }
    const { etag } = await api.call('GET', path);
    const ifMatch = etag ?? '';
    expect((await api.call('PUT', path, { body: { network_wide_rule_names: ['r1'] }, ifMatch })).status).toBe(204);
    expect((await api.refusal('PUT', path, { body: {}, ifMatch })).code).toBe('precondition_failed');
    expect((await api.refusal('POST', `${path}/rule_names/r1`, { ifMatch })).code).toBe('precondition_failed');
  });

  it('is the business of its own network alone', async () => {
    await api.call('POST', '/lte', { body: lteNetworkBody('n2') });
    expect((await api.refusal('PUT', '/lte/n2/subscriber_config/rule_names', { body: ['r1'] })).code).toBe('invalid');
  });
});
