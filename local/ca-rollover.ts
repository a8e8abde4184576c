import { X509Certificate, createPrivateKey } from 'node:crypto';
import { join } from 'node:path';
import { type Authority, type AuthorityName, loadAuthority, newAuthority, savePair } from './authority.ts';
import { keyIdentifiers, splitBundle } from './certificates.ts';
import { readIfThere, removeFile, writeSecret } from './data-folder.ts';
import { StartError } from './start-error.ts';

// A certificate is always written before the key that replaces another: whatever key is there belongs to one of the certificates, so
// a crash in between leaves a whole authority.

const nextKeyOf = (folder: string): string => join(folder, 'root-next.key');

/** The key of a root that is trusted already and does not sign yet. */
function preparedKey(folder: string, { bundle }: Authority): string | undefined {
  const key = readIfThere(nextKeyOf(folder));
  if (key === undefined) return undefined;
  const secret = createPrivateKey(key);
  return splitBundle(bundle).some((pem) => new X509Certificate(pem).checkPrivateKey(secret)) ? key : undefined;
}

/** An authority of the folder. Error: StartError when there is none. */
function existing(folder: string, name: AuthorityName): Authority {
  const found = loadAuthority(folder, name);
  if (!found)
    throw new StartError(`There is no ${name} authority in ${folder}. \`npm start\` makes one, \`npm run ca -- import\` brings one back.`);
  return found;
}

/** A new certifier signs from the next start on; the old one stays trusted, and its key is gone. */
export async function rollCertifier(folder: string, now: Date): Promise<void> {
  const old = existing(folder, 'certifier');
  const fresh = await newAuthority('certifier', now, title(now));
  writeSecret(join(folder, 'certifier.pem'), fresh.certificate + old.bundle);
  writeSecret(join(folder, 'certifier.key'), fresh.key);
}

/** A new root is trusted by whoever is given the new `root.pem`; it signs after `switchRoot`. Error: StartError when one is prepared already. */
export async function prepareRoot(folder: string, now: Date): Promise<void> {
  const old = existing(folder, 'root');
  if (preparedKey(folder, old) !== undefined)
    throw new StartError('A new root is prepared already: hand out root.pem, then `npm run ca -- rollover root --switch`.');
  const next = await newAuthority('root', now, title(now));
  // This key replaces none yet: one that no certificate belongs to is harmless, a root that nobody can sign with is not.
  writeSecret(nextKeyOf(folder), next.key);
  writeSecret(join(folder, 'root.pem'), old.bundle + next.certificate);
}

/** The prepared root signs from the next start on; the old one stays trusted. Error: StartError when none is prepared. */
export function switchRoot(folder: string): void {
  const key = preparedKey(folder, existing(folder, 'root'));
  if (key === undefined) throw new StartError('No new root is prepared: `npm run ca -- rollover root` does that.');
  writeSecret(join(folder, 'root.key'), key);
  removeFile(nextKeyOf(folder));
}

/** Only the authority that signs stays trusted, and of the root one that is prepared. Answers how many are trusted no more. */
export function retireOthers(folder: string, name: AuthorityName): number {
  const authority = existing(folder, name);
  const { certificate, bundle } = authority;
  if (name === 'root' && preparedKey(folder, authority) !== undefined)
    throw new StartError('A new root is prepared and does not sign yet: `npm run ca -- rollover root --switch` comes first.');
  writeSecret(join(folder, `${name}.pem`), certificate);
  return splitBundle(bundle).length - 1;
}

/** One trusted certificate, as `status` shows it. */
export interface TrustedAuthority {
  readonly name: string;
  readonly signs: boolean;
  /** As `GET /certificates?issuer=` takes it. */
  readonly keyIdentifier: string;
  readonly until: Date;
}

/** Every trusted certificate of an authority, the one that signs first. */
export function trustedBy(folder: string, name: AuthorityName): TrustedAuthority[] {
  const { certificate, bundle } = existing(folder, name);
  return splitBundle(bundle).map((pem) => {
    const { subject, validToDate } = new X509Certificate(pem);
    return { name: subject.replace(/^CN=/, ''), signs: pem === certificate, keyIdentifier: keyIdentifiers(pem).own, until: validToDate };
  });
}

const title = (now: Date): string => ` of ${now.toISOString().slice(0, 16).replace('T', ' ')}`;

/** Makes the authority for VPN certificates; it signs from the next start on. Error: StartError when there is one. */
export async function createVpn(folder: string, now: Date): Promise<void> {
  existing(folder, 'certifier');
  if (loadAuthority(folder, 'vpn')) throw new StartError(`There is an authority for VPNs already: ${join(folder, 'vpn.pem')}.`);
  savePair(folder, 'vpn', await newAuthority('vpn', now));
}

/** Whether there is an authority for VPN certificates. */
export const hasVpn = (folder: string): boolean => loadAuthority(folder, 'vpn') !== undefined;
