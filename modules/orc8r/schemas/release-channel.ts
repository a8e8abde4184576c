import { z } from 'zod';

export const channelId = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[a-z][\da-z_]+$/, { error: 'must begin with a small letter and hold small letters, digits and _ only, at least two of them' })
  .meta({ id: 'channel_id', description: 'Id of a release channel' });

export const releaseChannel = z
  .object({
    id: channelId,
    name: z.string().optional().describe('What people call the channel'),
    supported_versions: z.array(z.string()).max(10_000).describe('Software versions that are on offer in it'),
  })
  .meta({ id: 'release_channel', description: 'Software versions that gateways can be given' });

export type ReleaseChannel = z.infer<typeof releaseChannel>;
