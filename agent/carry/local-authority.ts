// The certificate of the local bootstrap port: magmad checks it against the file that `rootca_cert` of control_proxy.yml names.
import 'reflect-metadata';
import { createPrivateKey, KeyObject, randomBytes, webcrypto, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import type { ServerIdentity } from '../proxy/listener.ts';
import { readFileIfThere, writeFileAtomic } from '../storage/atomic-file.ts';

export interface LocalIdentity extends ServerIdentity {
  /** Where the roots lie that `rootca_cert` has to name. */
  rootFile: string;
}

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 24 * 3600_000;
const ROOT_DAYS = 3650;
const SERVER_DAYS = 365;
/** An hour back, because clocks of gateways differ. */
const BACKDATE_MS = 3600_000;
/** A root with less than this left is replaced. */
const ROOT_SPARE_MS = (SERVER_DAYS + 30) * DAY_MS;

/** The file of roots that an agent with this data folder writes. */
export const localRootFile = (dataDir: string): string => join(dataDir, 'certs', 'local-rootCA.pem');

/**
 * Makes a certificate for `hosts` under the local authority of this data folder, which is made on first use. The file of roots holds the
 * local root and, after it, `cloudRoots` (PEM), so that whoever dials the cloud itself with that file still trusts the cloud.
 */
export async function localIdentity(
  dataDir: string,
  hosts: readonly string[],
  cloudRoots: string | undefined,
  now: number,
): Promise<LocalIdentity> {
  const root = await loadRoot(dataDir, now);
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.create(
    {
      serialNumber: serial(),
      subject: 'CN=orc8r-agent local bootstrap',
      issuer: root.certificate.subject,
      publicKey: keys.publicKey,
      signingKey: root.key,
      signingAlgorithm: ALGORITHM,
      ...validity(now, SERVER_DAYS),
      extensions: [
        new x509.BasicConstraintsExtension(false),
        new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
        new x509.SubjectAlternativeNameExtension(hosts.map((value): x509.JsonGeneralName => ({ type: isIP(value) ? 'ip' : 'dns', value }))),
      ],
    },
    crypto(),
  );
  const rootFile = localRootFile(dataDir);
  await writeFileAtomic(rootFile, `${root.certificate.toString('pem')}\n${cloudRoots ?? ''}`);
  return { certificate: certificate.toString('pem'), key: pem(keys.privateKey), rootFile };
}

async function loadRoot(dataDir: string, now: number): Promise<{ certificate: x509.X509Certificate; key: CryptoKey }> {
  const keyFile = join(dataDir, 'certs', 'local-ca.key');
  const certificateFile = join(dataDir, 'certs', 'local-ca.pem');
  const [keyText, certificateText] = await Promise.all([readFileIfThere(keyFile), readFileIfThere(certificateFile)]);
  if (keyText && certificateText && usable(keyText.toString(), certificateText.toString(), now)) {
    const der = createPrivateKey(keyText).export({ type: 'pkcs8', format: 'der' });
    const key = await webcrypto.subtle.importKey('pkcs8', der, ALGORITHM, false, ['sign']);
    return { certificate: new x509.X509Certificate(certificateText.toString()), key };
  }
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned(
    {
      serialNumber: serial(),
      name: 'CN=orc8r-agent local root',
      keys,
      signingAlgorithm: ALGORITHM,
      ...validity(now, ROOT_DAYS),
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      ],
    },
    crypto(),
  );
  await writeFileAtomic(keyFile, pem(keys.privateKey), 0o600);
  await writeFileAtomic(certificateFile, `${certificate.toString('pem')}\n`);
  return { certificate, key: keys.privateKey };
}

/** Whether key and certificate belong together and last long enough; what is damaged is made anew. */
function usable(key: string, certificate: string, now: number): boolean {
  try {
    const parsed = new X509Certificate(certificate);
    return parsed.checkPrivateKey(createPrivateKey(key)) && Date.parse(parsed.validTo) - now > ROOT_SPARE_MS;
  } catch {
    return false;
  }
}

const validity = (now: number, days: number) => ({ notBefore: new Date(now - BACKDATE_MS), notAfter: new Date(now + days * DAY_MS) });
const pem = (key: CryptoKey): string =>
  KeyObject.from(key as webcrypto.CryptoKey)
    .export({ type: 'pkcs8', format: 'pem' })
    .toString();
const crypto = (): Crypto => webcrypto as unknown as Crypto;
/** Positive and 16 bytes long. */
const serial = (): string => `40${randomBytes(15).toString('hex')}`;
