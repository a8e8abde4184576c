import { z } from 'zod';
import { keepZero, nullWhenUnset } from '../../../core/rest/fields.ts';
import { diameterClientConfigs } from './diameter.ts';

export const virtualApnRule = z
  .object({
    apn_filter: z
      .string()
      .optional()
      .meta({ description: 'Regular expression that the APN of a session has to match', examples: ['internet.*'] }),
    charging_characteristics_filter: z
      .string()
      .optional()
      .meta({ description: 'Regular expression that the charging characteristics of a session have to match', examples: ['.*'] }),
    apn_overwrite: z
      .string()
      .optional()
      .meta({ description: 'Name of the APN to ask partners for instead', examples: ['vpn.partner.example'] }),
  })
  .meta({ id: 'virtual_apn_rule', description: 'Replaces the name of an APN in what partners are asked' });

const partners = {
  server: diameterClientConfigs.optional(),
  servers: nullWhenUnset(z.array(diameterClientConfigs)).describe(
    'Servers among which sessions are spread; when there are any, `server` is not used',
  ),
} as const;

const apns = {
  overwrite_apn: z
    .string()
    .optional()
    .meta({ description: 'APN to ask for whatever the session names', examples: ['partner'] }),
  virtual_apn_rules: nullWhenUnset(z.array(virtualApnRule)).describe('APN to ask for, by what the session names'),
} as const;

export const gx = z
  .object({ disableGx: keepZero(z.boolean(), false).optional().describe('Ask nobody for policies'), ...partners, ...apns })
  .meta({ id: 'gx', description: 'Policies: towards the PCRF of a partner' });

export const gy = z
  .object({
    disableGy: keepZero(z.boolean(), false).optional().describe('Ask nobody for credit'),
    ...partners,
    init_method: keepZero(z.literal([1, 2]), 2)
      .optional()
      .describe('When credit is first asked for: 1 once a session, 2 once a rating group'),
    ...apns,
  })
  .meta({ id: 'gy', description: 'Charging: towards the OCS of a partner' });

export type VirtualApnRule = z.infer<typeof virtualApnRule>;
export type Gx = z.infer<typeof gx>;
export type Gy = z.infer<typeof gy>;
