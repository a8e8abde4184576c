import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { operatorOf, type TestApi } from '../../../test/support/context.ts';
import { fegApi } from '../../../test/support/feg.ts';
import { lteNetworkBody } from '../../../test/support/lte.ts';

describe('restoring a network that names a federation network', () => {
  let api: TestApi;
  const at = (network: string, version: number) => `/networks/${network}/revisions/${version}:restore`;
  const faults = async (path: string, more = {}) => {
    const tried = await api.refusal('POST', path, { ...more, dryRun: true });
    const refused = await api.refusal('POST', path, more);
    expect(tried.faults).toEqual(refused.faults);
    return refused.faults;
  };
  const name = async (feg: string) => {
    await api.call('PUT', '/lte/n1/cellular/feg_network_id', { body: feg });
    return api.committed.at(-1)?.version ?? 0;
  };

  beforeEach(async () => {
    api = await fegApi();
    await api.call('POST', '/lte', { body: lteNetworkBody('n1') });
  });
  afterEach(() => api.d1.close());

  it('refuses one that was deleted, or that the caller may not read', async () => {
    const path = at('n1', await name('feg1'));
    await name('');
    const unknown = [{ path: 'network/n1.configs.cellular_network.feg_network_id', message: 'network "feg1" does not exist' }];
    expect(await faults(path, { as: operatorOf('WRITE', 'n1') })).toEqual(unknown);
    expect(await api.call('POST', path)).toMatchObject({ status: 200, trips: 2 });
    expect((await api.call('GET', '/lte/n1/cellular/feg_network_id')).body).toBe('feg1');
    await api.call('DELETE', '/feg/feg1');
    expect(await faults(path)).toEqual(unknown);
  });

  it('lets a federated network keep what it names, and nothing else that is gone', async () => {
    const whole = (await api.call('GET', '/feg_lte/fl1')).body as { federation: object };
    const version = api.committed.find(({ networkId }) => networkId === 'fl1')?.version ?? 0;
    await api.call('PUT', '/feg_lte/fl1', { body: { ...whole, federation: { ...whole.federation, feg_network_id: 'other' } } });
    await api.call('DELETE', '/feg/feg1');
    expect(await faults(at('fl1', version))).toEqual([
      { path: 'network/fl1.configs.federated_network.feg_network_id', message: 'network "feg1" does not exist' },
    ]);
    await api.call('PUT', '/feg_lte/fl1', { body: { ...whole, description: 'changed' } });
    expect(await api.call('POST', at('fl1', version))).toMatchObject({ status: 200, trips: 2 });
  });
});
