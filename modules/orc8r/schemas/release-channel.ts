import { z } from 'zod';

export const channelId = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[a-z][\da-z_]+$/, { error: 'must begin with a small letter and hold small letters, digits and _ only, at least two of them' })
  .meta({ id: 'channel_id', description: 'Id of the release channel, in use once on the platform', examples: ['stable'] });

export const releaseChannel = z
  .object({
    id: channelId,
    name: z
      .string()
      .optional()
      .meta({ description: 'Name of the channel for people', examples: ['Stable'] }),
    supported_versions: z
      .array(z.string())
      .max(10_000)
      .meta({ description: 'Software versions that tiers may take from the channel', examples: [['1.9.0-0']] }),
  })
  .meta({ id: 'release_channel', description: 'Software versions that gateways can be given' });

export type ReleaseChannel = z.infer<typeof releaseChannel>;
