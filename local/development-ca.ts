import { X509Certificate, randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { type Authority, damaged, loadPair, openAuthority, openExisting, savePair } from './authority.ts';
import { type KeyPair, issueLeaf } from './certificates.ts';
import { readIfThere, writeSecret } from './data-folder.ts';

const SERVER_DAYS = 365;
const RENEW_SERVER_BEFORE = 7 * 86_400_000;

/** What the start keeps under `<data folder>/ca`: everything a laptop needs to speak TLS with gateways and operators. */
export interface DevelopmentCa {
  /** Signs the server certificate; operators and gateways trust it. */
  root: Authority;
  /** Signs client certificates of gateways and operators. */
  certifier: Authority;
  /** Signs certificates with which gateways join a VPN; undefined: nobody made one (`npm run ca -- create vpn`). */
  vpn: Authority | undefined;
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
  const root = await openAuthority(folder, 'root', now);
  const certifier = await openAuthority(folder, 'certifier', now);
  const vpn = openExisting(folder, 'vpn', now);
  const server = await serverCertificate(folder, root, serverNames(options.host, options.domain), now);
  return { root, certifier, vpn, server, bootstrapKey: bootstrapKey(folder), rootFile: join(folder, 'root.pem') };
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

/** What the Worker is told of the VPN's authority. */
export const vpnSettings = ({ vpn }: DevelopmentCa): Record<string, string> => (vpn ? { VPN_CERT: vpn.bundle, VPN_KEY: vpn.key } : {});
