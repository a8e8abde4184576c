import { toJson } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import type { Commit } from '../../core/configurator/commit.ts';
import type { Network } from '../../core/configurator/model.ts';
import { OrcError } from '../../core/errors.ts';
import type { RequestContext } from '../../core/module/context.ts';
import { createRegistry } from '../../core/module/registry.ts';
import { Hello } from '../../proto/gen/feg/protos/hello_pb.js';
import { gatewayGraph } from '../orc8r/mconfig/testing/graph.ts';
import { orc8r } from '../orc8r/module.ts';
import { call, fakeContext } from '../orc8r/southbound/testing/fake-context.ts';
import { PROFILE } from './entities.ts';
import { monitor } from './module.ts';

const registry = createRegistry([monitor, orc8r]);
const alone = createRegistry([orc8r]);

const graphWith = (interval?: number) =>
  gatewayGraph('gw1', {}, [
    { type: 'magmad_gateway', key: 'gw1' },
    ...(interval === undefined ? [] : [{ ...PROFILE, config: { polling_interval: interval } }]),
  ]);

/** A request on a network, with its profile when an interval is given. */
function request(method: string, options: { network?: boolean; interval?: number; ifMatch?: string } = {}) {
  const { network = true, interval, ifMatch } = options;
  const route = registry.routes.find((item) => item.path === '/networks/{network_id}/monitor_profile' && item.method === method);
  if (!route) throw new Error(`no route for ${method}`);
  const { graph, network: stored } = graphWith(interval);
  const commits: Commit[] = [];
  const read = async (...queries: readonly unknown[]) =>
    queries.length === 2 ? [network ? stored : (undefined as Network | undefined), graph] : [graph];
  const commit = async (change: Commit) => {
    commits.push(change);
    return { networkId: change.networkId, version: 2, changes: [] };
  };
  const context = { read, commit, ifMatch } as unknown as RequestContext;
  const send = (body?: unknown) =>
    route.handle({ params: { network_id: 'n1' }, query: undefined, body } as unknown as Parameters<typeof route.handle>[0], context);
  return { route, send, commits };
}

describe('a module added to a platform without touching another file', () => {
  it('is listed with everything that it contributes', () => {
    expect(registry.summaries.find(({ name }) => name === 'monitor')).toEqual({
      name: 'monitor',
      version: '0.1.0',
      dependsOn: ['orc8r'],
      contributes: {
        network_types: [],
        entity_types: ['monitor_profile'],
        routes: ['GET /magma/v1/networks/{network_id}/monitor_profile', 'PUT /magma/v1/networks/{network_id}/monitor_profile'],
        mconfig_builders: ['monitord'],
        streams: [],
        state_types: [],
        state_indexers: [],
        southbound_services: ['magma.feg.Hello: SayHello'],
        commands: ['monitor_scan'],
      },
    });
  });

  it('needs the modules it depends on', () => {
    expect(() => createRegistry([monitor])).toThrow('module "monitor" depends on "orc8r", which is not there');
  });

  it('has its entity type, which the streams of others now read', () => {
    expect(registry.entityTypes.get('monitor_profile')?.config?.safeParse({ polling_interval: 0 }).success).toBe(false);
    expect(registry.streamReads.networkWide).toEqual([...alone.streamReads.networkWide, 'monitor_profile']);
    expect(registry.streams.get('configs')?.networkWide).toContain('monitor_profile');
  });

  it('is part of the mconfig of every gateway', async () => {
    const monitord = (interval?: number) => registry.mconfig(graphWith(interval)).find(({ key }) => key === 'monitord');
    const json = (interval?: number) => {
      const entry = monitord(interval);
      return entry && toJson(entry.schema, entry.message);
    };
    expect(json(5)).toEqual({ logLevel: 'INFO', pollingInterval: 5 });
    expect(json()).toEqual({ logLevel: 'INFO', pollingInterval: 60 });
    const content = await registry.streams.get('configs')?.render(graphWith(5));
    expect(new TextDecoder().decode(content?.updates(0)[0]?.value)).toContain(
      '"monitord":{"@type":"type.googleapis.com/magma.mconfig.MonitorD","logLevel":"INFO","pollingInterval":5}',
    );
    expect((await alone.streams.get('configs')?.render(graphWith(5)))?.digest).not.toBe(content?.digest);
  });

  it('serves its southbound method', async () => {
    expect(registry.southbound.get('/magma.feg.Hello/SayHello')?.kind).toBe('unary');
    const methods = [...registry.southbound.values()];
    await expect(call(methods, Hello.method.sayHello, fakeContext().context, { greeting: 'hi' })).resolves.toMatchObject([
      { greeting: 'hi (gw1 of n1)' },
    ]);
    await expect(call(methods, Hello.method.sayHello, fakeContext().context, { greeting: 'x'.repeat(1025) })).rejects.toThrow(
      'at most 1024 characters',
    );
  });

  it('has a command', () => {
    expect(registry.commands.get('monitor_scan')).toMatchObject({ module: 'monitor', description: expect.stringContaining('devices') });
  });
});

describe('the monitor profile', () => {
  it('is read with its version as tag, or not found', async () => {
    await expect(request('get', { interval: 5 }).send()).resolves.toEqual({ status: 200, body: { polling_interval: 5 }, etag: [1] });
    await expect(request('get').send()).rejects.toThrow(expect.objectContaining({ code: 'not_found' }));
  });

  it('is created, then replaced, relying on the version that was read', async () => {
    for (const [interval, todo, version] of [
      [undefined, 'create_entity', 0],
      [7, 'update_entity', 1],
    ] as const) {
      const { send, commits } = request('put', interval === undefined ? {} : { interval });
      await expect(send({ polling_interval: 9 })).resolves.toEqual({ status: 204 });
      expect(commits).toEqual([
        {
          networkId: 'n1',
          action: 'monitor_profile.update',
          target: 'default',
          mutations: [{ do: todo, id: PROFILE, config: { polling_interval: 9 } }],
          expect: [{ ...PROFILE, version }],
        },
      ]);
    }
  });

  it('is not written in a network that is not there, nor over what the caller has not seen', async () => {
    const missing = request('put', { network: false });
    await expect(missing.send({ polling_interval: 9 })).rejects.toThrow(expect.objectContaining({ code: 'not_found' }));
    const stale = request('put', { interval: 7, ifMatch: '"99"' });
    await expect(stale.send({ polling_interval: 9 })).rejects.toThrow(OrcError);
    expect([...missing.commits, ...stale.commits]).toEqual([]);
  });
});
