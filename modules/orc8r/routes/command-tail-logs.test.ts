import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OrcError } from '../../../core/errors.ts';
import { type TestApi, testApi } from '../../../test/support/context.ts';
import { routes } from './index.ts';
import { tailLogs } from './command-tail-logs.ts';

const magmad = { autoupgrade_enabled: true, autoupgrade_poll_interval: 300, checkin_interval: 60, checkin_timeout: 10 };

describe('tail_logs', () => {
  let api: TestApi;
  const follow = (body: unknown = { service: 'mme' }) => api.call('POST', '/networks/n1/gateways/gw1/command/tail_logs', { body });
  const audit = () =>
    api.d1.sqlite
      .prepare("SELECT action, outcome, detail FROM audit WHERE action LIKE 'command.%' ORDER BY id")
      .all()
      .map((row) => Object.values(row).join(' '));

  beforeEach(async () => {
    api = testApi(routes);
    api.fleet.answers.set('TailLogs', () => [{ line: 'one' }]);
    await api.call('POST', '/networks', { body: { id: 'n1', name: 'n', description: 'd', dns: { enable_caching: false, local_ttl: 0 } } });
    await api.call('POST', '/networks/n1/tiers', { body: { id: 'base', version: '1', images: [], gateways: [] } });
    const device = { hardware_id: 'hw1', key: { key_type: 'ECHO' } };
    await api.call('POST', '/networks/n1/gateways', { body: { id: 'gw1', name: 'g', description: 'd', magmad, tier: 'base', device } });
  });
  afterEach(() => api.d1.close());

  it('opens the stream, writes that down, and has read nothing of it yet', async () => {
    expect(await follow()).toMatchObject({ status: 200, trips: 2 });
    expect(api.fleet.calls).toMatchObject([
      { target: { hardwareId: 'hw1' }, service: 'magmad', method: 'TailLogs', request: { service: 'mme' } },
    ]);
    expect(audit()).toEqual(['command.tail_logs ok {"service":"mme"}']);
  });

  it('says why a stream does not begin', async () => {
    api.fleet.answers.set('TailLogs', () => {
      throw new OrcError('unavailable', 'ten logs are open');
    });
    await expect(follow({})).rejects.toMatchObject({ code: 'unavailable' });
    expect(audit()).toEqual(['command.tail_logs failed {"service":"","code":"unavailable"}']);
  });

  it('is not tried', async () => {
    await expect(
      api.call('POST', '/networks/n1/gateways/gw1/command/tail_logs', { body: { service: 'mme' }, dryRun: true }),
    ).rejects.toMatchObject({ code: 'invalid', message: expect.stringContaining('dry_run') });
    expect(api.fleet.calls).toEqual([]);
  });

  it('lets go of the stream when it cannot be written down', async () => {
    const context = {
      readRecent: async () => [{ entities: new Map([['magmad_gateway/gw1', { physicalId: 'hw1' }]]) }],
      audit: async () => {
        throw new Error('D1 is away');
      },
      fleet: api.fleet,
    };
    const input = { params: { network_id: 'n1', gateway_id: 'gw1' }, body: { service: 'mme' } };
    await expect(tailLogs.handle(input as never, context as never)).rejects.toThrow('D1 is away');
    expect(api.fleet.cancelled).toEqual(['TailLogs']);
  });
});
