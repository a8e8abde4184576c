import { z } from 'zod';
import { nonEmpty } from '../../../core/rest/fields.ts';

export const baseName = nonEmpty().meta({
  id: 'base_name',
  description: 'Name of the group of policy rules (base name)',
  examples: ['basic'],
});
export const baseNames = z
  .array(baseName)
  .meta({ id: 'base_names', description: 'Names of groups of policy rules (base names)', examples: [['basic']] });
export const ruleNames = z
  .array(z.string())
  .meta({ id: 'rule_names', description: 'Ids of policy rules, which must exist', examples: [['allow_all']] });

export const networkSubscriberConfig = z
  .object({
    network_wide_base_names: baseNames.optional().describe('Groups of rules that hold for every subscriber'),
    network_wide_rule_names: ruleNames.optional().describe('Rules that hold for every subscriber'),
  })
  .meta({ id: 'network_subscriber_config', description: 'What holds for all subscribers of a network' });

export type NetworkSubscriberConfig = z.infer<typeof networkSubscriberConfig>;
