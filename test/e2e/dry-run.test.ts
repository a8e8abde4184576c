import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Agent } from '../../agent/agent.ts';
import { addGateway } from '../harness/identities.ts';
import { next, startTestPlatform, type TestPlatform } from '../harness/platform.ts';
import { configOf, configsOf, convergenceOf, mconfigPath, readMconfig, seenAs } from '../harness/views.ts';

const RAN = '/magma/v1/lte/tried/cellular/ran';
const ran = (bandwidth: number) => ({
  bandwidth_mhz: bandwidth,
  tdd_config: { earfcndl: 44590, subframe_assignment: 2, special_subframe_pattern: 7 },
});
interface Report {
  readonly dry_run: boolean;
  readonly changes: readonly object[];
  readonly mconfigs: {
    readonly total: number;
    readonly gateways: readonly {
      readonly gateway_id: string;
      readonly change: string;
      readonly values_hidden: boolean;
      readonly differences: readonly { readonly path: string; readonly before?: unknown; readonly after?: unknown }[];
    }[];
  };
}
let test: TestPlatform;
let agent: Agent;

beforeAll(async () => {
  test = await startTestPlatform();
  agent = await test.join('tried', 'g1');
  await addGateway(test, 'tried', 'g2');
});
afterAll(() => test?.close());

const dryRun = async (method: string, path: string, body?: unknown) =>
  (await test.rest.must(method, `${path}?dry_run=true`, body)).body as Report;

describe('a dry run', () => {
  it('shows for each gateway what its services would be told, and tells them nothing', async () => {
    const view = await seenAs(test, 'tried', 'g1', 'in_sync');
    const { version } = await convergenceOf(test, 'tried');
    const told = configOf(readMconfig(mconfigPath(test, 'tried', 'g1')), 'enodebd');
    const { changes, mconfigs } = await dryRun('PUT', RAN, ran(10));
    expect(changes).toEqual([{ network_id: 'tried', type: 'network', key: 'tried', change: 'update' }]);
    expect(mconfigs).toMatchObject({ total: 2, unexamined: 0 });
    expect(mconfigs.gateways.map(({ gateway_id }) => gateway_id)).toEqual(['g1', 'g2']);
    for (const { change, differences, values_hidden: hidden } of mconfigs.gateways) {
      expect({ change, hidden }).toEqual({ change: 'update', hidden: false });
      expect(differences).toContainEqual({ path: '/configsByKey/enodebd/bandwidthMhz', before: 20, after: 10 });
      for (const { path } of differences) expect(path).toMatch(/^\/configsByKey\/(enodebd|mme)\//);
    }
    const after = await seenAs(test, 'tried', 'g1', 'in_sync');
    expect([(await convergenceOf(test, 'tried')).version, configsOf(after)]).toEqual([version, configsOf(view)]);

    // What was promised is what comes.
    const applied = next(agent, 'config-applied');
    await test.rest.must('PUT', RAN, ran(10));
    await applied;
    expect(configOf(readMconfig(mconfigPath(test, 'tried', 'g1')), 'enodebd')).toEqual({ ...told, bandwidthMhz: 10 });
    expect((await dryRun('PUT', RAN, ran(10))).mconfigs.total).toBe(0);
  });

  it('names nobody for what touches nobody', async () => {
    const subscriber = {
      id: 'IMSI001010000000001',
      name: 's',
      active_apns: [],
      lte: { state: 'INACTIVE', auth_algo: 'MILENAGE', auth_key: 'AAAAAAAAAAAAAAAAAAAAAA==', sub_profile: 'default' },
    };
    const { changes, mconfigs } = await dryRun('POST', '/magma/v1/lte/tried/subscribers', [subscriber]);
    expect(changes).toHaveLength(1);
    expect(mconfigs).toEqual({ total: 0, unexamined: 0, gateways: [] });
    expect((await test.rest.call('GET', '/magma/v1/lte/tried/subscribers/IMSI001010000000001')).status).toBe(404);
  });

  it('of a deleted gateway says what it would lose, and leaves it connected', async () => {
    const { mconfigs } = await dryRun('DELETE', '/magma/v1/lte/tried/gateways/g1');
    expect(mconfigs.gateways).toMatchObject([{ gateway_id: 'g1', change: 'delete' }]);
    await seenAs(test, 'tried', 'g1', 'in_sync');
  });
});
