import type { ContentSet } from '../../../core/module/content.ts';
import { baseNames, ratingGroups } from './charging.ts';
import { policyRules } from './policy-rules.ts';
import { networkWideRules, ruleMappings } from './rule-mappings.ts';
import { subscribers } from './subscribers.ts';
import { suciProfiles } from './suci-profiles.ts';
import { waitingMessages } from './waiting-messages.ts';

/** What all gateways of a network are told alike (SOUTHBOUND.md 7). */
export const contents: readonly ContentSet[] = [
  subscribers,
  policyRules,
  baseNames,
  ratingGroups,
  ruleMappings,
  networkWideRules,
  suciProfiles,
  waitingMessages,
];
