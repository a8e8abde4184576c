import { z } from 'zod';

export const gatewayHeConfig = z
  .object({
    enable_header_enrichment: z.boolean().describe('Add subscriber data to HTTP requests for the targets that policies name'),
    enable_encryption: z.boolean().describe('Encrypt what is added'),
    encryption_key: z
      .string()
      .optional()
      .meta({ description: 'Passphrase from which the key for the encryption is derived', examples: ['melon'] }),
    hmac_key: z
      .string()
      .optional()
      .meta({ description: 'Passphrase for the message authentication code', examples: ['lemon'] }),
    he_encryption_algorithm: z
      .enum(['RC4', 'AES256_CBC_HMAC_MD5', 'AES256_ECB_HMAC_MD5', 'GZIPPED_AES256_ECB_SHA1'])
      .describe('Cipher and authentication code'),
    he_hash_function: z.enum(['MD5', 'HEX', 'SHA256']).describe('How the key is derived'),
    he_encoding_type: z.enum(['BASE64', 'HEX2BIN']).describe('How the result is written into the header'),
  })
  .meta({ id: 'gateway_he_config', description: 'Header enrichment: telling web servers who the subscriber is' });

export type GatewayHeConfig = z.infer<typeof gatewayHeConfig>;
