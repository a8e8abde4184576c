import { X509Certificate, createPrivateKey, randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type KeyPair, issueLeaf, keyIdentifiers } from './certificates.ts';
import { isTokenForm, newToken } from '../core/identity/operator-token.ts';
import { readIfThere, writeSecret } from './data-folder.ts';
import { encodePkcs12 } from './pkcs12.ts';

const DAYS = 365;
const RENEW_BEFORE = 30 * 86_400_000;

/** Where the credentials of the first operator lie, and the token itself. */
export interface OperatorFiles {
  name: string;
  folder: string;
  certificateFile: string;
  keyFile: string;
  pkcs12File: string;
  passwordFile: string;
  tokenFile: string;
  /** Serials of the certificates made here, oldest first. */
  serialsFile: string;
  token: string;
}

/** What the platform must know of an operator to let them in. Times are unix milliseconds. */
export interface OperatorRegistration {
  name: string;
  certificate: {
    /** Upper-case hex without leading zeros. */
    serial: string;
    /** SHA-256 of the DER, lower-case hex. */
    fingerprint: string;
    notBefore: number;
    notAfter: number;
    /** Key identifier of the authority, lower-case hex. */
    issuer: string;
  };
  /** Serials of the certificates that were made for this operator before: nobody has their keys any more, or should use them. */
  superseded: readonly string[];
  /** In clear; only its hash is to be stored. */
  token: string;
}

/** Writes the operator into D1; must give the same result when it is called again with the same operator. */
export type RegisterOperator = (d1: D1Database, operator: OperatorRegistration) => Promise<void>;

/** Finds or makes the credentials of the first operator under `<data folder>/operators/<name>`. */
export async function openOperator(options: {
  dataDir: string;
  certifier: KeyPair;
  name?: string;
  now?: Date;
}): Promise<{ files: OperatorFiles; registration: OperatorRegistration }> {
  const name = options.name ?? 'admin';
  const now = options.now ?? new Date();
  const folder = join(options.dataDir, 'operators', name);
  const files = {
    name,
    folder,
    certificateFile: join(folder, 'certificate.pem'),
    keyFile: join(folder, 'key.pem'),
    pkcs12File: join(folder, 'certificate.p12'),
    passwordFile: join(folder, 'certificate.p12.password'),
    tokenFile: join(folder, 'token'),
    serialsFile: join(folder, 'serials'),
  };
  const complete = existsSync(files.pkcs12File) && existsSync(files.passwordFile);
  let pair = keptPair(files, options.certifier, now);
  if (!pair || !complete) {
    pair = await issueLeaf(options.certifier, { commonName: name, days: DAYS, now, usage: 'client' });
    rememberSerials(files, describe(pair.certificate).serial);
    const password = randomBytes(18).toString('base64url');
    writeSecret(files.pkcs12File, await encodePkcs12(pair, options.certifier.certificate, `orc8r ${name}`, password));
    writeSecret(files.passwordFile, `${password}\n`);
    writeSecret(files.keyFile, pair.key);
    writeSecret(files.certificateFile, pair.certificate);
  }
  const token = await keptToken(files.tokenFile);
  const certificate = describe(pair.certificate);
  const superseded = serialsIn(files.serialsFile).filter((serial) => serial !== certificate.serial);
  return { files: { ...files, token }, registration: { name, certificate, superseded, token } };
}

/**
 * Keeps the serial of each certificate that is made, before it is: its database may be another each time (`npm start`, `npm run dev`), and a
 * crash may come before any of them was told.
 */
function rememberSerials({ serialsFile, certificateFile }: { serialsFile: string; certificateFile: string }, fresh: string): void {
  const serials = new Set([...serialsIn(serialsFile), ...serialOf(readIfThere(certificateFile)), fresh]);
  writeSecret(serialsFile, [...serials, ''].join('\n'));
}

const serialsIn = (file: string): string[] => (readIfThere(file) ?? '').split('\n').filter((line) => /^[0-9A-F]+$/.test(line));

/** Of a certificate, unless it is spoilt. */
function serialOf(pem: string | undefined): string[] {
  if (pem === undefined) return [];
  try {
    return [describe(pem).serial];
  } catch {
    return [];
  }
}

/** The certificate on disk while it is whole, of this certifier and not about to expire; otherwise a new one is due. */
function keptPair(files: { certificateFile: string; keyFile: string }, certifier: KeyPair, now: Date): KeyPair | undefined {
  const certificate = readIfThere(files.certificateFile);
  const key = readIfThere(files.keyFile);
  if (!certificate || !key) return undefined;
  try {
    const parsed = new X509Certificate(certificate);
    const ours = parsed.verify(new X509Certificate(certifier.certificate).publicKey) && parsed.checkPrivateKey(createPrivateKey(key));
    return ours && parsed.validToDate.getTime() - now.getTime() > RENEW_BEFORE ? { certificate, key } : undefined;
  } catch {
    return undefined;
  }
}

/** The token on disk while it is whole; a spoilt one is replaced, since nobody could log in with it. */
async function keptToken(path: string): Promise<string> {
  const kept = readIfThere(path)?.trim();
  if (kept !== undefined && isTokenForm(kept)) return kept;
  const { token } = await newToken();
  writeSecret(path, `${token}\n`);
  return token;
}

function describe(pem: string): OperatorRegistration['certificate'] {
  const certificate = new X509Certificate(pem);
  return {
    serial: certificate.serialNumber.toUpperCase().replace(/^0+/, ''),
    fingerprint: certificate.fingerprint256.replaceAll(':', '').toLowerCase(),
    notBefore: certificate.validFromDate.getTime(),
    notAfter: certificate.validToDate.getTime(),
    issuer: keyIdentifiers(pem).issuer,
  };
}
