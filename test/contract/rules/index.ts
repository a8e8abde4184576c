import { allowedDp, dp } from './dp.ts';
import { federation } from './federation.ts';
import { allowedGateways, gateways } from './gateways.ts';
import { allowedLte, lteGateways } from './lte.ts';
import { networks } from './networks.ts';
import { allowedPolicies, policies } from './policies.ts';
import { allowedSubscribers, subscribers } from './subscribers.ts';
import { allowedTenants, tenants } from './tenants.ts';
import { upgrades } from './upgrades.ts';
import { allowedRequests, requests } from './requests.ts';
import type { Allowed, Rule } from './rule.ts';
import { traces } from './traces.ts';

/** By section of REST-BEHAVIOUR. */
export const rules: Readonly<Record<string, readonly Rule[]>> = {
  'requests and storage (2, 3)': requests,
  'networks (5)': networks,
  'gateways (6)': gateways,
  'upgrades (7)': upgrades,
  'LTE gateways, eNodeBs, APNs and pools (8)': lteGateways,
  'subscribers (9)': subscribers,
  'policies (10)': policies,
  'probes, call traces (11)': traces,
  'dp (11)': dp,
  'federation and carrier Wi-Fi (12)': federation,
  'tenants (13)': tenants,
};

/** By section too. */
export const allowed: Readonly<Record<string, readonly Allowed[]>> = {
  'requests and storage (2, 3)': allowedRequests,
  'gateways (6)': allowedGateways,
  'LTE gateways, eNodeBs, APNs and pools (8)': allowedLte,
  'subscribers, numbers and messages (9, 11)': allowedSubscribers,
  'policies and probes (10, 11)': allowedPolicies,
  'dp (11)': allowedDp,
  'tenants (13)': allowedTenants,
};
