import { z } from 'zod';
import { uint32 } from '../../../core/rest/fields.ts';

/** Mobile country code, three digits. */
export const mcc = () => z.string().regex(/^\d{3}$/, { error: 'must be three digits' });
/** Mobile network code, two or three digits. */
export const mnc = () => z.string().regex(/^\d{2,3}$/, { error: 'must be two or three digits' });

export const plmnConfig = z
  .object({
    mcc: mcc().meta({ description: 'Mobile country code: three digits', examples: ['001'] }),
    mnc: mnc().meta({ description: 'Mobile network code: two or three digits', examples: ['01'] }),
  })
  .meta({ id: 'plmn_config', description: 'A mobile network, by country and network code' });

export const tac = uint32()
  .min(1)
  .max(65535)
  .meta({ id: 'tac', description: 'Tracking area code (TAC) that cells broadcast, 1 to 65535', examples: [1] });
export const tacList = z.array(tac).meta({ id: 'tac_list', description: 'Tracking area codes of a service area' });

export const imei = z
  .object({
    tac: z
      .string()
      .regex(/^\d{8}$/, { error: 'must be eight digits' })
      .meta({ description: 'Type allocation code, eight digits: the model of the device', examples: ['01300600'] }),
    snr: z
      .string()
      .regex(/^\d{6}$/, { error: 'must be six digits' })
      .optional()
      .meta({ description: 'Serial number of the device, six digits; all devices of the model when left out', examples: ['176148'] }),
  })
  .meta({ id: 'imei', description: 'A device or a whole model of devices' });
