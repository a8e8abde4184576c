import { z } from 'zod';
import { baseName, ruleNames } from './network-subscriber-config.ts';
import { assignedSubscribers } from './policy-rule.ts';

export const baseNameRecord = z
  .object({ name: baseName, rule_names: ruleNames, assigned_subscribers: assignedSubscribers() })
  .meta({ id: 'base_name_record', description: 'A group of policy rules' });

export type BaseNameRecord = z.infer<typeof baseNameRecord>;
