import { X509Certificate } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CA_HELP, caCommand } from './ca-command.ts';
import { splitBundle } from './certificates.ts';
import { lockDataFolder } from './data-lock.ts';
import { type DevelopmentCa, openDevelopmentCa } from './development-ca.ts';
import { temporaryFolder } from './fixture/platform.ts';

const now = new Date('2026-11-22T12:00:00Z');
const PASSPHRASE = 'correct horse battery';
let folder: ReturnType<typeof temporaryFolder>;
let data: string;
let passphraseFile: string;

beforeEach(() => {
  folder = temporaryFolder();
  data = join(folder.path, 'data');
  passphraseFile = join(folder.path, 'passphrase');
  mkdirSync(data);
  writeFileSync(passphraseFile, `${PASSPHRASE}\nnot this\n`);
});
afterEach(() => folder.remove());

const open = (dataDir = data): Promise<DevelopmentCa> => openDevelopmentCa({ dataDir, host: '127.0.0.1', domain: 'orc8r.test', now });
const ca = (...args: string[]) => caCommand([...args, '--data', data], { now: () => now, rounds: 1000 });
const withPassphrase = (...args: string[]) => ca(...args, '--passphrase-file', passphraseFile);
const fingerprints = (bundle: string) => splitBundle(bundle).map((pem) => new X509Certificate(pem).fingerprint256);
const file = (name: string) => join(data, 'ca', name);

describe('rollover of the certifier', () => {
  it('lets a new one sign and goes on trusting the old one, until that is retired', async () => {
    const before = await open();
    const said = await ca('rollover', 'certifier');
    expect(said).toContain('signs    Orc8r development certifier of 2026-11-22 12:00');
    expect(said).toContain('trusted  Orc8r development certifier\n');
    const after = await open();
    expect(after.certifier.key).not.toBe(before.certifier.key);
    expect(fingerprints(after.certifier.bundle)).toEqual([
      ...fingerprints(after.certifier.certificate),
      ...fingerprints(before.certifier.certificate),
    ]);
    expect([after.root, after.server]).toEqual([before.root, before.server]);
    expect(await ca('retire', 'certifier')).toMatch(/^1 no longer trusted/);
    expect(fingerprints((await open()).certifier.bundle)).toEqual(fingerprints(after.certifier.certificate));
  });

  it('leaves a whole authority behind when it is cut off between its two files', async () => {
    const before = await open();
    const key = readFileSync(file('certifier.key'), 'utf8');
    await ca('rollover', 'certifier');
    writeFileSync(file('certifier.key'), key);
    const cut = await open();
    expect([cut.certifier.certificate, cut.certifier.key]).toEqual([before.certifier.certificate, before.certifier.key]);
    expect(splitBundle(cut.certifier.bundle)).toHaveLength(2);
  });
});

describe('rollover of the root', () => {
  it('is trusted first and signs later, so that everybody can learn of it', async () => {
    const before = await open();
    await ca('rollover', 'root');
    const prepared = await open();
    expect([prepared.root.certificate, prepared.server]).toEqual([before.root.certificate, before.server]);
    const trusted = splitBundle(readFileSync(prepared.rootFile, 'utf8'));
    expect(trusted).toHaveLength(2);
    await expect(ca('rollover', 'root')).rejects.toThrow('prepared already');
    await expect(ca('retire', 'root')).rejects.toThrow('--switch');

    await ca('rollover', 'root', '--switch');
    const switched = await open();
    expect(switched.root.certificate).toBe(trusted[1]);
    const server = new X509Certificate(switched.server.certificate);
    expect(server.verify(new X509Certificate(switched.root.certificate).publicKey)).toBe(true);
    expect(existsSync(file('root-next.key'))).toBe(false);
    await expect(ca('rollover', 'root', '--switch')).rejects.toThrow('No new root is prepared');
    await ca('retire', 'root');
    expect((await open()).root.bundle).toBe(switched.root.certificate);
  });

  it('can be begun again when it was cut off before the certificate was written', async () => {
    await open();
    const root = readFileSync(file('root.pem'), 'utf8');
    await ca('rollover', 'root');
    writeFileSync(file('root.pem'), root);
    await expect(ca('rollover', 'root', '--switch')).rejects.toThrow('No new root is prepared');
    await ca('rollover', 'root');
    expect(splitBundle(readFileSync(file('root.pem'), 'utf8'))).toHaveLength(2);
  });
});

describe('the authority for VPNs', () => {
  it('is made once, signs from the next start on, and travels with the others', async () => {
    await expect(ca('create', 'vpn')).rejects.toThrow('npm start');
    expect((await open()).vpn).toBeUndefined();
    expect(await ca('status')).not.toContain('VPN');
    const said = await ca('create', 'vpn');
    expect(said).toContain(file('vpn.pem'));
    expect(said).toContain('signs    Orc8r development VPN');
    expect(await ca('status')).toContain('VPN: signs certificates');
    expect(statSync(file('vpn.key')).mode & 0o777).toBe(0o600);
    const before = (await open()).vpn;
    expect(new X509Certificate(before?.certificate ?? '').ca).toBe(true);
    await expect(ca('create', 'vpn')).rejects.toThrow('already');

    const archive = join(folder.path, 'ca.p12');
    await withPassphrase('export', archive);
    rmSync(join(data, 'ca'), { recursive: true });
    await withPassphrase('import', archive);
    const after = (await open()).vpn;
    expect(fingerprints(after?.bundle ?? '')).toEqual(fingerprints(before?.bundle ?? ''));
    expect(after?.key).toBe(before?.key);
  });

  it.each([
    [['create'], 'create what'],
    [['create', 'root'], 'first start'],
  ])('%j is refused', async (args, message) => {
    await open();
    await expect(ca(...args)).rejects.toThrow(message);
  });
});

describe('export and import', () => {
  it('bring everything that cannot be made again into an empty data folder', async () => {
    await open();
    await ca('rollover', 'certifier');
    await ca('rollover', 'root');
    const before = await open();
    const archive = join(folder.path, 'ca.p12');
    expect(await withPassphrase('export', archive)).toContain(archive);
    expect(statSync(archive).mode & 0o777).toBe(0o600);
    for (const secret of [before.certifier.key, before.root.key, before.bootstrapKey, 'PRIVATE'])
      expect(readFileSync(archive).includes(Buffer.from(secret))).toBe(false);

    rmSync(join(data, 'ca'), { recursive: true });
    await withPassphrase('import', archive);
    const after = await open();
    const facts = ({ root, certifier, bootstrapKey }: DevelopmentCa) => ({
      root: fingerprints(root.bundle),
      certifier: fingerprints(certifier.bundle),
      bootstrapKey,
    });
    expect(facts(after)).toEqual(facts(before));
    for (const name of ['root.key', 'root-next.key', 'certifier.key', 'bootstrap.key'])
      expect(statSync(file(name)).mode & 0o777, name).toBe(0o600);
    await ca('rollover', 'root', '--switch');
    expect(fingerprints((await open()).root.bundle)).toEqual(fingerprints(before.root.bundle).toReversed());
  });

  it('are a container that OpenSSL opens', async () => {
    await open();
    const archive = join(folder.path, 'ca.p12');
    await withPassphrase('export', archive);
    const text = execFileSync('openssl', ['pkcs12', '-in', archive, '-passin', `file:${passphraseFile}`, '-nodes'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    expect(text.match(/BEGIN PRIVATE KEY/g)).toHaveLength(2);
    expect(text.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
    expect(text).toContain('friendlyName: certifier');
  });

  it('refuse a wrong passphrase, a damaged archive and a folder that is in use, and leave nothing behind', async () => {
    await open();
    const archive = join(folder.path, 'ca.p12');
    await withPassphrase('export', archive);
    await expect(withPassphrase('import', archive)).rejects.toThrow('is there already');
    await expect(withPassphrase('export', archive)).rejects.toThrow('name another file');

    data = join(folder.path, 'other');
    const wrong = join(folder.path, 'wrong');
    writeFileSync(wrong, 'incorrect horse battery\n');
    await expect(ca('import', archive, '--passphrase-file', wrong)).rejects.toThrow('cannot be opened');
    const bytes = readFileSync(archive);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    writeFileSync(join(folder.path, 'damaged'), bytes);
    await expect(withPassphrase('import', join(folder.path, 'damaged'))).rejects.toThrow('cannot be opened');
    await expect(withPassphrase('import', passphraseFile)).rejects.toThrow('cannot be opened');
    expect(existsSync(join(data, 'ca')) ? readdirSync(join(data, 'ca')) : []).toEqual([]);

    const lock = await lockDataFolder(data);
    await expect(withPassphrase('import', archive)).rejects.toThrow(/run/);
    lock.release();
    await withPassphrase('import', archive);
  });

  it('ask for the passphrase where there is a terminal, twice for a new one', async () => {
    await open();
    const archive = join(folder.path, 'ca.p12');
    const answers = (...given: string[]) => ({ ask: async () => given.shift() ?? '', rounds: 1000 });
    const run = (args: string[], ...given: string[]) => caCommand([...args, '--data', data], answers(...given));
    await expect(run(['export', archive], 'short')).rejects.toThrow('12 characters');
    await expect(run(['export', archive], PASSPHRASE, 'something else')).rejects.toThrow('differ');
    await run(['export', archive], PASSPHRASE, PASSPHRASE);
    rmSync(join(data, 'ca'), { recursive: true });
    await run(['import', archive], PASSPHRASE);
    await expect(caCommand(['export', `${archive}2`, '--data', data])).rejects.toThrow('--passphrase-file');
  });
});

describe('the command', () => {
  it('explains itself, and refuses what it does not know', async () => {
    expect(await caCommand([])).toBe(CA_HELP);
    expect(await caCommand(['status', '--help'])).toBe(CA_HELP);
    for (const args of [
      ['burn'],
      ['rollover'],
      ['rollover', 'server'],
      ['retire', 'x'],
      ['export'],
      ['status', 'a'],
      ['retire', 'root', 'b'],
      ['status', '--nonsense'],
      ['status', '--switch'],
      ['status', '--passphrase-file', '--help'],
    ])
      await expect(ca(...args), args.join(' ')).rejects.toThrow(/^[^\n]+$/);
    await expect(ca('status')).rejects.toThrow('There is no certifier authority');
    await open();
    const before = copyOf();
    expect(await ca('status')).toMatch(/signs +Orc8r development root\n +key [0-9a-f]{40}, until 2036-11-19/);
    expect(copyOf()).toBe(before);
  });
});

const copyOf = (): string => {
  const copies = readdirSync(join(data, 'ca')).map((name) => {
    copyFileSync(file(name), join(folder.path, 'copy'));
    return `${name} ${readFileSync(join(folder.path, 'copy'), 'utf8')}`;
  });
  return copies.join();
};
