import { z } from 'zod';
import { ipv4, nonEmpty, uint32, uint64 } from '../../../core/rest/fields.ts';
import { pci } from './gateway-ran-configs.ts';
import { bandwidthMhz, specialSubframePattern, subframeAssignment } from './network-ran-configs.ts';

const cellId = () => uint32().max(268_435_455).describe('Cell id, 28 bits, one of its kind in the network');
const tac = () => uint32().min(1).max(65535);

export const enodebConfiguration = z
  .object({
    earfcndl: uint32().optional().describe('Downlink channel number; without it that of the network'),
    subframe_assignment: subframeAssignment().optional().describe('Uplink-downlink split of a frame; without it that of the network'),
    special_subframe_pattern: specialSubframePattern()
      .optional()
      .describe('Layout of the special subframe; without it that of the network'),
    pci: pci().optional().describe('Physical cell id; without it that of the gateway'),
    bandwidth_mhz: bandwidthMhz().optional().describe('Channel width in MHz; without it that of the network'),
    tac: tac().optional().describe('Tracking area code; without it that of the network'),
    transmit_enabled: z.boolean().describe('Let it transmit'),
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
      .describe('Make and model'),
  })
  .meta({ id: 'enodeb_configuration', description: 'Settings that a gateway writes into an eNodeB it manages' });

export const unmanagedEnodebConfiguration = z
  .object({
    cell_id: cellId(),
    ip_address: ipv4().describe('Address it connects from'),
    tac: tac().describe('Tracking area code set in it'),
  })
  .meta({ id: 'unmanaged_enodeb_configuration', description: 'What is known of an eNodeB that is configured by other means' });

export const enodebConfig = z
  .object({
    config_type: z.enum(['MANAGED', 'UNMANAGED']).describe('Whether its gateway configures it'),
    managed_config: enodebConfiguration.optional(),
    unmanaged_config: unmanagedEnodebConfiguration.optional(),
  })
  .superRefine((config, ctx) => {
    const wanted = config.config_type === 'MANAGED' ? 'managed_config' : 'unmanaged_config';
    const other = config.config_type === 'MANAGED' ? 'unmanaged_config' : 'managed_config';
    if (!config[wanted]) ctx.addIssue({ code: 'custom', path: [wanted], message: `is required for config_type ${config.config_type}` });
    if (config[other]) ctx.addIssue({ code: 'custom', path: [other], message: `does not go with config_type ${config.config_type}` });
  })
  .meta({ id: 'enodeb_config', description: 'Settings of an eNodeB, managed or not' });

export const enodeb = z
  .object({
    serial: nonEmpty().describe('Serial number; in use once among all networks'),
    name: nonEmpty().describe('Name for people'),
    description: z.string().optional().describe('What it is and where it stands'),
    config: enodebConfiguration.describe(
      'Older form of `enodeb_config.managed_config`: needed, but not stored from here; null when unmanaged',
    ),
    enodeb_config: enodebConfig.optional(),
    attached_gateway_id: z.string().optional().meta({ readOnly: true, description: 'Gateway that it is connected to' }),
  })
  .meta({ id: 'enodeb', description: 'A base station of an LTE network' });

export const enodebSerials = z.array(nonEmpty()).meta({ id: 'enodeb_serials', description: 'Serial numbers of eNodeBs' });

export const paginatedEnodebs = z
  .object({
    page_token: z.string().describe('Token of the next page; empty when there is none'),
    enodebs: z.record(z.string(), enodeb).describe('eNodeBs by serial number'),
    total_count: uint64().describe('How many the network has'),
  })
  .meta({ id: 'paginated_enodebs', description: 'A page of eNodeBs' });

export type Enodeb = z.infer<typeof enodeb>;
export type EnodebConfig = z.infer<typeof enodebConfig>;
export type EnodebConfiguration = z.infer<typeof enodebConfiguration>;
