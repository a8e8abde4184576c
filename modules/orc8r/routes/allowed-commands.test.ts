import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CallOptions, type TestApi, testApi } from '../../../test/support/context.ts';
import { routes } from './index.ts';

const magmad = { autoupgrade_enabled: true, autoupgrade_poll_interval: 300, checkin_interval: 60, checkin_timeout: 10 };
const ofNetwork = '/networks/n1/allowed_commands';
const ofGateway = '/networks/n1/gateways/gw1/allowed_commands';
const echo = { name: 'echo', description: 'Answers what it was told', source: 'module', module: 'orc8r' };

describe('allowed commands', () => {
  let api: TestApi;
  const put = (path: string, body: unknown, options: CallOptions = {}) => api.call('PUT', path, { ...options, body });
  const shown = async (path: string) => (await api.call('GET', path)).body;
  const names = async (path: string) =>
    ((await shown(path)) as { commands: { name: string; source: string }[] }).commands.map(({ name, source }) => `${name} ${source}`);
  const generic = (command: string, gateway = 'gw1') =>
    api.call('POST', `/networks/n1/gateways/${gateway}/command/generic`, { body: { command } });
  const rows = (where: string) =>
    api.d1.sqlite
      .prepare(`SELECT action, target, outcome, detail FROM audit WHERE ${where} ORDER BY id`)
      .all()
      .map((row) => Object.values(row));

  beforeEach(async () => {
    api = testApi(routes);
    await api.call('POST', '/networks', { body: { id: 'n1', name: 'n', description: 'd', dns: { enable_caching: false, local_ttl: 0 } } });
    await api.call('POST', '/networks/n1/tiers', { body: { id: 'base', version: '1', images: [], gateways: [] } });
    for (const id of ['gw1', 'gw2']) {
      const device = { hardware_id: `hw-${id}`, key: { key_type: 'ECHO' } };
      await api.call('POST', '/networks/n1/gateways', { body: { id, name: 'g', description: 'd', magmad, tier: 'base', device } });
    }
  });
  afterEach(() => api.d1.close());

  it('are those of the modules where nobody says otherwise', async () => {
    const plain = { allow: [], deny: [], commands: [echo] };
    expect(await shown(ofNetwork)).toEqual(plain);
    expect(await shown(ofGateway)).toEqual(plain);
    expect(await generic('echo')).toMatchObject({ status: 200, trips: 1 });
  });

  it('follow the network over the modules, and the gateway over the network', async () => {
    await put(ofNetwork, { allow: [{ name: 'routes', description: 'Shows routes' }, { name: 'scan' }], deny: ['echo'] });
    expect(await shown(ofNetwork)).toEqual({
      allow: [{ name: 'routes', description: 'Shows routes' }, { name: 'scan' }],
      deny: ['echo'],
      commands: [
        { name: 'routes', description: 'Shows routes', source: 'network' },
        { name: 'scan', source: 'network' },
      ],
    });
    await put(ofGateway, { allow: [{ name: 'echo' }, { name: 'bash' }], deny: ['scan'] });
    expect(await names(ofGateway)).toEqual(['bash gateway', 'echo gateway', 'routes network']);
    expect(await names('/networks/n1/gateways/gw2/allowed_commands')).toEqual(['routes network', 'scan network']);
    await put(ofGateway, {});
    await put(ofNetwork, {});
    expect(await shown(ofGateway)).toEqual({ allow: [], deny: [], commands: [echo] });
  });

  it('are asked for before a gateway hears of a command', async () => {
    await put(ofGateway, { allow: [{ name: 'routes' }], deny: ['echo'] });
    await generic('routes');
    await generic('echo', 'gw2');
    expect(api.fleet.calls.map(({ target, request }) => [target.gatewayId, (request as { command: string }).command])).toEqual([
      ['gw1', 'routes'],
      ['gw2', 'echo'],
    ]);
    for (const command of ['echo', 'bash', 'toString']) {
      await expect(generic(command)).rejects.toMatchObject({
        code: 'forbidden',
        reason: 'command_not_allowed',
        message: expect.stringContaining(`"${command}" is not allowed on gateway "gw1"`),
      });
    }
    expect(api.fleet.calls).toHaveLength(2);
    expect(rows("action = 'command.generic' AND outcome = 'refused'")).toEqual(
      ['echo', 'bash', 'toString'].map((command) => ['command.generic', 'gw1', 'refused', JSON.stringify({ command, code: 'forbidden' })]),
    );
    await expect(generic('echo', 'nobody')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('are written with audit row, revision and tag, and tried without being written', async () => {
    const { etag } = await api.call('GET', ofGateway);
    expect((await put(ofGateway, { allow: [{ name: 'bash' }] }, { dryRun: true })).body).toEqual([
      { network_id: 'n1', type: 'allowed_commands', key: 'gw1', change: 'create' },
      { network_id: 'n1', type: 'magmad_gateway', key: 'gw1', change: 'update' },
    ]);
    expect((await api.call('GET', ofGateway)).etag).toBe(etag);
    expect(await put(ofGateway, { allow: [{ name: 'bash' }] }, { ifMatch: etag ?? '' })).toMatchObject({ status: 204, trips: 2 });
    await expect(put(ofGateway, {}, { ifMatch: etag ?? '' })).rejects.toMatchObject({ code: 'precondition_failed' });
    await put(ofNetwork, { deny: ['echo'] });
    expect((await api.call('GET', ofGateway)).etag).not.toBe(etag);
    expect(rows("action LIKE '%allow_commands'").map(([action, target, outcome]) => [action, target, outcome])).toEqual([
      ['gateway.allow_commands', 'gw1', 'ok'],
      ['network.allow_commands', 'n1', 'ok'],
    ]);
    const { body } = await api.call('GET', '/networks/n1/revisions', { query: { type: 'allowed_commands' } });
    expect(JSON.stringify(body)).toContain('bash');
  });

  it('go with their gateway, and do not come back with one of its name', async () => {
    await put(ofGateway, { allow: [{ name: 'bash' }] });
    await api.call('DELETE', '/networks/n1/gateways/gw1');
    await expect(api.call('GET', ofGateway)).rejects.toMatchObject({ code: 'not_found' });
    await expect(put(ofGateway, {})).rejects.toMatchObject({ code: 'not_found' });
    const device = { hardware_id: 'hw-gw1', key: { key_type: 'ECHO' } };
    await api.call('POST', '/networks/n1/gateways', { body: { id: 'gw1', name: 'g', description: 'd', magmad, tier: 'base', device } });
    expect(await names(ofGateway)).toEqual(['echo module']);
  });

  it('survive a change of the rest of their network and gateway', async () => {
    await put(ofNetwork, { allow: [{ name: 'scan' }] });
    await put(ofGateway, { allow: [{ name: 'routes' }] });
    await put('/networks/n1', { id: 'n1', name: 'other', description: 'd', dns: { enable_caching: false, local_ttl: 0 } });
    await put('/networks/n1/gateways/gw1', { id: 'gw1', name: 'other', description: 'd', magmad, tier: 'base' });
    expect(await names(ofGateway)).toEqual(['echo module', 'routes gateway', 'scan network']);
  });

  it.each([
    ['names no command', { allow: [{ name: '' }] }, 'body.allow[0].name'],
    ['names what is no name', { deny: ['rm -rf /'] }, 'body.deny[0]'],
    ['names one twice', { allow: [{ name: 'a' }, { name: 'a' }] }, 'body.allow[1].name: "a" is listed twice'],
    ['allows and denies one', { allow: [{ name: 'a' }], deny: ['a'] }, 'body.allow[0].name: "a" is both allowed and denied'],
  ])('are refused when the body %s', async (_, body, message) => {
    for (const path of [ofNetwork, ofGateway])
      await expect(put(path, body)).rejects.toMatchObject({ code: 'invalid', message: expect.stringContaining(message) });
  });
});
