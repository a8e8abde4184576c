import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Database } from '../../../core/db/database.ts';
import { type TestApi, testApi } from '../../../test/support/context.ts';
import { orc8r } from '../module.ts';

const magmad = { autoupgrade_enabled: true, autoupgrade_poll_interval: 300, checkin_interval: 60, checkin_timeout: 10 };
let api: TestApi;

/** What a generic command that waited is refused for. */
const refusal = async (command: string) => {
  const db = new Database(api.d1.d1);
  const commands = [{ name: 'echo', description: 'Says it again', module: 'orc8r' }];
  return orc8r.commandChecks?.['generic']?.(
    { detail: { command } },
    { networkId: 'n1', gatewayId: 'g1', commands, read: db.read.bind(db) },
  );
};

beforeEach(async () => {
  api = testApi(orc8r.routes ?? []);
  await api.call('POST', '/networks', { body: { id: 'n1', name: 'n1', description: 'd', dns: { enable_caching: false, local_ttl: 0 } } });
  await api.call('POST', '/networks/n1/tiers', { body: { id: 't1', version: '1', images: [], gateways: [] } });
  await api.call('POST', '/networks/n1/gateways', { body: { id: 'g1', name: 'g1', description: 'd', magmad, tier: 't1' } });
});
afterEach(() => api.d1.close());

describe('a generic command that waited', () => {
  it('goes by what modules, the network and the gateway allow by then', async () => {
    expect(await refusal('echo')).toBeUndefined();
    expect(await refusal('note')).toMatchObject({ code: 'forbidden', reason: 'command_not_allowed' });
    await api.call('PUT', '/networks/n1/allowed_commands', { body: { allow: [{ name: 'note' }], deny: ['echo'] } });
    expect(await refusal('note')).toBeUndefined();
    expect(await refusal('echo')).toMatchObject({ code: 'forbidden' });
    await api.call('PUT', '/networks/n1/gateways/g1/allowed_commands', { body: { deny: ['note'] } });
    expect(await refusal('note')).toMatchObject({ code: 'forbidden' });
  });

  it('goes no more where its network is gone', async () => {
    await api.call('DELETE', '/networks/n1');
    expect(await refusal('note')).toMatchObject({ code: 'forbidden' });
  });
});
