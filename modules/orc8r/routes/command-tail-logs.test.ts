import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Database } from '../../../core/db/database.ts';
import { newToken, registerOperatorStatements } from '../../../core/identity/operators.ts';
import { deleteUser, dropToken, userById } from '../../../core/identity/users.ts';
import { OrcError } from '../../../core/errors.ts';
import { type TestApi, admin, testApi, testContext } from '../../../test/support/context.ts';
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

  describe('that is open', () => {
    const last = async (change: (db: Database) => Promise<unknown>): Promise<string> => {
      const token = await newToken();
      const db = new Database(api.d1.d1);
      const grants = [{ effect: 'ALLOW', action: 'WRITE', resourceType: 'network', resource: 'n1' }] as const;
      await db.commit(registerOperatorStatements({ id: 'ann', grants, token }, api.now));
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      const stream = api.fleet.stream.bind(api.fleet);
      // A log in which nothing happens.
      api.fleet.stream = async (...args) => ({ ...(await stream(...args)), next: () => new Promise(() => undefined) });
      const as = { ...admin, id: 'ann', credential: { token: token.id } };
      const context = testContext({ api, requestId: 'r', uri: '/magma/v1/networks/n1', options: { as }, modules: [] });
      const input = { params: { network_id: 'n1', gateway_id: 'gw1' }, body: { service: 'mme' } };
      const { body } = (await tailLogs.handle(input as never, context)) as { body: ReadableStream<Uint8Array> };
      const read = body.getReader().read();
      const before = api.d1.trips();
      await vi.advanceTimersByTimeAsync(5000);
      expect([api.d1.trips() - before, api.fleet.cancelled]).toEqual([1, []]);
      await change(db);
      await vi.advanceTimersByTimeAsync(5000);
      expect(api.fleet.cancelled[0]).toBe('TailLogs');
      return new TextDecoder().decode((await read).value);
    };
    afterEach(() => void vi.useRealTimers());
    const tokenId = () => String(api.d1.sqlite.prepare("SELECT id FROM tokens WHERE operator_id = 'ann'").get()?.['id']);

    it.each([
      ['the token was revoked', (db: Database) => db.commit(dropToken('ann', tokenId(), api.now)), 'the token was revoked since'],
      [
        'the operator was deleted',
        async (db: Database) => {
          const [ann] = await db.read(userById({ id: 'ann' }));
          if (ann) await db.commit(deleteUser(ann, api.now));
        },
        'or its operator deleted',
      ],
      [
        'the right was taken away',
        async () => api.d1.sqlite.exec("DELETE FROM grants WHERE operator_id = 'ann'"),
        'the right to write network n1 was taken away since',
      ],
    ])('breaks off when %s', async (_, change, why) => {
      const line = await last(change);
      expect(line).toMatch(/^-- orc8r: broken off: whoever follows this may not any more: .*\n$/);
      expect(line).toContain(why);
    });
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
