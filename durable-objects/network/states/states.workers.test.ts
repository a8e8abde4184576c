import { create, toBinary } from '@bufbuild/protobuf';
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { DeleteStatesRequestSchema, ReportStatesRequestSchema } from '../../../proto/gen/orc8r/protos/state_pb.js';
import { bindings, gateway, migrateD1, network } from '../../../test/workers/environment.ts';
import { rebind, unreliable } from '../../../test/workers/faults.ts';
import { createNetwork, gatewayId, newGateway, write } from '../../../test/workers/fleet.ts';
import { client, until } from '../../../test/workers/socket.ts';

let count = 0;
let net: string;
const hw = (key: string) => `${net}-${key}`;
const type = 'directory_record';
const imsi = (number: number) => `IMSI00101${String(number).padStart(10, '0')}`;
const record = (session: string, ...locations: string[]) =>
  JSON.stringify({ location_history: locations, identifiers: { session_id: session }, 'py/object': 'magma.directoryd.DirectoryRecord' });

async function call(key: string, method: string, payload: Uint8Array, networkId = net): Promise<void> {
  const answer = await gateway(hw(key)).port.southbound(client(hw(key), networkId, key), `/magma.orc8r.StateService/${method}`, payload);
  expect(answer).toMatchObject({ ok: true });
}
const report = (key: string, device: string, value: string, networkId = net) =>
  call(
    key,
    'ReportStates',
    toBinary(
      ReportStatesRequestSchema,
      create(ReportStatesRequestSchema, { states: [{ type, deviceID: device, value: new TextEncoder().encode(value) }] }),
    ),
    networkId,
  );
const remove = (key: string, device: string) =>
  call(key, 'DeleteStates', toBinary(DeleteStatesRequestSchema, create(DeleteStatesRequestSchema, { ids: [{ type, deviceID: device }] })));

/** Who is known to be where: hardware ids by subscriber. */
async function places(networkId = net): Promise<Record<string, readonly string[] | undefined>> {
  const { subjects } = await network(networkId).port.statesAbout({ indexes: ['hardware_of_imsi'] }, '');
  return Object.fromEntries(subjects.map(([id, { indexed }]) => [id, indexed['hardware_of_imsi']]));
}
const placesBecome = (wanted: Record<string, string[]>, networkId = net) =>
  until(async () => (JSON.stringify(await places(networkId)) === JSON.stringify(wanted) ? true : undefined));

beforeAll(migrateD1);
beforeEach(async () => {
  count += 1;
  net = `states${count}`;
  await createNetwork(net);
  await write(net, ...['g1', 'g2'].flatMap((key) => newGateway(key, hw(key))));
  await network(net).port.changed(net);
  vi.spyOn(console, 'warn').mockImplementation(() => {});
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe('reported states', () => {
  it('reach the network, change there, and go', async () => {
    await report('g1', imsi(1), record('1', hw('g1')));
    await report('g2', imsi(2), record('2', hw('g2')));
    await placesBecome({ [imsi(1)]: [hw('g1')], [imsi(2)]: [hw('g2')] });
    await report('g1', imsi(1), record('1', 'elsewhere'));
    await placesBecome({ [imsi(1)]: ['elsewhere'], [imsi(2)]: [hw('g2')] });
    await remove('g1', imsi(1));
    await placesBecome({ [imsi(2)]: [hw('g2')] });
  });

  it('that are as they were cost the network nothing', async () => {
    const calls: string[] = [];
    await rebind(gateway(hw('g1')).stub, () => ({ NETWORK: unreliable(bindings.NETWORK, () => false, calls) }));
    await report('g1', imsi(1), record('1', hw('g1')));
    await placesBecome({ [imsi(1)]: [hw('g1')] });
    await report('g1', imsi(1), record('1', hw('g1')));
    await report('g1', imsi(2), record('1', hw('g1')));
    await placesBecome({ [imsi(1)]: [hw('g1')], [imsi(2)]: [hw('g1')] });
    expect(calls).toEqual([`${net}.takeStates`, `${net}.takeStates`]);
  });

  it('wait while the network cannot be reached, through evictions, and arrive by the alarm when it is back', async () => {
    let away = true;
    const breakNetwork = () => rebind(gateway(hw('g1')).stub, () => ({ NETWORK: unreliable(bindings.NETWORK, () => away) }));
    await breakNetwork();
    await report('g1', imsi(1), record('1', hw('g1')));
    await report('g1', imsi(2), record('1', hw('g1')));
    await remove('g1', imsi(2));
    expect(await runDurableObjectAlarm(gateway(hw('g1')).stub)).toBe(true);
    expect(await places()).toEqual({});
    await evictDurableObject(gateway(hw('g1')).stub);
    await breakNetwork();
    expect(await runDurableObjectAlarm(gateway(hw('g1')).stub)).toBe(true);
    expect(await places()).toEqual({});
    away = false;
    await evictDurableObject(gateway(hw('g1')).stub);
    expect(await runDurableObjectAlarm(gateway(hw('g1')).stub)).toBe(true);
    expect(await places()).toEqual({ [imsi(1)]: [hw('g1')] });
  });

  it('come again to a network that has lost them', async () => {
    await report('g1', imsi(1), record('1', hw('g1')));
    await placesBecome({ [imsi(1)]: [hw('g1')] });
    await runInDurableObject(network(net).stub, (_, { storage }) => {
      for (const table of ['states', 'state_entries', 'state_reporters']) storage.sql.exec(`DELETE FROM ${table}`);
    });
    await report('g1', imsi(2), record('2', hw('g1')));
    await placesBecome({ [imsi(1)]: [hw('g1')], [imsi(2)]: [hw('g1')] });
  });

  it('outlive an eviction of the network, and are known at once to a gateway that registered a moment ago', async () => {
    await report('g1', imsi(1), record('1', hw('g1')));
    await placesBecome({ [imsi(1)]: [hw('g1')] });
    await evictDurableObject(network(net).stub);
    await write(net, ...newGateway('g3', hw('g3')));
    await report('g3', imsi(3), record('3', hw('g3')));
    await placesBecome({ [imsi(1)]: [hw('g1')], [imsi(3)]: [hw('g3')] });
  });

  it('go when their gateway is deleted, and come back only with a new report', async () => {
    await report('g1', imsi(1), record('1', hw('g1')));
    await report('g2', imsi(2), record('2', hw('g2')));
    await placesBecome({ [imsi(1)]: [hw('g1')], [imsi(2)]: [hw('g2')] });
    await write(net, { do: 'delete_entity', id: gatewayId('g1') });
    await network(net).port.changed(net);
    expect(await places()).toEqual({ [imsi(2)]: [hw('g2')] });
    await write(net, ...newGateway('g1', hw('g1')));
    await network(net).port.changed(net);
    await report('g1', imsi(3), record('3', hw('g1')));
    await placesBecome({ [imsi(2)]: [hw('g2')], [imsi(3)]: [hw('g1')] });
  });

  it('stay behind in no network when hardware moves to another', async () => {
    const other = `${net}-other`;
    await report('g1', imsi(1), record('1', hw('g1')));
    await placesBecome({ [imsi(1)]: [hw('g1')] });
    await write(net, { do: 'delete_entity', id: gatewayId('g1') });
    await createNetwork(other);
    await write(other, ...newGateway('g1', hw('g1')));
    await report('g1', imsi(2), record('2', hw('g1')), other);
    await placesBecome({ [imsi(2)]: [hw('g1')] }, other);
    await network(net).port.changed(net);
    expect(await places()).toEqual({});
    // The old network's late farewell is for a role that the hardware does not have any more.
    await report('g1', imsi(3), record('3', hw('g1')), other);
    await placesBecome({ [imsi(2)]: [hw('g1')], [imsi(3)]: [hw('g1')] }, other);
  });

  it('are indexed again by alarm when an indexer has another version, with progress to see', async () => {
    await report('g1', imsi(1), record('1', hw('g1')));
    await placesBecome({ [imsi(1)]: [hw('g1')] });
    await runInDurableObject(network(net).stub, (_, { storage }) => {
      storage.sql.exec('DELETE FROM state_entries');
      storage.sql.exec("UPDATE state_indexers SET version = 0 WHERE name = 'directory'");
    });
    await evictDurableObject(network(net).stub);
    const indexer = async () => (await network(net).port.stateIndex()).indexers.find(({ name }) => name === 'directory');
    const progress: unknown[] = [];
    await until(async () => {
      const found = await indexer();
      progress.push(found?.reindexing);
      await runDurableObjectAlarm(network(net).stub);
      return found?.version === 1 && found.reindexing === null ? true : undefined;
    });
    expect(await places()).toEqual({ [imsi(1)]: [hw('g1')] });
    expect(progress[0]).toMatchObject({ toVersion: 1, total: 1 });
  });
});
