import { mayAccess } from '../../core/identity/access.ts';
import type { Principal } from '../../core/identity/principal.ts';
import type { GatewayPreview, MconfigPreview } from '../../core/mconfig/difference.ts';
import { feedingMconfigs } from '../../core/mconfig/preview.ts';
import type { Fleet } from '../../core/module/context.ts';
import type { DryRun } from '../../core/module/dry-run.ts';
import type { Registry } from '../../core/module/registry.ts';
import type { DryRunReport } from '../../core/rest/dry-run-report.ts';

/** What a dry run answers: what would have changed, and which gateways would be given what. */
export async function dryRunReport(
  { changes, commits }: DryRun,
  fleet: Fleet,
  principal: Principal,
  registry: Pick<Registry, 'mconfigReads'>,
): Promise<DryRunReport> {
  let total = 0;
  let unexamined = 0;
  const gateways: DryRunReport['mconfigs']['gateways'] = [];
  for (const { networkId, mutations } of commits) {
    const feeding = feedingMconfigs(mutations, registry);
    // A new network has no gateways yet, and its object none to ask.
    if (feeding.length === 0 || feeding.some((mutation) => mutation.do === 'create_network')) continue;
    const preview: MconfigPreview = await fleet.preview({ networkId, mutations: feeding });
    const shown = seesWhole(principal, networkId);
    total += preview.total;
    unexamined += preview.unexamined;
    gateways.push(...preview.gateways.map((each) => told(networkId, each, shown)));
  }
  return { dry_run: true, changes, mconfigs: { total, unexamined, gateways } };
}

/**
 * Whether a principal may read all that a network's mconfigs are made of. Who is granted or denied single paths may not: which of
 * them a value came from cannot be told, so values are kept from them.
 */
export function seesWhole(principal: Principal, networkId: string): boolean {
  if (principal.kind !== 'operator') return false;
  const grants = principal.grants.filter(({ resourceType, effect }) => resourceType !== 'uri' || effect === 'DENY');
  if (grants.some(({ resourceType }) => resourceType === 'uri')) return false;
  return mayAccess({ ...principal, grants }, { action: 'read', scope: 'network', networkId });
}

function told(
  networkId: string,
  { gatewayId, change, differences, leftOut, error }: GatewayPreview,
  shown: boolean,
): DryRunReport['mconfigs']['gateways'][number] {
  return {
    network_id: networkId,
    gateway_id: gatewayId,
    change,
    differences: shown ? [...differences] : differences.map(({ path }) => ({ path })),
    differences_left_out: leftOut,
    values_hidden: !shown,
    // A builder's complaint may quote a value.
    error: error === null || shown ? error : 'the mconfig could not be rendered',
  };
}
