import { X509Certificate, createPrivateKey } from 'node:crypto';
import { join } from 'node:path';
import { type KeyPair, createAuthority, splitBundle } from './certificates.ts';
import { readIfThere, writeSecret } from './data-folder.ts';
import { StartError, errorText } from './start-error.ts';

const AUTHORITY_DAYS = 3650;
const TITLES = { root: 'Orc8r development root', certifier: 'Orc8r development certifier', vpn: 'Orc8r development VPN' } as const;

/** `root` signs the server certificate, `certifier` those of gateways and operators, `vpn` those with which gateways join a VPN, if there is one. */
export type AuthorityName = keyof typeof TITLES;

/** A certificate authority of the data folder. `certificate` and `key` are the one that signs. */
export interface Authority extends KeyPair {
  /** Everything that is trusted beside it too, one PEM after the other; the one that signs comes first. */
  bundle: string;
}

/** Loads an authority, or makes it when there is none. Throws StartError when it is damaged or has expired. */
export async function openAuthority(folder: string, name: AuthorityName, now: Date): Promise<Authority> {
  const kept = openExisting(folder, name, now);
  if (kept) return kept;
  const made = savePair(folder, name, await newAuthority(name, now));
  return { ...made, bundle: made.certificate };
}

/** Loads an authority; undefined when there is none. Throws StartError when it is damaged or has expired. */
export function openExisting(folder: string, name: AuthorityName, now: Date): Authority | undefined {
  const kept = loadAuthority(folder, name);
  if (kept && new X509Certificate(kept.certificate).validToDate < now) throw damaged(join(folder, `${name}.pem`), folder, 'it has expired');
  return kept;
}

/** A new one, not kept yet; `of` tells it from those before it. */
export const newAuthority = (name: AuthorityName, now: Date, of = ''): Promise<KeyPair> =>
  createAuthority(`${TITLES[name]}${of}`, AUTHORITY_DAYS, now);

/**
 * Loads an authority from `<name>.pem` and `<name>.key`; undefined when neither file exists. Of several certificates the one that the
 * key belongs to signs, so that the two files need not change in the same moment.
 */
export function loadAuthority(folder: string, name: AuthorityName): Authority | undefined {
  const pair = loadPair(folder, name);
  if (!pair) return undefined;
  const trusted = splitBundle(readIfThere(join(folder, `${name}.pem`)) ?? '');
  if (!trusted.every((each) => new X509Certificate(each).ca))
    throw damaged(join(folder, `${name}.pem`), folder, 'it is not the certificate of an authority');
  return { ...pair, bundle: [pair.certificate, ...trusted.filter((each) => each !== pair.certificate)].join('') };
}

/** Both files of a pair, proved to belong together; undefined when neither exists. */
export function loadPair(folder: string, name: string): KeyPair | undefined {
  const paths = { certificate: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) };
  const text = readIfThere(paths.certificate);
  const key = readIfThere(paths.key);
  if (text === undefined && key === undefined) return undefined;
  if (text === undefined || key === undefined) {
    throw damaged(text === undefined ? paths.certificate : paths.key, folder, 'it is missing while its counterpart is there');
  }
  const certificates = splitBundle(text);
  let parsed: X509Certificate[];
  try {
    // What is no certificate at all is left to the parser's own words.
    parsed = (certificates.length === 0 ? [text] : certificates).map((each) => new X509Certificate(each));
  } catch (error) {
    throw damaged(paths.certificate, folder, errorText(error), error);
  }
  try {
    const secret = createPrivateKey(key);
    const certificate = certificates[parsed.findIndex((each) => each.checkPrivateKey(secret))];
    if (certificate !== undefined) return { certificate, key };
  } catch (error) {
    throw damaged(paths.key, folder, errorText(error), error);
  }
  throw damaged(paths.key, folder, `it does not belong to ${paths.certificate}`);
}

export function savePair(folder: string, name: string, pair: KeyPair): KeyPair {
  writeSecret(join(folder, `${name}.key`), pair.key);
  writeSecret(join(folder, `${name}.pem`), pair.certificate);
  return pair;
}

export function damaged(path: string, folder: string, why: string, cause?: unknown): StartError {
  return new StartError(
    `The file ${path} is damaged (${why}). Restore it from a backup (\`npm run ca -- import\`), or delete the folder ${folder} to make new certificates; gateways and operators must then be given new ones.`,
    cause,
  );
}
