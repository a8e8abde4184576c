import { z } from 'zod';
import { base64Bytes, nonEmpty } from '../../../core/rest/fields.ts';

/** A P-256 key, for the document. */
const PUBLIC_KEY =
  'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEaxfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpZP40Li/hp/m47n60p8D54WK84zV2sxXs7LtkBoN79R9Q==';

export const challengeKey = z
  .object({
    key_type: z
      .enum(['ECHO', 'SOFTWARE_ECDSA_SHA256', 'SOFTWARE_RSA_SHA256'])
      .describe('How the gateway answers the challenge when it asks for a certificate; ECHO proves nothing and is for trials'),
    key: base64Bytes({ max: 8192 })
      .optional()
      .meta({
        description:
          'Public key as DER SubjectPublicKeyInfo in base64: P-256 or P-384 for ECDSA, RSA of any usual size; left out with ECHO',
        examples: [PUBLIC_KEY],
      }),
  })
  .meta({
    id: 'challenge_key',
    description: 'What a gateway proves itself with before it has a certificate',
    examples: [{ key_type: 'SOFTWARE_ECDSA_SHA256', key: PUBLIC_KEY }],
  });

export const gatewayDevice = z
  .object({
    hardware_id: nonEmpty()
      .max(255)
      .meta({
        description: 'Id that the hardware gave itself; used once across all networks',
        examples: ['22ffea10-7fc4-4427-975a-b9e4ce8f6f4d'],
      }),
    key: challengeKey,
  })
  .meta({ id: 'gateway_device', description: 'The hardware behind a gateway' });

export const registrationInfo = z
  .object({
    registration_token: z
      .string()
      .min(4)
      .meta({
        description: 'Lets hardware join as this gateway within 30 minutes; each read of the gateway makes another',
        examples: ['reg_4fK2xq9LmT0bVz7RcYw1NsHd3GpJ6u'],
      }),
    root_ca: z.string().meta({
      description: 'Certificate (PEM) of the CA that signed the server certificates shown to gateways',
      examples: ['-----BEGIN CERTIFICATE-----\nMIIB...\n-----END CERTIFICATE-----\n'],
    }),
    domain_name: z.string().meta({
      description: 'Domain under which gateways find the platform: `controller.` and `bootstrapper-controller.` go in front',
      examples: ['orc8r.test'],
    }),
  })
  .meta({
    id: 'registration_info',
    description: 'What an installer needs to bring hardware in as a gateway that has none; left out for who may not write the gateway',
  });

export type ChallengeKey = z.infer<typeof challengeKey>;
export type GatewayDevice = z.infer<typeof gatewayDevice>;
export type RegistrationInfo = z.infer<typeof registrationInfo>;
