import { z } from 'zod';
import { baseName, ruleNames } from './network-subscriber-config.ts';
import { assignedSubscribers } from './policy-rule.ts';

export const baseNameRecord = z
  .object({ name: baseName, rule_names: ruleNames, assigned_subscribers: assignedSubscribers() })
  .meta({ id: 'base_name_record', description: 'A group of policy rules' });

/** As Magma's server takes it, which does not hold it to the schema: without rules, or with null of them, it is an empty group (REST-BEHAVIOUR 10). */
export const newBaseNameRecord = baseNameRecord.extend({ rule_names: ruleNames.default([]) }).meta({ id: undefined });

export type BaseNameRecord = z.infer<typeof baseNameRecord>;
