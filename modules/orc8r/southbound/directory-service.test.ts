import { describe, expect, it } from 'vitest';
import { GatewayDirectoryService } from '../../../proto/gen/orc8r/protos/directoryd_pb.js';
import { gatewayOfSubscriber, gatewayOfTunnel, newTunnel, subscriberOfSession } from '../services/directory.ts';
import { directoryService } from './directory-service.ts';
import { call, fakeContext } from './testing/fake-context.ts';

const { updateRecord, deleteRecord, getDirectoryField, getAllDirectoryRecords } = GatewayDirectoryService.method;
const imsi = 'IMSI001010000000001';

/** The service as gateway gw1 (hw1) calls it. */
function gateway() {
  const { context, states, network } = fakeContext();
  return {
    network,
    states,
    view: network.view,
    update: (id: string, fields: Record<string, string> = {}, location = '') =>
      call(directoryService, updateRecord, context, { id, location, fields }),
    remove: (id: string) => call(directoryService, deleteRecord, context, { id }),
    field: async (id: string, fieldKey: string) => (await call(directoryService, getDirectoryField, context, { id, fieldKey }))[0],
    all: async () => (await call(directoryService, getAllDirectoryRecords, context, {}))[0]?.records ?? [],
  };
}

describe('GatewayDirectoryService', () => {
  it('keeps where a gateway says something is, itself when it names no place, and answers fields of it', async () => {
    const { update, field, all, states } = gateway();
    await update(imsi, { session_id: '7', ipv4_addr: '10.0.0.1' }, 'hwid');
    await update('IMSI001010000000002', {}, 'elsewhere');
    expect(await field(imsi, 'ipv4_addr')).toMatchObject({ key: 'ipv4_addr', value: '10.0.0.1' });
    expect((await all()).map(({ id, locationHistory, fields }) => [id, locationHistory, fields])).toEqual([
      [imsi, ['hw1'], { session_id: '7', ipv4_addr: '10.0.0.1' }],
      ['IMSI001010000000002', ['elsewhere'], {}],
    ]);
    expect(states.list().map(({ type }) => type)).toEqual(['directory_record', 'directory_record']);
    await update(imsi, { ipv4_addr: '10.0.0.2' });
    expect(await field(imsi, 'ipv4_addr')).toMatchObject({ value: '10.0.0.2' });
    await expect(field(imsi, 'session_id')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('shows what other gateways of the network said last, and forgets only what this one said', async () => {
    const { update, remove, field, all, network } = gateway();
    network.tell('gw2', 'directory_record', imsi, { location_history: ['hw-gw2'], identifiers: { a: 'two', n: 7 } }, 2000);
    network.tell('gw2', 'directory_record', 'odd', 'not json', 2000);
    await update(imsi, { a: 'one' });
    expect(await field(imsi, 'a')).toMatchObject({ value: 'two' });
    expect((await all()).map(({ id, fields }) => [id, fields])).toEqual([[imsi, { a: 'two' }]]);
    await expect(field(imsi, 'n')).rejects.toMatchObject({ code: 'not_found' });
    network.tell('gw2', 'directory_record', imsi, null, 0);
    expect(await field(imsi, 'a')).toMatchObject({ value: 'one' });
    await remove(imsi);
    await remove(imsi);
    await expect(field(imsi, 'a')).rejects.toMatchObject({ code: 'not_found', message: `directory record "${imsi}" was not found` });
  });

  it('refuses what has no id or is too much, and keeps nothing of it', async () => {
    const { update, remove, field, states } = gateway();
    const many = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`f${index}`, '']));
    for (const refused of [
      update(''),
      update('x'.repeat(513)),
      update(imsi, many),
      update(imsi, { f: 'x'.repeat(1024 * 1024) }),
      remove(''),
      field('', 'f'),
    ])
      await expect(refused).rejects.toMatchObject({ code: 'invalid' });
    expect(states.list()).toEqual([]);
  });

  it('leads from subscribers, sessions and tunnels to gateways', async () => {
    const { update, view, network } = gateway();
    await update(imsi, { session_id: `${imsi}-155129`, sgw_c_teid: '1, 4294967295,', sgw_u_teid: '2' });
    expect([
      await gatewayOfSubscriber(view, imsi),
      await subscriberOfSession(view, '155129'),
      await gatewayOfTunnel(view, 'control', 4294967295),
      await gatewayOfTunnel(view, 'user', 2),
      await gatewayOfTunnel(view, 'user', 1),
      await gatewayOfSubscriber(view, 'IMSI9'),
    ]).toEqual(['hw1', imsi, 'hw1', 'hw1', undefined, undefined]);
    network.tell('gw2', 'directory_record', imsi, { location_history: ['hw-gw2', 'hw1'], identifiers: { session_id: '9' } }, 2000);
    expect([
      await gatewayOfSubscriber(view, imsi),
      await subscriberOfSession(view, '155129'),
      await subscriberOfSession(view, '9'),
      await gatewayOfTunnel(view, 'control', 1),
    ]).toEqual(['hw-gw2', undefined, imsi, undefined]);
  });

  it('knows sessions by their own id, whatever is in it, and takes no notice of identifiers that are no text', async () => {
    const { update, view, network } = gateway();
    await update(imsi, { session_id: 'a-b' });
    expect([await subscriberOfSession(view, 'a-b'), await subscriberOfSession(view, 'b')]).toEqual([imsi, undefined]);
    const odd = { location_history: ['hw1'], identifiers: { session_id: 7, sgw_c_teid: 5 } };
    network.tell('gw1', 'directory_record', 'IMSI2', odd, 2000);
    expect([
      await gatewayOfSubscriber(view, 'IMSI2'),
      await subscriberOfSession(view, '7'),
      await gatewayOfTunnel(view, 'control', 5),
    ]).toEqual(['hw1', undefined, undefined]);
  });

  it('gives tunnel ids that nobody has', async () => {
    const { view } = gateway();
    const given = new Set<number>();
    for (let count = 0; count < 50; count += 1) given.add(await newTunnel((index) => view.reserve(index), 'control'));
    expect(given.size).toBe(50);
    expect([...given].every((teid) => Number.isInteger(teid) && teid > 0 && teid < 2 ** 32)).toBe(true);
  });
});
