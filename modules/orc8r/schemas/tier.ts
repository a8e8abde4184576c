import { z } from 'zod';
import { nonEmpty } from '../../../core/rest/fields.ts';
import { gatewayId } from './gateway.ts';
import { tierId } from './tier-id.ts';

export const tierName = z.string().meta({ id: 'tier_name', description: 'Name of the tier for people', examples: ['Default'] });
export const tierVersion = nonEmpty().meta({
  id: 'tier_version',
  description: 'Software version that gateways of the tier are to run; those with `autoupgrade_enabled` install it',
  examples: ['1.9.0-0'],
});

export const tierImage = z
  .object({
    name: z.string().meta({ description: "Name of the image in the gateways' package repository", examples: ['magma'] }),
    order: z.int().meta({ description: 'Place in the sequence of installation; lower numbers go first', examples: [1] }),
  })
  .meta({ id: 'tier_image', description: 'An image that gateways of a tier are to install' });

export const tierImages = z
  .array(tierImage)
  .max(1000)
  .meta({ id: 'tier_images', description: 'Images that gateways of a tier are to install' });

export const tierGateways = z
  .array(gatewayId)
  .max(15_000)
  .superRefine((ids, ctx) => {
    const seen = new Set<string>();
    for (const [index, id] of ids.entries()) {
      if (seen.has(id)) ctx.addIssue({ code: 'custom', path: [index], message: `"${id}" is named already` });
      seen.add(id);
    }
  })
  .meta({
    id: 'tier_gateways',
    description: 'Ids of the gateways in the tier; a gateway has one tier at most, the newest assignment wins',
    examples: [['agw1']],
    uniqueItems: true,
  });

export const tier = z
  .object({
    id: tierId,
    name: tierName.optional(),
    version: tierVersion,
    images: tierImages,
    gateways: tierGateways,
  })
  .meta({ id: 'tier', description: 'Gateways that are to run the same software' });

export type Tier = z.infer<typeof tier>;
export type TierImage = z.infer<typeof tierImage>;
/** What is kept of a tier as its config; name and gateways live in the graph. */
export type TierConfig = Pick<Tier, 'version' | 'images'>;
