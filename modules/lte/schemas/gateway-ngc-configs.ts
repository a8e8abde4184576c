import { z } from 'zod';
import { uint32 } from '../../../core/rest/fields.ts';

const hex = (pattern: RegExp) => z.string().regex(pattern, { error: `must be hexadecimal of the form ${pattern.source}` });

export const gatewayNgcConfigs = z
  .object({
    amf_name: z
      .string()
      .optional()
      .meta({
        description: 'Name that the access and mobility function (AMF) gives itself towards base stations',
        examples: ['amf1.example.com'],
      }),
    amf_set_id: hex(/^[0-3][A-Fa-f0-9]{0,2}$/)
      .optional()
      .meta({ description: 'Set of the AMF, 10 bits, hexadecimal', examples: ['001'] }),
    amf_region_id: hex(/^[A-Fa-f0-9]{1,2}$/)
      .optional()
      .meta({ description: 'Region of the AMF, 8 bits, hexadecimal', examples: ['01'] }),
    amf_pointer: hex(/^[0-3][A-Fa-f0-9]{0,1}$/)
      .optional()
      .meta({ description: 'Number of the AMF within its set, 6 bits, hexadecimal', examples: ['01'] }),
    amf_default_sst: uint32()
      .max(255)
      .optional()
      .meta({ description: 'Slice/service type (SST) used when a device asks for none; 1 is mobile broadband', examples: [1] }),
    amf_default_sd: hex(/^[A-Fa-f0-9]{1,6}$/)
      .optional()
      .meta({ description: 'Slice differentiator (SD) used when a device asks for none, 24 bits, hexadecimal', examples: ['AFAFAF'] }),
  })
  .meta({ id: 'gateway_ngc_configs', description: '5G core settings of one gateway' });

export type GatewayNgcConfigs = z.infer<typeof gatewayNgcConfigs>;
