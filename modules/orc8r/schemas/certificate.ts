import { z } from 'zod';
import { CERTIFICATE_KINDS } from '../../../core/certifier/certificates.ts';
import { LISTED_STATES } from '../../../core/certifier/certificate-list.ts';
import { keepZero, nonEmpty, unset } from '../../../core/rest/fields.ts';

const textOrNull = (description: string, example: string) =>
  unset(z.string().nullable(), 'null').meta({ description, examples: [example] });
const text = (description: string, example: string) => z.string().meta({ description, examples: [example] });
const moment = (what: string, example: number) => z.int().meta({ description: `${what}, in unix milliseconds`, examples: [example] });

const pemExample = '-----BEGIN CERTIFICATE-----\nMIIB...\n-----END CERTIFICATE-----\n';

export const certificate = z
  .object({
    serial: text('Serial number: upper-case hex without leading zeros', '5F3A9C0E7B1D'),
    fingerprint: text('SHA-256 of the certificate, lower-case hex', '9f'.repeat(32)),
    kind: z.enum(CERTIFICATE_KINDS).meta({
      description: 'What it is good for: `gateway` and `operator` open the doors of this platform, `vpn` only lets a gateway join a VPN',
      examples: ['gateway'],
    }),
    subject: text('Hardware id of the gateway, or name of the operator', '22ffea10-7fc4-4427-975a-b9e4ce8f6f4d'),
    network_id: textOrNull('Network of the gateway that has this hardware id now; null when there is none', 'city'),
    gateway_id: textOrNull('The gateway that has this hardware id now; null when there is none', 'agw1'),
    state: z.enum(LISTED_STATES).meta({ description: 'What it is worth at this moment', examples: ['revoked'] }),
    not_before: moment('Valid from', 1_800_000_000_000),
    not_after: moment('Valid until', 1_800_349_200_000),
    issued_at: moment('When it was issued', 1_800_003_600_000),
    revoked_at: z
      .int()
      .nullable()
      .meta({ description: 'When it was revoked, in unix milliseconds; null when it was not', examples: [1_800_100_000_000] }),
    revoke_reason: textOrNull('Why it was revoked; null when it was not', 'the gateway was stolen'),
    issuer: textOrNull('Key identifier of the authority that signed it, lower-case hex; null when it was not kept', 'a1b2'.repeat(10)),
  })
  .meta({ id: 'certificate', description: 'A client certificate that was issued here' });

export const certificatePage = z
  .object({
    certificates: z.array(certificate).describe('One page of the list'),
    total_count: z.int().meta({ description: 'How many there are on all pages', examples: [1] }),
    page_token: text('Leads to the next ones; empty when there are none', ''),
  })
  .meta({ id: 'certificate_page', description: 'Certificates, those that end first at the head' });

export const revocation = z
  .object({
    reason: z
      .string()
      .trim()
      .min(1)
      .max(256)
      .meta({ description: 'Why it is to end; whoever presents it is told so', examples: ['the gateway was stolen'] }),
  })
  .meta({ id: 'certificate_revocation', description: 'Why a certificate is revoked' });

/** Made by OpenSSL for the name `ann`; its key was not kept. */
const REQUEST_EXAMPLE =
  'MIHHMHACAQAwDjEMMAoGA1UEAwwDYW5uMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEZHVxC1rLD/Epzq+9FQylr6GrrCFN5A8w+gayudszTXtJqWJ4D91EjMREF77f8QFPbXnwQsopYgxZk2xybhvgfKAAMAoGCCqGSM49BAMCA0cAMEQCIGyfWYvZEfUNLkQNDMCTJiOCIoUXmSx2vHxKnwvRutEfAiA+cVh0kMeQMRb6kk0QdnHyp9FKI5vyasEgPkygMDmjZw==';

export const certificateRequest = z
  .object({
    csr: nonEmpty()
      .max(32 * 1024)
      .meta({
        description:
          'PKCS#10 request as PEM, or its DER as base64, signed by its own key: EC on P-256 or P-384, or RSA of 2048 to 4096 bits. Its name does not matter',
        examples: [REQUEST_EXAMPLE],
      }),
    valid_days: keepZero(z.int().min(1).max(366))
      .optional()
      .meta({
        description: 'For how many days it is to hold; 365 when left out. It never outlives the authority that signs it',
        examples: [90],
      }),
  })
  .meta({ id: 'user_certificate_request', description: 'A request for a client certificate of a user' });

export const issuedCertificate = z
  .object({
    certificate: text('The certificate, PEM', pemExample),
    authority: text('The certificate of the authority that signed it, PEM', pemExample),
    serial: text('Serial number: upper-case hex without leading zeros, by which it is revoked', '5F3A9C0E7B1D'),
    fingerprint: text('SHA-256 of the certificate, lower-case hex', '9f'.repeat(32)),
    not_before: moment('Valid from', 1_800_000_000_000),
    not_after: moment('Valid until', 1_831_536_000_000),
  })
  .meta({ id: 'user_certificate', description: 'A client certificate that was just issued' });

export type IssuedCertificateModel = z.infer<typeof issuedCertificate>;
export type CertificateModel = z.infer<typeof certificate>;
