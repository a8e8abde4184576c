import { z } from 'zod';
import { base64Bytes, nonEmpty } from '../../../core/rest/fields.ts';

export const challengeKey = z
  .object({
    key_type: z
      .enum(['ECHO', 'SOFTWARE_ECDSA_SHA256', 'SOFTWARE_RSA_SHA256'])
      .describe('How the gateway answers the challenge when it asks for a certificate; ECHO proves nothing and is for trials'),
    key: base64Bytes({ max: 8192 }).optional().describe('Public key as DER SubjectPublicKeyInfo; none with ECHO'),
  })
  .meta({ id: 'challenge_key', description: 'What a gateway proves itself with before it has a certificate' });

export const gatewayDevice = z
  .object({
    hardware_id: nonEmpty().max(255).describe('Id that the hardware gave itself; used once across all networks'),
    key: challengeKey,
  })
  .meta({ id: 'gateway_device', description: 'The hardware behind a gateway' });

export const registrationInfo = z
  .object({
    registration_token: z.string().min(4).describe('Lets hardware join as this gateway; valid for 30 minutes'),
    root_ca: z.string().describe('Certificate (PEM) that signs what this platform shows to gateways'),
    domain_name: z.string().describe('Domain under which gateways find this platform'),
  })
  .meta({ id: 'registration_info', description: 'What an installer needs to bring hardware in as a gateway that has none' });

export type ChallengeKey = z.infer<typeof challengeKey>;
export type GatewayDevice = z.infer<typeof gatewayDevice>;
export type RegistrationInfo = z.infer<typeof registrationInfo>;
