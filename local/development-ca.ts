import { X509Certificate, createPrivateKey, randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { type KeyPair, createAuthority, issueLeaf } from './certificates.ts';
import { readIfThere, writeSecret } from './data-folder.ts';
import { StartError, errorText } from './start-error.ts';

const AUTHORITY_DAYS = 3650;
const SERVER_DAYS = 365;
const RENEW_SERVER_BEFORE = 7 * 86_400_000;

/** What the start keeps under `<data folder>/ca`: everything a laptop needs to speak TLS with gateways and operators. */
export interface DevelopmentCa {
  /** Signs the server certificate; operators and gateways trust it. */
  root: KeyPair;
  /** Signs client certificates of gateways and operators. */
  certifier: KeyPair;
  server: KeyPair;
  /** Secret for stateless bootstrap challenges, base64. */
  bootstrapKey: string;
  rootFile: string;
}

export interface CaOptions {
  dataDir: string;
  host: string;
  domain: string;
  now?: Date;
}

/** Loads what is there, makes what is missing, renews the server certificate when it runs out or its names changed. */
export async function openDevelopmentCa(options: CaOptions): Promise<DevelopmentCa> {
  const now = options.now ?? new Date();
  const folder = join(options.dataDir, 'ca');
  const root = await authority(folder, 'root', 'Orc8r development root', now);
  const certifier = await authority(folder, 'certifier', 'Orc8r development certifier', now);
  const server = await serverCertificate(folder, root, serverNames(options.host, options.domain), now);
  return { root, certifier, server, bootstrapKey: bootstrapKey(folder), rootFile: join(folder, 'root.pem') };
}

/** DNS names and addresses the server certificate carries. A wildcard host stands for every address of this machine. */
export function serverNames(host: string, domain: string): { type: 'dns' | 'ip'; value: string }[] {
  const values = ['localhost', '127.0.0.1', '::1', `api.${domain}`, `controller.${domain}`, `*.${domain}`, domain];
  if (host === '0.0.0.0' || host === '::') {
    values.push(hostname());
    for (const list of Object.values(networkInterfaces())) {
      for (const entry of list ?? []) if (!entry.address.startsWith('fe80')) values.push(entry.address);
    }
  } else {
    values.push(host);
  }
  return [...new Set(values)].map((value) => ({ type: isIP(value) ? 'ip' : 'dns', value }));
}

async function authority(folder: string, name: string, commonName: string, now: Date): Promise<KeyPair> {
  const kept = loadPair(folder, name);
  if (!kept) return savePair(folder, name, await createAuthority(commonName, AUTHORITY_DAYS, now));
  const certificate = new X509Certificate(kept.certificate);
  if (!certificate.ca) throw damaged(join(folder, `${name}.pem`), folder, 'it is not the certificate of an authority');
  if (certificate.validToDate < now) throw damaged(join(folder, `${name}.pem`), folder, 'it has expired');
  return kept;
}

async function serverCertificate(
  folder: string,
  root: KeyPair,
  names: { type: 'dns' | 'ip'; value: string }[],
  now: Date,
): Promise<KeyPair> {
  const kept = loadPair(folder, 'server');
  if (kept && stillGood(kept, root, names, now)) return kept;
  const commonName = names.find((name) => name.type === 'dns')?.value ?? 'localhost';
  return savePair(folder, 'server', await issueLeaf(root, { commonName, days: SERVER_DAYS, now, usage: 'server', names }));
}

function stillGood(kept: KeyPair, root: KeyPair, names: readonly { type: string; value: string }[], now: Date): boolean {
  const certificate = new X509Certificate(kept.certificate);
  if (certificate.validToDate.getTime() - now.getTime() < RENEW_SERVER_BEFORE) return false;
  if (!certificate.verify(new X509Certificate(root.certificate).publicKey)) return false;
  return names.every(
    ({ type, value }) =>
      (type === 'ip' ? certificate.checkIP(value) : certificate.checkHost(value.replace('*.', 'any-name.'))) !== undefined,
  );
}

function bootstrapKey(folder: string): string {
  const path = join(folder, 'bootstrap.key');
  const kept = readIfThere(path)?.trim();
  if (kept === undefined) {
    const made = randomBytes(32).toString('base64');
    writeSecret(path, `${made}\n`);
    return made;
  }
  if (Buffer.from(kept, 'base64').length !== 32) throw damaged(path, folder, 'it does not hold 32 bytes as base64');
  return kept;
}

/** Both files of a pair, proved to belong together; undefined when neither exists. */
function loadPair(folder: string, name: string): KeyPair | undefined {
  const paths = { certificate: join(folder, `${name}.pem`), key: join(folder, `${name}.key`) };
  const certificate = readIfThere(paths.certificate);
  const key = readIfThere(paths.key);
  if (certificate === undefined && key === undefined) return undefined;
  if (certificate === undefined || key === undefined) {
    throw damaged(certificate === undefined ? paths.certificate : paths.key, folder, 'it is missing while its counterpart is there');
  }
  let parsed: X509Certificate;
  try {
    parsed = new X509Certificate(certificate);
  } catch (error) {
    throw damaged(paths.certificate, folder, errorText(error), error);
  }
  try {
    if (parsed.checkPrivateKey(createPrivateKey(key))) return { certificate, key };
  } catch (error) {
    throw damaged(paths.key, folder, errorText(error), error);
  }
  throw damaged(paths.key, folder, `it does not belong to ${paths.certificate}`);
}

function savePair(folder: string, name: string, pair: KeyPair): KeyPair {
  writeSecret(join(folder, `${name}.key`), pair.key);
  writeSecret(join(folder, `${name}.pem`), pair.certificate);
  return pair;
}

function damaged(path: string, folder: string, why: string, cause?: unknown): StartError {
  return new StartError(
    `The file ${path} is damaged (${why}). Restore it from a backup, or delete the folder ${folder} to make new certificates; gateways and operators must then be given new ones.`,
    cause,
  );
}
