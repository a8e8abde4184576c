import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { OrcError } from '../core/errors.ts';
import type { StateQuery } from '../core/state/network-states.ts';
import { decodeGrpcMessage, MessageReader, prefixMessage } from '../core/wire/grpc.ts';
import { Magmad, RestartServicesRequestSchema } from '../proto/gen/orc8r/protos/magmad_pb.js';
import { bindings, migrateD1, network } from '../test/workers/environment.ts';
import { createNetwork, newGateway, write } from '../test/workers/fleet.ts';
import { client, connect, type TestSocket } from '../test/workers/socket.ts';
import { createFleet } from './fleet.ts';
import { recently } from './recent-answers.ts';

const { restartServices } = Magmad.method;
let count = 0;
let net: string;
let socket: TestSocket;
const fleet = createFleet(bindings, async () => {});
const restart = () =>
  fleet.call({ networkId: net, gatewayId: 'g1', hardwareId: `hw${count}` }, 'magmad', restartServices, { services: ['mme'] });
const reply = async (headers: Record<string, string>, payload = new Uint8Array()) =>
  socket.send({ case: 'syncResponse', value: { reqId: (await socket.nth('syncRequest')).reqId, respBody: { headers, payload } } });

beforeAll(migrateD1);
beforeEach(async () => {
  count += 1;
  net = `net${count}`;
  await createNetwork(net);
  await write(net, ...newGateway('g1', `hw${count}`), ...newGateway('g2', `hw${count}b`));
  socket = await connect(client(`hw${count}`, net, 'g1'));
  await socket.hello();
});

describe('a command', () => {
  it('reaches the gateway’s service, and its answer the route', async () => {
    const answer = restart();
    const { reqBody } = await socket.nth('syncRequest');
    expect(reqBody).toMatchObject({ authority: 'magmad', path: '/magma.orc8r.Magmad/RestartServices' });
    const [sent] = new MessageReader(1000).push(reqBody?.payload ?? new Uint8Array());
    expect(fromBinary(RestartServicesRequestSchema, sent ?? new Uint8Array()).services).toEqual(['mme']);
    await reply(
      { 'grpc-status': '0' },
      prefixMessage(
        toBinary(restartServices.output, await import('@bufbuild/protobuf').then(({ create }) => create(restartServices.output))),
      ),
    );
    expect(await answer).toMatchObject({ $typeName: restartServices.output.typeName });
  });

  it.each([
    [{ 'grpc-status': '3', 'grpc-message': 'no%20such%20service' }, 'not_found', 'no such service'],
    [{ 'grpc-status': '9' }, 'invalid', ''],
    [{ 'grpc-status': '0' }, 'internal', 'without a message'],
  ])('fails as the gateway says: %o', async (headers, code, message) => {
    const answer = restart().catch((error: unknown) => error);
    await reply(headers as unknown as Record<string, string>);
    expect(await answer).toMatchObject({ code, message: expect.stringContaining(decodeGrpcMessage(message)) });
  });

  it('fails with gateway_offline when there is no socket', async () => {
    socket.close();
    await socket.ended();
    await expect(restart()).rejects.toMatchObject({
      code: 'gateway_offline',
      message: 'gateway g1 is not connected',
    });
  });
});

describe('what gateways report', () => {
  it('is gathered from all pages', async () => {
    const { port } = network(net);
    await port.changed(net);
    const state = JSON.stringify({ pad: 'x'.repeat(4_200_000) });
    for (const [key, hardwareId] of [
      ['g1', `hw${count}`],
      ['g2', `hw${count}b`],
    ] as const) {
      await port.report(key, { hardwareId, revision: 1, checkin: { at: 1, state } });
    }
    const all = await fleet.statuses(net, ['g1', 'nobody', 'g2']);
    expect([...all.keys()]).toEqual(['g1', 'g2']);
    expect(all.get('g2')).toMatchObject({ hardwareId: `hw${count}b`, receivedAt: 1 });
    expect(await fleet.status(net, 'nobody')).toBeUndefined();
  });

  it('breaks no list when it is no JSON', async () => {
    const { port } = network(net);
    await port.changed(net);
    await port.report('g1', { hardwareId: `hw${count}`, revision: 1, checkin: { at: 1, state: 'not json' } });
    expect(await fleet.statuses(net, ['g1'])).toEqual(new Map([['g1', expect.objectContaining({ state: {} })]]));
  });

  it('is remembered for a moment unless it is large, and only those asked that are not', async () => {
    const { port } = network(net);
    await port.changed(net);
    const large = JSON.stringify({ pad: 'x'.repeat(20_000) });
    for (const [key, hardwareId, state] of [
      ['g1', `hw${count}`, '{"version":"1"}'],
      ['g2', `hw${count}b`, large],
    ] as const) {
      await port.report(key, { hardwareId, revision: 1, checkin: { at: 1, state } });
    }
    const asked: (readonly string[])[] = [];
    const watched = {
      getByName: () => ({
        statuses: async (ids: readonly string[], first: number) => {
          asked.push(ids);
          return port.statuses(ids, first);
        },
      }),
    } as unknown as DurableObjectNamespace;
    const recent = recently();
    const remembering = createFleet({ ...bindings, NETWORK: watched }, async () => {}, recent);
    vi.useFakeTimers({ toFake: ['Date'] });
    const first = await remembering.statuses(net, ['g1', 'g2', 'nobody']);
    expect([...first.keys()]).toEqual(['g1', 'g2']);
    expect(await remembering.statuses(net, ['g1', 'g2', 'nobody'])).toEqual(first);
    expect(await remembering.statuses(net, ['g1'])).toEqual(new Map([['g1', expect.objectContaining({ state: { version: '1' } })]]));
    expect(asked).toEqual([['g1', 'g2', 'nobody'], ['g2']]);
    vi.setSystemTime(Date.now() + 250);
    await remembering.statuses(net, ['nobody']);
    expect(asked.slice(2)).toEqual([['nobody']]);
    vi.useRealTimers();
  });

  it('about states is not asked again within a moment, unless it was long or is another question', async () => {
    const asked: StateQuery[] = [];
    let value = '"short"';
    const watched = {
      getByName: () => ({
        statesAbout: async (query: StateQuery) => {
          asked.push(query);
          const state = { type: 't', hardwareId: 'h', gatewayId: 'g1', value, receivedAt: 1 };
          return { subjects: [['s1', { states: [state], indexed: {} }]], next: null };
        },
      }),
    } as unknown as DurableObjectNamespace;
    let allowed = true;
    const remembering = createFleet(
      { ...bindings, NETWORK: watched },
      async () => {
        if (!allowed) throw new OrcError('forbidden', 'no');
      },
      recently(),
    );
    const ask = (networkId: string, ...subjects: string[]) => remembering.states(networkId, { types: ['t'], subjects });
    vi.useFakeTimers({ toFake: ['Date'] });
    const first = await ask(net, 's1');
    expect(first.get('s1')?.states[0]?.value).toBe('short');
    expect(await ask(net, 's1')).toEqual(first);
    expect(asked).toHaveLength(1);
    await ask(net, 's1', 's2');
    await ask('other', 's1');
    expect(asked).toHaveLength(3);
    allowed = false;
    await expect(ask(net, 's1')).rejects.toMatchObject({ code: 'forbidden' });
    allowed = true;
    vi.setSystemTime(Date.now() + 250);
    value = JSON.stringify('x'.repeat(300_000));
    await ask(net, 's1');
    await ask(net, 's1');
    expect(asked).toHaveLength(5);
    vi.useRealTimers();
  });

  it('is asked of no object before the caller is authorised', async () => {
    const asked: string[] = [];
    const trap = { getByName: (name: string) => asked.push(name) } as unknown as DurableObjectNamespace;
    const closed = createFleet({ ...bindings, NETWORK: trap, GATEWAY: trap }, async () => {
      throw new OrcError('forbidden', 'no');
    });
    for (const ask of [
      closed.status(net, 'g1'),
      closed.statuses(net, ['g1']),
      closed.states(net, { types: ['t'], subjects: ['s1'] }),
      closed.convergence(net),
      closed.call({ networkId: net, gatewayId: 'g1', hardwareId: 'h' }, 'magmad', restartServices, {}),
    ]) {
      await expect(ask).rejects.toMatchObject({ code: 'forbidden' });
    }
    expect(asked).toEqual([]);
  });
});
