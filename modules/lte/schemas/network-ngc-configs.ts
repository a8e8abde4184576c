import { z } from 'zod';
import { eciesFaults } from './ecies-keys.ts';
import { base64Bytes, nullWhenUnset, uint32 } from '../../../core/rest/fields.ts';

export const suciProfile = z
  .object({
    home_network_public_key_identifier: uint32()
      .max(255)
      .optional()
      .meta({ description: 'Number from 0 to 255 under which devices name this key', examples: [2] }),
    home_network_public_key: base64Bytes()
      .optional()
      .meta({
        description: 'Public key that devices conceal their identity with: base64 of the raw point',
        examples: ['NDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU='],
      }),
    home_network_private_key: base64Bytes()
      .optional()
      .meta({
        description: 'Private key with which gateways reveal concealed identities: base64 of the raw key',
        examples: ['MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI='],
      }),
    protection_scheme: z
      .enum(['ProfileA', 'ProfileB'])
      .optional()
      .describe('ProfileA is X25519, ProfileB is P-256 (3GPP TS 33.501, annex C)'),
  })
  .meta({ id: 'suci_profile', description: 'A key pair for concealed subscriber identities' });

/** As many as there are numbers for them: checking a point costs more than anything else in a body. */
const MOST_PROFILES = 256;

const suciProfiles = z
  .array(suciProfile)
  .min(1)
  .max(MOST_PROFILES)
  .superRefine((profiles, ctx) => {
    for (const [index, profile] of profiles.slice(0, MOST_PROFILES).entries())
      for (const [name, message] of eciesFaults(profile)) ctx.addIssue({ code: 'custom', path: [index, name], message });
  });

export const networkNgcConfigs = z
  .object({
    suci_profiles: nullWhenUnset(suciProfiles).describe('Key pairs for concealed subscriber identities'),
  })
  .meta({ id: 'network_ngc_configs', description: '5G core settings that all gateways of a network share' });

export type NetworkNgcConfigs = z.infer<typeof networkNgcConfigs>;
