import { dp } from './dp.ts';
import { federation } from './federation.ts';
import { gateways } from './gateways.ts';
import { lteGateways } from './lte.ts';
import { networks } from './networks.ts';
import { policies } from './policies.ts';
import { subscribers } from './subscribers.ts';
import { tenants } from './tenants.ts';
import { upgrades } from './upgrades.ts';
import type { Rule } from './rule.ts';

/** By section of REST-BEHAVIOUR. */
export const rules: Readonly<Record<string, readonly Rule[]>> = {
  'networks (5)': networks,
  'gateways (6)': gateways,
  'upgrades (7)': upgrades,
  'LTE gateways, eNodeBs, APNs and pools (8)': lteGateways,
  'subscribers (9)': subscribers,
  'policies (10)': policies,
  'dp (11)': dp,
  'federation and carrier Wi-Fi (12)': federation,
  'tenants (13)': tenants,
};
