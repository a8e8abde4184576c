import { X509Certificate, createPrivateKey } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCertifier } from '../core/certifier/certifier.ts';
import { checkCsr } from '../core/certifier/csr.ts';
import { x509 } from '../core/certifier/x509.ts';
import { certificatePem } from '../test/support/certificates.ts';
import { createAuthority } from './certificates.ts';
import { FlagError } from './flags.ts';
import { operatorCommand } from './operator-command.ts';
import { unpackPkcs12 } from './pkcs12.ts';
import type { RestClient } from './rest-client.ts';

let data: string;
let sent: { path: string; body: unknown }[];
let refuse: Error | undefined;

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'orc8r-operator-'));
  mkdirSync(join(data, 'ca'));
  writeFileSync(join(data, 'ca', 'root.pem'), 'the root');
  sent = [];
  refuse = undefined;
});
afterEach(() => rmSync(data, { recursive: true, force: true }));

/** An API that signs what it is sent. */
function signing(): RestClient {
  const must: RestClient['must'] = async (_method, path, body) => {
    sent.push({ path, body });
    if (refuse) throw refuse;
    const { csr } = body as { csr: string };
    const authority = await createAuthority('Test CA', 10, new Date());
    const certifier = await createCertifier(authority.certificate, authority.key);
    const publicKey = await checkCsr(new Uint8Array(x509.PemConverter.decodeFirst(csr)));
    const issued = await certifier.issue({ publicKey, commonName: 'ann', validity: 86_400_000, now: Date.now() });
    const answer = {
      certificate: certificatePem(issued.der),
      authority: authority.certificate,
      serial: issued.serial,
      not_after: issued.notAfter,
    };
    return { status: 201, headers: {}, body: answer };
  };
  return { call: must, must, close: () => undefined };
}
const run = (...args: string[]) => operatorCommand(['certificate', 'ann', '--data', data, ...args], signing);

describe('operator certificate', () => {
  it('makes a key that stays here, and writes it with its certificate, the authorities and a container for browsers', async () => {
    const printed = await run('--days', '90');
    const folder = join(data, 'operators', 'ann');
    const file = (name: string) => readFileSync(join(folder, name), 'utf8');
    const certificate = new X509Certificate(file('certificate.pem'));
    expect(certificate.checkPrivateKey(createPrivateKey(file('key.pem')))).toBe(true);
    expect(certificate.verify(new X509Certificate(file('certifier.pem')).publicKey)).toBe(true);
    expect(file('root.pem')).toBe('the root');
    const { keys } = await unpackPkcs12(readFileSync(join(folder, 'certificate.p12')), file('certificate.p12.password').trim());
    expect(keys).toHaveLength(1);
    for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777, name).toBe(0o600);
    expect(sent).toMatchObject([{ path: '/magma/v1/user/ann/certificates', body: { valid_days: 90 } }]);
    expect(JSON.stringify(sent)).not.toContain('PRIVATE KEY');
    expect(printed).toContain(certificate.serialNumber.replace(/^0+/, ''));
    expect(printed).toMatch(
      /^ {2}curl --cacert \S+root\.pem --cert \S+certificate\.pem --key \S+key\.pem https:\/\/127\.0\.0\.1:9443\/magma\/v1\/networks$/m,
    );
    expect(printed).not.toContain('PRIVATE');
  });

  it('overwrites nothing, and leaves nothing behind when it is refused', async () => {
    const out = join(data, "it's here");
    refuse = new Error('refused');
    await expect(run('--out', out)).rejects.toThrow('refused');
    expect(readdirSync(out)).toEqual([]);
    refuse = undefined;
    expect(await run('--out', out)).toContain("it'\\''s here/key.pem'");
    const key = readFileSync(join(out, 'key.pem'), 'utf8');
    await expect(run('--out', out)).rejects.toThrow('is there already: name another folder with --out');
    expect(readFileSync(join(out, 'key.pem'), 'utf8')).toBe(key);
    expect(sent).toHaveLength(2);
  });

  it('only tries in a dry run', async () => {
    expect(await run('--dry-run')).toBe('The certificate could be issued; nothing was changed.\n');
    expect(sent.map(({ path }) => path)).toEqual(['/magma/v1/user/ann/certificates?dry_run=true']);
    expect(existsSync(join(data, 'operators'))).toBe(false);
  });

  it('says what is wrong with a call, before it asks the API', async () => {
    await expect(run('--days', 'many')).rejects.toThrow('--days must be a whole number of days, not "many"');
    await expect(run('--out', '')).rejects.toThrow(FlagError);
    await expect(operatorCommand(['certificate', 'dom\\ann', '--data', data], signing)).rejects.toThrow('no folder can be called');
    expect(sent).toEqual([]);
  });
});
