import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TestApi } from '../../../test/support/context.ts';
import { imsi, subscriberApi, subscriberBody } from '../../../test/support/subscribers.ts';
import { PolicyAssignmentController } from '../../../proto/gen/lte/protos/policydb_pb.js';
import { call, fakeContext } from '../../orc8r/southbound/testing/fake-context.ts';
import { southbound } from './index.ts';

const { enableStaticRules, disableStaticRules } = PolicyAssignmentController.method;
let api: TestApi;
let context: ReturnType<typeof fakeContext>['context'];

const assigned = async () => {
  const { body } = await api.call('GET', `/lte/n1/subscribers/${imsi(1)}`);
  const { active_policies: rules, active_base_names: names } = body as Record<string, string[]>;
  return [rules ?? [], names ?? []];
};

beforeEach(async () => {
  api = await subscriberApi();
  context = fakeContext(undefined, api.d1.d1).context;
  await api.call('POST', '/lte/n1/subscribers', { body: [subscriberBody(1)] });
});
afterEach(() => api.d1.close());

describe('a gateway', () => {
  it('assigns rules and base names to a subscriber, and takes them off, in two round trips each', async () => {
    const trips = api.d1.trips();
    await call(southbound, enableStaticRules, context, { imsi: imsi(1), ruleIds: ['r1', 'r2', 'r1'], baseNames: ['b1'] });
    expect(api.d1.trips() - trips).toBe(2);
    expect(await assigned()).toEqual([['r1', 'r2'], ['b1']]);
    await call(southbound, enableStaticRules, context, { imsi: imsi(1), ruleIds: ['r1'] });
    await call(southbound, disableStaticRules, context, { imsi: imsi(1), ruleIds: ['r1'], baseNames: ['b1', 'b2'] });
    expect(await assigned()).toEqual([['r2'], []]);
  });

  it('is refused with all that its network does not have, and nothing is written', async () => {
    const request = { imsi: imsi(9), ruleIds: ['r1', 'nope'], baseNames: ['neither'] };
    await expect(call(southbound, enableStaticRules, context, request)).rejects.toMatchObject({
      code: 'invalid',
      message: `subscriber "${imsi(9)}" does not exist in this network; policy rule "nope" does not exist in this network; base name "neither" does not exist in this network`,
    });
    await expect(call(southbound, disableStaticRules, context, { imsi: imsi(1), ruleIds: ['nope'] })).rejects.toMatchObject({
      code: 'invalid',
    });
    const many = Array.from({ length: 1001 }, () => 'r1');
    await expect(call(southbound, enableStaticRules, context, { imsi: imsi(1), ruleIds: many })).rejects.toMatchObject({ code: 'invalid' });
    expect(await assigned()).toEqual([[], []]);
  });

  it('writes nothing when it names nothing', async () => {
    const trips = api.d1.trips();
    await call(southbound, enableStaticRules, context, { imsi: imsi(1) });
    expect(api.d1.trips() - trips).toBe(1);
  });
});
