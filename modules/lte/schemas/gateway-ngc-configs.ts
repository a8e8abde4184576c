import { z } from 'zod';
import { uint32 } from '../../../core/rest/fields.ts';

const hex = (pattern: RegExp) => z.string().regex(pattern, { error: `must be hexadecimal of the form ${pattern.source}` });

export const gatewayNgcConfigs = z
  .object({
    amf_name: z.string().optional().describe('Name of the access and mobility function (AMF)'),
    amf_set_id: hex(/^[0-3][A-Fa-f0-9]{0,2}$/)
      .optional()
      .describe('Set of the AMF, 10 bits, hexadecimal'),
    amf_region_id: hex(/^[A-Fa-f0-9]{1,2}$/)
      .optional()
      .describe('Region of the AMF, 8 bits, hexadecimal'),
    amf_pointer: hex(/^[0-3][A-Fa-f0-9]{0,1}$/)
      .optional()
      .describe('Number of the AMF within its set, 6 bits, hexadecimal'),
    amf_default_sst: uint32().max(255).optional().describe('Slice service type used when a device asks for none'),
    amf_default_sd: hex(/^[A-Fa-f0-9]{1,6}$/)
      .optional()
      .describe('Slice differentiator used when a device asks for none, hexadecimal'),
  })
  .meta({ id: 'gateway_ngc_configs', description: '5G core settings of one gateway' });

export type GatewayNgcConfigs = z.infer<typeof gatewayNgcConfigs>;
