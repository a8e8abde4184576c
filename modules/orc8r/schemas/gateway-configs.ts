import { z } from 'zod';
import { nonEmpty, uint64 } from '../../../core/rest/fields.ts';

const config = z
  .looseObject({
    '@type': nonEmpty().meta({
      description: 'Type of the message',
      examples: ['type.googleapis.com/magma.mconfig.MagmaD'],
    }),
  })
  .meta({
    id: 'service_config',
    description: 'The config of one service, as protobuf JSON: its type and the fields that are not at their defaults',
  });

export const gatewayConfigs = z
  .object({
    configs_by_key: z.record(z.string(), config).meta({
      description: 'Config of each service, by its name',
      examples: [{ magmad: { '@type': 'type.googleapis.com/magma.mconfig.MagmaD', checkinInterval: 60 } }],
    }),
    metadata: z
      .object({
        created_at: uint64()
          .optional()
          .meta({ description: 'When the configuration was made, in seconds since 1970', examples: [1767182400] }),
      })
      .meta({ id: 'gateway_configs_metadata', description: 'What is known of a configuration as a whole' })
      .optional(),
  })
  .meta({ id: 'gateway_configs', description: 'The configuration of a gateway (its mconfig), as the gateway holds it' });

export type GatewayConfigsModel = z.infer<typeof gatewayConfigs>;
