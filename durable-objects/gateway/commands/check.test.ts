import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OrcError } from '../../../core/errors.ts';
import { networkById } from '../../../core/configurator/load.ts';
import { Database } from '../../../core/db/database.ts';
import { newToken, registerOperatorStatements } from '../../../core/identity/operators.ts';
import type { Grant } from '../../../core/identity/principal.ts';
import type { CommandRecord, Leave } from '../../../core/module/commands.ts';
import type { CommandCheck } from '../../../core/module/facets.ts';
import { type TestD1, testD1 } from '../../../test/support/d1.ts';
import { recheck } from './check.ts';

const NOW = 1_800_000_000_000;
const token = await newToken();
const uri = '/magma/v1/networks/n1/gateways/g1/command/reboot';
const record = { name: 'reboot' } as CommandRecord;
let store: TestD1;
let leave: Leave | undefined;

const check = (checks: Readonly<Record<string, CommandCheck>> = {}) =>
  recheck({
    registry: { commandChecks: new Map(Object.entries(checks)), commands: new Map() },
    bindings: { DB: store.d1 },
    identity: () => ({ hardwareId: 'hw1', networkId: 'n1', gatewayId: 'g1' }),
    leaveOf: () => leave,
    now: () => NOW,
  })(record);
const operatorWith = (...grants: Grant[]) => new Database(store.d1).commit(registerOperatorStatements({ id: 'ann', grants, token }, NOW));
const grant = (effect: Grant['effect'], resourceType: Grant['resourceType'], resource: string): Grant => ({
  effect,
  action: 'WRITE',
  resourceType,
  resource,
});

beforeEach(() => {
  store = testD1();
  leave = { credential: { token: token.id }, uri };
});
afterEach(() => store.close());

describe('a command that waited', () => {
  it('goes when whoever gave it still may', async () => {
    await operatorWith(grant('ALLOW', 'network', 'n1'));
    expect(await check()).toBeUndefined();
  });

  it.each([
    ['a right to another network', [grant('ALLOW', 'network', 'n2')]],
    ['no right at all', []],
    ['a right that the path is taken from', [grant('ALLOW', 'network', 'n1'), grant('DENY', 'uri', '**/command/reboot')]],
  ])('is refused when they have %s by now', async (_, grants) => {
    await operatorWith(...grants);
    expect(await check()).toMatchObject({ code: 'forbidden', message: expect.stringContaining('may not any more') });
  });

  it('is refused when they are gone', async () => {
    expect(await check()).toMatchObject({ code: 'forbidden' });
  });

  it('is looked at by its module besides, and by that alone when nobody wrote down who gave it', async () => {
    const no: CommandCheck = async () => new OrcError('forbidden', 'the module says no');
    await operatorWith(grant('ALLOW', 'network', 'n1'));
    expect(await check({ reboot: no })).toMatchObject({ message: 'the module says no' });
    leave = undefined;
    expect(await check({ reboot: no })).toMatchObject({ message: 'the module says no' });
    expect(check()).toBeUndefined();
  });

  it('is asked about in one round trip, in which the right comes first', async () => {
    const seen: unknown[] = [];
    const reads: CommandCheck = async (_, { networkId, read }) => {
      seen.push((await read(networkById({ id: networkId })))[0]);
      return undefined;
    };
    await operatorWith(grant('ALLOW', 'network', 'n1'));
    const before = store.trips();
    expect(await check({ reboot: reads })).toBeUndefined();
    expect(store.trips() - before).toBe(1);
    store.sqlite.exec('DELETE FROM grants');
    expect(await check({ reboot: reads })).toMatchObject({ code: 'forbidden' });
    expect(seen).toEqual([undefined]);
  });

  it('is not judged while that cannot be asked', async () => {
    store.close();
    await expect(check()).rejects.toThrow();
    store = testD1();
  });
});
