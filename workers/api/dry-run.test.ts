import { describe, expect, it } from 'vitest';
import type { Grant, Principal } from '../../core/identity/principal.ts';
import type { Fleet } from '../../core/module/context.ts';
import { DryRun } from '../../core/module/dry-run.ts';
import { admin } from '../../test/support/context.ts';
import { TestFleet } from '../../test/support/fleet.ts';
import type { MconfigPreview } from '../../core/mconfig/difference.ts';
import { dryRunReport, seesWhole } from './dry-run.ts';

const grant = (
  resourceType: Grant['resourceType'],
  resource: string,
  effect: Grant['effect'] = 'ALLOW',
  networks: string[] = [],
): Grant => ({
  effect,
  action: 'WRITE',
  resourceType,
  resource,
  ...(resourceType === 'tenant' ? { networks } : {}),
});
const operator = (...grants: Grant[]): Principal => ({ kind: 'operator', id: 'ann', credential: { token: 'tok_test' }, grants });
const registry = { mconfigReads: { types: new Set(['magmad_gateway']), networkWide: new Set<string>() } };
const difference = { path: '/configsByKey/mme/mcc', before: '001', after: '002' };

class Previews extends TestFleet {
  readonly asked: string[] = [];
  override async preview({ networkId }: Parameters<Fleet['preview']>[0]): Promise<MconfigPreview> {
    this.asked.push(networkId);
    const one = { gatewayId: 'g1', change: 'update', differences: [difference], leftOut: 2, error: null } as const;
    return { total: 7, unexamined: 1, gateways: [one, { ...one, gatewayId: 'g2', differences: [], error: 'mcc 001 is none' }] };
  }
}

const tried = (...networks: string[]): DryRun => {
  const dryRun = new DryRun();
  for (const networkId of networks)
    dryRun.commit({ networkId, action: 'a', target: 't', mutations: [{ do: 'update_network', name: 'new' }] });
  return dryRun;
};

describe('the report of a dry run', () => {
  it('says what would change, and which gateways would be given what', async () => {
    const fleet = new Previews();
    const one = { network_id: 'n1', gateway_id: 'g1', change: 'update', differences_left_out: 2, values_hidden: false, error: null };
    expect(await dryRunReport(tried('n1'), fleet, admin, registry)).toEqual({
      dry_run: true,
      changes: [{ network_id: 'n1', type: 'network', key: 'n1', change: 'update' }],
      mconfigs: {
        total: 7,
        unexamined: 1,
        gateways: [
          { ...one, differences: [difference] },
          { ...one, gateway_id: 'g2', differences: [], error: 'mcc 001 is none' },
        ],
      },
    });
    expect(await dryRunReport(tried('n1', 'n2'), fleet, admin, registry)).toMatchObject({ mconfigs: { total: 14, unexamined: 2 } });
  });

  it('asks no network when nothing feeds mconfigs, or when it does not exist yet', async () => {
    const fleet = new Previews();
    const nothing = { mconfigs: { total: 0, unexamined: 0, gateways: [] } };
    const other = new DryRun();
    other.commit({ networkId: 'n1', action: 'a', target: 't', mutations: [{ do: 'create_entity', id: { type: 'subscriber', key: 's' } }] });
    expect(await dryRunReport(other, fleet, admin, registry)).toMatchObject(nothing);
    const create = new DryRun();
    const network = { do: 'create_network', type: 'lte', name: 'n', description: '', configs: {} } as const;
    create.commit({ networkId: 'new', action: 'a', target: 't', mutations: [network] });
    expect(await dryRunReport(create, fleet, admin, registry)).toMatchObject(nothing);
    expect(fleet.asked).toEqual([]);
  });

  it('keeps values from who may not read the whole network', async () => {
    const text = JSON.stringify(await dryRunReport(tried('n1'), new Previews(), operator(grant('uri', '/magma/v1/**')), registry));
    expect(JSON.parse(text)).toMatchObject({
      mconfigs: {
        gateways: [
          { differences: [{ path: difference.path }], values_hidden: true },
          { differences: [], error: 'the mconfig could not be rendered' },
        ],
      },
    });
    expect(text).not.toContain('001');
  });

  it.each<[boolean, string, Principal]>([
    [true, 'everything', admin],
    [true, 'the network', operator(grant('network', 'n1'))],
    [true, 'all networks', operator(grant('network', '*'))],
    [true, 'its tenant', operator(grant('tenant', '1', 'ALLOW', ['n1']))],
    [true, 'everything, but denied another network', operator(grant('all', '*'), grant('network', 'n2', 'DENY'))],
    [false, 'another network', operator(grant('network', 'n2'))],
    [false, 'paths', operator(grant('uri', '/magma/v1/**'))],
    [false, 'everything, but denied a path', operator(grant('all', '*'), grant('uri', '/magma/v1/lte/n1/cellular/**', 'DENY'))],
    [false, 'everything, but denied the network', operator(grant('all', '*'), grant('network', 'n1', 'DENY'))],
    [false, 'nothing, being nobody', { kind: 'nobody' }],
  ])('shows values: %s, to who is granted %s', (shown, _, principal) => {
    expect(seesWhole(principal, 'n1')).toBe(shown);
  });
});
