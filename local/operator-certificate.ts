import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { normaliseSerial } from '../core/certifier/serial.ts';
import { requestLeaf } from './certificates.ts';
import { removeFile, writeSecret } from './data-folder.ts';
import { FlagError } from './flags.ts';
import { encodePkcs12 } from './pkcs12.ts';
import type { RestClient } from './rest-client.ts';
import { shownPath } from './shown-path.ts';

const CERTIFICATES = '/magma/v1/certificates';

interface Listed {
  readonly serial: string;
  readonly kind: string;
  readonly subject: string;
  readonly state: string;
  readonly not_after: number;
}

export interface CertificateOrder {
  readonly name: string;
  /** Of the operator, in the API. */
  readonly path: string;
  /** Of the API. */
  readonly base: string;
  readonly out: string | undefined;
  readonly days: string | undefined;
  readonly data: string | undefined;
  readonly ca: string | undefined;
  readonly dryRun: boolean;
}

/** The authority of the API's own certificate: as it was named, or that of a local platform. */
export const rootFileOf = ({ data = '.orc8r', ca }: { readonly data: string | undefined; readonly ca: string | undefined }): string =>
  ca ?? join(resolve(data), 'ca', 'root.pem');

/**
 * Makes a key, which stays here, has the platform certify it, and writes both with what clients need beside them. No file is ever
 * overwritten. Errors: FlagError, and those of the API, after which nothing is left behind.
 */
export async function newCertificate(rest: RestClient, order: CertificateOrder): Promise<string> {
  const { name, path, base, dryRun } = order;
  const days = daysOf(order.days);
  const files = filesIn(folderOf(order));
  const inTheWay = Object.values(files).find((file) => existsSync(file));
  if (inTheWay !== undefined) throw new FlagError(`${shownPath(inTheWay)} is there already: name another folder with --out`);
  const { request, key } = await requestLeaf(name);
  const body = { csr: request, ...(days === undefined ? {} : { valid_days: days }) };
  if (dryRun) {
    await rest.must('POST', `${path}/certificates?dry_run=true`, body);
    return 'The certificate could be issued; nothing was changed.\n';
  }
  const root = readFileSync(rootFileOf(order), 'utf8');
  // Before it is certified: a certificate without its key would be of no use to anybody.
  writeSecret(files.key, key);
  try {
    const { body: answer } = await rest.must('POST', `${path}/certificates`, body);
    const issued = answer as { certificate: string; authority: string; serial: string; not_after: number };
    writeSecret(files.certificate, issued.certificate);
    writeSecret(files.authority, issued.authority);
    writeSecret(files.root, root);
    const password = randomBytes(18).toString('base64url');
    writeSecret(files.pkcs12, await encodePkcs12({ certificate: issued.certificate, key }, issued.authority, `orc8r ${name}`, password));
    writeSecret(files.password, `${password}\n`);
    const until = new Date(issued.not_after).toISOString();
    return [
      `Certificate  ${shownPath(files.certificate)}  until ${until}`,
      `Serial       ${issued.serial}`,
      `Key          ${shownPath(files.key)}`,
      `Browsers     ${shownPath(files.pkcs12)}, its password beside it`,
      `  curl --cacert ${shownPath(files.root)} --cert ${shownPath(files.certificate)} --key ${shownPath(files.key)} ${base.replace(/\/$/, '')}/magma/v1/networks`,
      '',
    ].join('\n');
  } catch (error) {
    if (!existsSync(files.certificate)) removeFile(files.key);
    throw error;
  }
}

/** Names of tokens begin otherwise. */
export const isSerial = (text: string): boolean => /^[0-9A-F:]+$/i.test(text);

/** Revokes a certificate of this operator, and of nobody else. `tail` is the query. */
export async function revokeCertificate(rest: RestClient, name: string, serial: string, tail: string): Promise<void> {
  const path = `${CERTIFICATES}/${normaliseSerial(serial)}`;
  const { kind, subject } = (await rest.must('GET', path)).body as Listed;
  if (kind !== 'operator' || subject !== name) throw new Error(`it is no certificate of operator ${name}`);
  await rest.must('POST', `${path}:revoke${tail}`, { reason: 'revoked with npm run operator' });
}

/** The certificates of an operator, one a line. */
export async function certificates(rest: RestClient, path: string): Promise<string> {
  const { body } = await rest.must('GET', `${path}/certificates`);
  const { certificates: found } = body as { certificates: Listed[] };
  if (found.length === 0) return 'No certificates.\n';
  return found.map(({ serial, state, not_after: end }) => `${serial}  ${state}, ends ${new Date(end).toISOString()}\n`).join('');
}

/** How many valid certificates each operator has. */
export async function validCertificates(rest: RestClient): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  let token = '';
  do {
    const { body } = await rest.must('GET', `${CERTIFICATES}?kind=operator&state=valid&page_token=${encodeURIComponent(token)}`);
    const page = body as { certificates: Listed[]; page_token: string };
    for (const { subject } of page.certificates) counts.set(subject, (counts.get(subject) ?? 0) + 1);
    token = page.page_token;
  } while (token !== '');
  return counts;
}

function daysOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,4}$/.test(text)) throw new FlagError(`--days must be a whole number of days, not "${text}"`);
  return Number(text);
}

/** Error: FlagError for a name that would lead elsewhere. */
function folderOf({ name, out, data = '.orc8r' }: CertificateOrder): string {
  if (out !== undefined) {
    if (out === '') throw new FlagError('--out needs the name of a folder');
    return resolve(out);
  }
  if (/^\.{0,2}$|[/\\]/.test(name)) throw new FlagError(`no folder can be called "${name}": name one with --out`);
  return join(resolve(data), 'operators', name);
}

const filesIn = (folder: string) => ({
  key: join(folder, 'key.pem'),
  certificate: join(folder, 'certificate.pem'),
  authority: join(folder, 'certifier.pem'),
  root: join(folder, 'root.pem'),
  pkcs12: join(folder, 'certificate.p12'),
  password: join(folder, 'certificate.p12.password'),
});
