import { z } from 'zod';

const tried = z
  .object({
    network_id: z
      .string()
      .meta({ description: 'Network in which it would be changed; empty for what belongs to none', examples: ['city'] }),
    type: z
      .string()
      .meta({ description: 'Type of what would be changed; `network` for the network itself', examples: ['cellular_gateway'] }),
    key: z.string().meta({ description: 'Key of what would be changed; the id of the network for the network itself', examples: ['agw1'] }),
    change: z.enum(['create', 'update', 'delete']).describe('What would happen to it; `update` also of what is made when it is not there'),
  })
  .meta({ id: 'dry_run_change', description: 'One thing that the write would touch' });

const difference = z
  .object({
    path: z.string().meta({
      description: "Place in the JSON of the gateway's mconfig, as a JSON Pointer (RFC 6901)",
      examples: ['/configsByKey/enodebd/bandwidthMhz'],
    }),
    before: z
      .unknown()
      .optional()
      .meta({ description: 'Value at present; left out for what is new, and when values are hidden', examples: [20] }),
    after: z
      .unknown()
      .optional()
      .meta({ description: 'Value after the write; left out for what is gone, and when values are hidden', examples: [10] }),
  })
  .meta({ id: 'dry_run_difference', description: 'One place at which the mconfig would differ' });

const gateway = z
  .object({
    network_id: z.string().meta({ description: 'Network of the gateway', examples: ['city'] }),
    gateway_id: z.string().meta({ description: 'Gateway whose mconfig would change, by its id', examples: ['agw1'] }),
    change: z.enum(['create', 'update', 'delete']).describe('What would happen to its mconfig'),
    differences: z.array(difference).describe('Where the mconfig would differ'),
    differences_left_out: z.int().meta({ description: 'Differences beyond those shown', examples: [0] }),
    values_hidden: z
      .boolean()
      .meta({ description: 'Whether values are kept from a caller who may not read the whole network', examples: [false] }),
    error: z
      .string()
      .nullable()
      .meta({
        description: 'Why the mconfig could not be rendered; the gateway would keep what it has. Null when it could',
        examples: [null],
      }),
  })
  .meta({ id: 'dry_run_gateway', description: 'What a gateway would be given' });

/** What a write answers with `?dry_run=true`. */
export const dryRunReport = z
  .object({
    dry_run: z.literal(true).describe('Says that nothing was kept'),
    changes: z.array(tried).describe('What would be changed, each thing once'),
    mconfigs: z
      .object({
        total: z.int().meta({ description: 'Gateways whose mconfig would change, among those looked at', examples: [1] }),
        unexamined: z.int().meta({ description: 'Gateways that were not looked at because there are so many', examples: [0] }),
        gateways: z.array(gateway).describe('The gateways whose mconfig would change'),
      })
      .describe('Which gateways would be given what'),
    answer: z.unknown().optional().describe('What the write itself would have answered; only of writes that refuse a part and do the rest'),
  })
  .meta({ id: 'dry_run_report', description: 'What a write would have done' });

export type DryRunReport = z.infer<typeof dryRunReport>;
