import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type AuthorityName, loadAuthority } from './authority.ts';
import { splitBundle } from './certificates.ts';
import { readIfThere, removeFile, writeSecret } from './data-folder.ts';
import { packPkcs12, unpackPkcs12 } from './pkcs12.ts';
import { StartError, errorText } from './start-error.ts';

/** Of PBKDF2-SHA-256, as OWASP asks for: what a guess at the passphrase costs. */
const ROUNDS = 600_000;
const AUTHORITIES: readonly AuthorityName[] = ['root', 'certifier'];
const ALL: readonly AuthorityName[] = [...AUTHORITIES, 'vpn'];
/** Key files; that of a prepared root, and the VPN's, may be missing. */
const KEYS = ['root', 'certifier', 'root-next', 'vpn'] as const;
const BOOTSTRAP = 'bootstrap';

/**
 * Everything in a platform's `ca` folder that cannot be made again, as an encrypted PKCS#12 container: authorities with their keys,
 * what is trusted beside them, and the bootstrap key. Throws StartError when the folder is not whole.
 */
export async function exportAuthorities(folder: string, passphrase: string, rounds = ROUNDS): Promise<Uint8Array> {
  const certificates = ALL.flatMap((name) => {
    const authority = loadAuthority(folder, name);
    if (!authority && name === 'vpn') return [];
    if (!authority) throw new StartError(`There is no ${name} authority in ${folder}.`);
    return splitBundle(authority.bundle).map((pem) => [name, pem] as const);
  });
  const keys = KEYS.flatMap((name) => {
    const key = readIfThere(join(folder, `${name}.key`));
    return key === undefined ? [] : [[name, key] as const];
  });
  const bootstrap = readIfThere(join(folder, 'bootstrap.key'))?.trim();
  const secrets = bootstrap === undefined ? [] : [[BOOTSTRAP, Buffer.from(bootstrap, 'base64')] as const];
  return packPkcs12({ keys, certificates, secrets }, passphrase, rounds);
}

/**
 * Puts what was exported into a `ca` folder that has no authorities yet. Throws StartError when it has, when the passphrase is wrong,
 * or when the archive is not one of these; then nothing is left behind.
 */
export async function importAuthorities(folder: string, archive: Uint8Array, passphrase: string): Promise<void> {
  const there = ALL.flatMap((name) => [`${name}.pem`, `${name}.key`]).find((name) => existsSync(join(folder, name)));
  if (there !== undefined)
    throw new StartError(
      `${join(folder, there)} is there already. Import into a data folder that has no authorities, or move ${folder} away.`,
    );
  const { keys, certificates, secrets } = await unpackPkcs12(archive, passphrase).catch((error: unknown) => {
    throw new StartError(`The archive cannot be opened: the passphrase is wrong, or it is damaged (${errorText(error)}).`, error);
  });
  const files = new Map<string, string>();
  for (const [name, pem] of keys) if (KEYS.some((known) => known === name)) files.set(`${name}.key`, pem);
  for (const name of ALL) {
    const bundle = certificates.flatMap(([of, pem]) => (of === name ? [pem] : [])).join('');
    if (bundle !== '' || name !== 'vpn') files.set(`${name}.pem`, bundle);
  }
  for (const [name, secret] of secrets) if (name === BOOTSTRAP) files.set('bootstrap.key', `${Buffer.from(secret).toString('base64')}\n`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  try {
    for (const [name, text] of files) writeSecret(join(folder, name), text);
    for (const name of AUTHORITIES) if (!loadAuthority(folder, name)) throw new StartError(`The archive holds no ${name} authority.`);
  } catch (error) {
    for (const name of files.keys()) removeFile(join(folder, name));
    throw error;
  }
}
