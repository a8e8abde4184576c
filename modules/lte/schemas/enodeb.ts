import { z } from 'zod';
import { ipv4, nonEmpty, uint32, uint64 } from '../../../core/rest/fields.ts';
import { pci } from './gateway-ran-configs.ts';
import { bandwidthMhz, specialSubframePattern, subframeAssignment } from './network-ran-configs.ts';

const cellId = () =>
  uint32()
    .max(268_435_455)
    .meta({ description: 'Cell identity (ECI), 28 bits; in use once in the network', examples: [138777000] });
const tac = () => uint32().min(1).max(65535);

export const enodebConfiguration = z
  .object({
    earfcndl: uint32()
      .optional()
      .meta({ description: 'Downlink channel number (EARFCN); that of the network when left out', examples: [44590] }),
    subframe_assignment: subframeAssignment()
      .optional()
      .meta({
        description: 'Uplink-downlink split of a TDD frame, 0 to 6 (3GPP TS 36.211, table 4.2-2); that of the network when left out',
        examples: [2],
      }),
    special_subframe_pattern: specialSubframePattern()
      .optional()
      .meta({
        description: 'Layout of the special TDD subframe, 0 to 9 (3GPP TS 36.211, table 4.2-1); that of the network when left out',
        examples: [7],
      }),
    pci: pci()
      .optional()
      .meta({ description: 'Physical cell id, 1 to 503; that of the gateway when left out', examples: [260] }),
    bandwidth_mhz: bandwidthMhz().optional().describe('Channel width in MHz; without it that of the network'),
    tac: tac()
      .optional()
      .meta({ description: 'Tracking area code; that of the network when left out', examples: [1] }),
    transmit_enabled: z.boolean().describe('Whether the radio is to transmit'),
    cell_id: cellId(),
    device_class: z
      .enum([
        'Baicells Nova-233 G2 OD FDD',
        'Baicells Nova-243 OD TDD',
        'Baicells Neutrino 224 ID FDD',
        'Baicells ID TDD/FDD',
        'NuRAN Cavium OC-LTE',
        'FreedomFi One',
      ])
      .describe('Make and model, which decides how the gateway talks with the eNodeB'),
  })
  .meta({ id: 'enodeb_configuration', description: 'Settings that a gateway writes into an eNodeB it manages' });

export const unmanagedEnodebConfiguration = z
  .object({
    cell_id: cellId(),
    ip_address: ipv4().meta({ description: 'IPv4 address that the eNodeB connects from', examples: ['192.168.60.145'] }),
    tac: tac().meta({ description: 'Tracking area code that the eNodeB was given by other means', examples: [1] }),
  })
  .meta({ id: 'unmanaged_enodeb_configuration', description: 'What is known of an eNodeB that is configured by other means' });

const managedExample = {
  bandwidth_mhz: 20,
  cell_id: 138_777_000,
  device_class: 'Baicells ID TDD/FDD',
  earfcndl: 44_590,
  pci: 260,
  special_subframe_pattern: 7,
  subframe_assignment: 2,
  tac: 1,
  transmit_enabled: true,
};

export const enodebConfig = z
  .object({
    config_type: z.enum(['MANAGED', 'UNMANAGED']).describe('Whether its gateway configures the eNodeB (MANAGED), or others do (UNMANAGED)'),
    managed_config: enodebConfiguration.optional(),
    unmanaged_config: unmanagedEnodebConfiguration.optional(),
  })
  .superRefine((config, ctx) => {
    const wanted = config.config_type === 'MANAGED' ? 'managed_config' : 'unmanaged_config';
    const other = config.config_type === 'MANAGED' ? 'unmanaged_config' : 'managed_config';
    if (!config[wanted]) ctx.addIssue({ code: 'custom', path: [wanted], message: `is required for config_type ${config.config_type}` });
    if (config[other]) ctx.addIssue({ code: 'custom', path: [other], message: `does not go with config_type ${config.config_type}` });
  })
  .meta({
    id: 'enodeb_config',
    description: 'Settings of an eNodeB, managed or not',
    examples: [{ config_type: 'MANAGED', managed_config: managedExample }],
  });

export const enodeb = z
  .object({
    serial: nonEmpty().meta({
      description: 'Serial number of the eNodeB, by which its gateway knows it; in use once among all networks',
      examples: ['120200002618AGP0003'],
    }),
    name: nonEmpty().meta({ description: 'Name of the eNodeB for people', examples: ['Mast 3'] }),
    description: z
      .string()
      .optional()
      .meta({ description: 'What the eNodeB is and where it stands', examples: ['Mast 3, north side'] }),
    config: enodebConfiguration.describe(
      'Older form of `enodeb_config.managed_config`: needed, but not stored from here; null when unmanaged',
    ),
    enodeb_config: enodebConfig.optional(),
    attached_gateway_id: z
      .string()
      .optional()
      .meta({ readOnly: true, description: 'Id of the gateway that lists it under `connected_enodeb_serials`', examples: ['agw1'] }),
  })
  .meta({ id: 'enodeb', description: 'A base station of an LTE network' });

export const enodebSerials = z.array(nonEmpty()).meta({
  id: 'enodeb_serials',
  description: 'Serial numbers of the eNodeBs that are connected to a gateway',
  examples: [['120200002618AGP0003']],
});

export const paginatedEnodebs = z
  .object({
    page_token: z.string().meta({
      description: 'Where the next page of eNodeBs begins, for the parameter `page_token`; empty when there is none',
      examples: ['MTIwMjAwMDAyNjE4QUdQMDAwMw'],
    }),
    enodebs: z.record(z.string(), enodeb).describe('eNodeBs by serial number'),
    total_count: uint64().meta({ description: 'eNodeBs in the network, whatever page this is', examples: [1] }),
  })
  .meta({ id: 'paginated_enodebs', description: 'A page of eNodeBs' });

export type Enodeb = z.infer<typeof enodeb>;
export type EnodebConfig = z.infer<typeof enodebConfig>;
export type EnodebConfiguration = z.infer<typeof enodebConfiguration>;
