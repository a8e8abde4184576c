import { randomBytes } from 'node:crypto';
import { createAuthority } from '../../local/certificates.ts';

/** What the Worker under test is given on top of wrangler.toml; new authorities for each run. */
export async function testBindings(): Promise<Record<string, string>> {
  const now = new Date();
  const root = await createAuthority('Test root', 1, now);
  const certifier = await createAuthority('Test certifier', 10, now);
  return {
    IDENTITY_SOURCE: 'front',
    FRONT_SECRET: randomBytes(32).toString('base64url'),
    DOMAIN: 'orc8r.test',
    CERTIFIER_CERT: certifier.certificate,
    CERTIFIER_KEY: certifier.key,
    BOOTSTRAP_KEY: randomBytes(32).toString('base64'),
    ROOT_CA: root.certificate,
  };
}
