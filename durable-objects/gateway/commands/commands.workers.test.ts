import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { NewCommand } from '../../../core/module/commands.ts';
import { prefixMessage } from '../../../core/wire/grpc.ts';
import { CloseCode } from '../../../core/wire/limits.ts';
import { bindings, gateway, migrateD1 } from '../../../test/workers/environment.ts';
import { countD1 } from '../../../test/workers/faults.ts';
import { createNetwork, newGateway, write } from '../../../test/workers/fleet.ts';
import { client, connect, type TestSocket, until } from '../../../test/workers/socket.ts';

const page = { before: Number.MAX_SAFE_INTEGER, limit: 100 };
const by = { actor: 'operator:bob', requestId: 'r2' };

let count = 0;
let net: string;
let hw: string;

const wanted = (name: string, more: Partial<NewCommand> = {}): NewCommand => ({
  name,
  actor: 'operator:ann',
  requestId: 'r1',
  service: 'magmad',
  path: `/magma.orc8r.Magmad/${name}`,
  payload: new Uint8Array(),
  ...more,
});
const give = (name: string, more?: Partial<NewCommand>) => gateway(hw).port.giveCommand(net, 'g1', wanted(name, more));
const queue = (name: string, queueFor = 60_000) => give(name, { queueFor });
const states = async () => Object.fromEntries((await gateway(hw).port.commands(net, 'g1', page)).map(({ name, state }) => [name, state]));
const stateOf = (name: string, state: string) => until(async () => ((await states())[name] === state ? true : undefined));
const audited = async () => {
  const { results } = await bindings.DB.prepare(
    'SELECT action, outcome, actor FROM audit WHERE network_id = ? AND action LIKE ? ORDER BY id',
  )
    .bind(net, 'command.%')
    .all();
  return results.map(({ action, outcome, actor }) => [action, outcome, actor].join(' '));
};
const alarmOf = () => runInDurableObject(gateway(hw).stub, (_, { storage }) => storage.getAlarm());
async function joined(): Promise<TestSocket> {
  const socket = await connect(client(hw, net, 'g1'));
  await socket.hello();
  return socket;
}
/** The object dies as in a crash, whatever it was at. */
const die = () => runInDurableObject(gateway(hw).stub, (_, state) => state.abort('the test ends it')).catch(() => undefined);
/** The paths that the gateway was asked for, once there are so many. */
const askedFor = async (socket: TestSocket, calls: number) => {
  await socket.nth('syncRequest', calls - 1);
  return socket.all('syncRequest').map(({ reqBody }) => reqBody?.path.split('/').at(-1));
};
async function answer(socket: TestSocket, index: number): Promise<void> {
  const { reqId } = await socket.nth('syncRequest', index);
  const respBody = { headers: { 'grpc-status': '0' }, payload: prefixMessage(Uint8Array.of(7)) };
  socket.send({ case: 'syncResponse', value: { reqId, respBody } });
}

beforeAll(migrateD1);
beforeEach(async () => {
  count += 1;
  net = `net${count}`;
  hw = `hw${count}`;
  await createNetwork(net);
  await write(net, ...newGateway('g1', hw));
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
});

describe('a command', () => {
  it('is answered before its audit row is written, which comes without help', async () => {
    const socket = await joined();
    const given = give('Reboot');
    await answer(socket, 0);
    expect(await given).toMatchObject({ outcome: 'done', answer: Uint8Array.of(7) });
    expect(await audited()).toEqual([]);
    expect(await until(async () => ((await audited()).length > 0 ? audited() : undefined))).toEqual(['command.Reboot ok operator:ann']);
  });

  it('is written down when the gateway hears of it: an object that dies then knows that it was sent', async () => {
    const socket = await joined();
    const lost = give('Reboot').catch(() => undefined);
    await socket.nth('syncRequest');
    await die();
    expect(await states()).toEqual({ Reboot: 'unknown' });
    await lost;
    expect(await until(async () => ((await audited()).length > 0 ? audited() : undefined))).toEqual(['command.Reboot failed operator:ann']);
  });

  it('has its audit row written by the alarm when the object died before, and when D1 was away', async () => {
    await give('Reboot');
    const trips = await countD1(gateway(hw).stub);
    trips.fail = true;
    await runInDurableObject(gateway(hw).stub, (object) => object.alarm?.());
    expect(await alarmOf()).toBeLessThanOrEqual(Date.now() + 60_000);
    await evictDurableObject(gateway(hw).stub);
    expect(await runDurableObjectAlarm(gateway(hw).stub)).toBe(true);
    expect(await audited()).toEqual(['command.Reboot failed operator:ann']);
    await evictDurableObject(gateway(hw).stub);
    await gateway(hw).port.presence();
    expect(await audited()).toHaveLength(1);
  });

  it('is of no use to hardware that serves another gateway', async () => {
    const waiting = (await queue('Reboot')).id ?? '';
    const other = await gateway(hw).port.giveCommand('elsewhere', 'g7', wanted('Reboot'));
    expect(other).toMatchObject({ outcome: 'failed', id: null, code: 'gateway_offline' });
    expect(await gateway(hw).port.commands('elsewhere', 'g7', page)).toEqual([]);
    expect(await gateway(hw).port.command('elsewhere', 'g7', waiting)).toBeNull();
    expect(await gateway(hw).port.cancelCommand('elsewhere', 'g7', waiting, by)).toBeNull();
  });
});

describe('a command that waits', () => {
  it('outlives its object and is given when the gateway says hello', async () => {
    for (const name of ['a', 'b']) expect(await queue(name)).toMatchObject({ outcome: 'queued' });
    await evictDurableObject(gateway(hw).stub);
    const socket = await joined();
    expect(await askedFor(socket, 1)).toEqual(['a']);
    expect(await states()).toEqual({ a: 'running', b: 'queued' });
    await answer(socket, 0);
    expect(await askedFor(socket, 2)).toEqual(['a', 'b']);
    await answer(socket, 1);
    await stateOf('b', 'done');
    const again = await joined();
    await again.nth('welcome');
    expect(await states()).toEqual({ a: 'done', b: 'done' });
    expect(again.all('syncRequest')).toEqual([]);
  });

  it('that was sent when the object died is not sent again, and the next one is', async () => {
    for (const name of ['a', 'b']) await queue(name);
    const first = await joined();
    await askedFor(first, 1);
    await die();
    const second = await joined();
    expect(await askedFor(second, 1)).toEqual(['b']);
    expect(await states()).toEqual({ a: 'unknown', b: 'running' });
  });

  it('goes on to the next connection when one is replaced in the middle', async () => {
    for (const name of ['a', 'b']) await queue(name);
    const first = await joined();
    await askedFor(first, 1);
    const second = await joined();
    expect(await askedFor(second, 1)).toEqual(['b']);
    await answer(second, 0);
    await stateOf('b', 'done');
    expect(await states()).toEqual({ a: 'unknown', b: 'done' });
  });

  it('ends by the alarm when the gateway never comes', async () => {
    await queue('a', 1);
    expect(await alarmOf()).toBeLessThanOrEqual(Date.now() + 1);
    await runDurableObjectAlarm(gateway(hw).stub);
    await until(async () => ((await audited()).length === 2 ? true : undefined));
    expect(await audited()).toEqual(['command.a queued operator:ann', 'command.a expired operator:ann']);
    expect(await states()).toEqual({ a: 'expired' });
  });

  it('is cancelled by who takes it back, and when its gateway goes', async () => {
    const { id } = await queue('a');
    await queue('b');
    expect(await gateway(hw).port.cancelCommand(net, 'g1', id ?? '', by)).toBe('queued');
    await gateway(hw).port.cutOff(net, 'g1', CloseCode.gatewayRemoved, 'removed');
    expect(await states()).toEqual({});
    await until(async () => ((await audited()).length === 4 ? true : undefined));
    expect((await audited()).slice(2)).toEqual(['command.a cancelled operator:bob', 'command.b cancelled operator:ann']);
  });

  it('is cancelled when the hardware comes back as another gateway, and what ran has an unknown end', async () => {
    const old = await joined();
    const running = give('runs');
    await old.nth('syncRequest');
    const other = `${net}b`;
    await createNetwork(other);
    await write(net, { do: 'delete_entity', id: { type: 'magmad_gateway', key: 'g1' } });
    await write(other, ...newGateway('g2', hw));
    const socket = await connect(client(hw, other, 'g2'));
    await socket.hello();
    expect(await running).toMatchObject({ outcome: 'failed', code: 'gateway_offline' });
    expect(await gateway(hw).port.commands(other, 'g2', page)).toEqual([]);
    await until(async () => ((await audited()).length > 0 ? true : undefined));
    expect(await audited()).toEqual(['command.runs failed operator:ann']);
    expect(socket.all('syncRequest')).toEqual([]);
  });
});
