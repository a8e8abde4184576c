import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pathsOf } from '../storage/paths.ts';
import { loadIdentity } from './identity.ts';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'agent-identity-'))));
afterEach(async () => rm(folder, { recursive: true }));

describe('identity', () => {
  it('makes a UUID and a P-384 key on first run, and finds both again', async () => {
    const paths = pathsOf(folder);
    const first = await loadIdentity(paths);
    expect(first.hardwareId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(first.challengeKey.asymmetricKeyDetails?.namedCurve).toBe('secp384r1');
    expect(first.keyType).toBe('SOFTWARE_ECDSA_SHA256');
    const again = await loadIdentity(paths);
    expect(again.hardwareId).toBe(first.hardwareId);
    expect(again.publicKey).toBe(first.publicKey);
    expect((await stat(paths.challengeKey)).mode & 0o777).toBe(0o600);
    expect(await readFile(paths.challengeKey, 'utf8')).toContain('BEGIN PRIVATE KEY');
  });

  it('gives the public key as base64 DER that verifies what the key signs', async () => {
    const { sign } = await import('node:crypto');
    const identity = await loadIdentity(pathsOf(folder));
    const spki = createPublicKey({ key: Buffer.from(identity.publicKey, 'base64'), type: 'spki', format: 'der' });
    const data = Buffer.from('data');
    expect(verify('sha256', data, spki, sign('sha256', data, identity.challengeKey))).toBe(true);
  });

  it('takes the hardware id it is told, and refuses another one later', async () => {
    const paths = pathsOf(folder);
    expect((await loadIdentity(paths, 'gw-1')).hardwareId).toBe('gw-1');
    expect((await loadIdentity(paths)).hardwareId).toBe('gw-1');
    await expect(loadIdentity(paths, 'gw-2')).rejects.toThrow('is gw-1, but gw-2 was asked for');
    await expect(loadIdentity(pathsOf(join(folder, 'other')), 'a b')).rejects.toThrow('is not valid');
  });

  it('says which file is wrong', async () => {
    const paths = pathsOf(folder);
    await loadIdentity(paths);
    await writeFile(paths.challengeKey, 'garbage');
    await expect(loadIdentity(paths)).rejects.toThrow(paths.challengeKey);
    await writeFile(paths.challengeKey, generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }));
    await expect(loadIdentity(paths)).rejects.toThrow('an EC or RSA key is needed');
  });
});
