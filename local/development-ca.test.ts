import { X509Certificate } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type DevelopmentCa, openDevelopmentCa } from './development-ca.ts';
import { temporaryFolder } from './fixture/platform.ts';

const DAY = 86_400_000;
const now = new Date('2026-11-22T12:00:00Z');
let folder: ReturnType<typeof temporaryFolder>;

beforeEach(() => {
  folder = temporaryFolder();
});

afterEach(() => folder.remove());

function open(options: { host?: string; domain?: string; after?: number } = {}): Promise<DevelopmentCa> {
  return openDevelopmentCa({
    dataDir: folder.path,
    host: options.host ?? '127.0.0.1',
    domain: options.domain ?? 'orc8r.test',
    now: new Date(now.getTime() + (options.after ?? 0)),
  });
}

describe('openDevelopmentCa', () => {
  it('makes two authorities and a server certificate for every name the doors have', async () => {
    const ca = await open({ host: '10.1.2.3' });
    const [root, certifier, server] = [ca.root, ca.certifier, ca.server].map((pair) => new X509Certificate(pair.certificate));
    if (!root || !certifier || !server) throw new Error('incomplete');
    expect(root.ca && certifier.ca).toBe(true);
    expect(root.fingerprint256).not.toBe(certifier.fingerprint256);
    expect(server.checkIssued(root) && server.verify(root.publicKey)).toBe(true);
    for (const name of [
      'localhost',
      'api.orc8r.test',
      'controller.orc8r.test',
      'bootstrapper-controller.orc8r.test',
      'streamer-controller.orc8r.test',
    ])
      expect(server.checkHost(name), name).toBeDefined();
    for (const address of ['127.0.0.1', '::1', '10.1.2.3']) expect(server.checkIP(address), address).toBeDefined();
    expect(server.checkHost('other.test')).toBeUndefined();
    expect(Buffer.from(ca.bootstrapKey, 'base64')).toHaveLength(32);
  });

  it('keeps all of it, and renews the server certificate only in its last week or for other names', async () => {
    const first = await open();
    expect(await open({ after: 357 * DAY })).toEqual(first);
    const renewed = await open({ after: 359 * DAY });
    expect(renewed.server).not.toEqual(first.server);
    expect({ ...renewed, server: first.server }).toEqual(first);
    const moved = await open({ after: 359 * DAY, domain: 'other.test' });
    expect(new X509Certificate(moved.server.certificate).checkHost('api.other.test')).toBeDefined();
    expect(moved.root).toEqual(first.root);
  });

  it.each([
    ['root.pem', 'rubbish', /root\.pem is damaged/],
    ['certifier.key', '', /certifier\.key is damaged/],
    ['bootstrap.key', 'c2hvcnQ=', /bootstrap\.key is damaged \(it does not hold 32 bytes/],
  ])('refuses a damaged %s in one line', async (file, content, message) => {
    await open();
    writeFileSync(join(folder.path, 'ca', file), content);
    await expect(open()).rejects.toThrow(message);
    await open().catch((error: unknown) => expect(String(error)).not.toContain('\n'));
  });

  it('refuses a key that belongs to another certificate, and half a pair', async () => {
    const ca = await open();
    writeFileSync(join(folder.path, 'ca', 'root.key'), ca.certifier.key);
    await expect(open()).rejects.toThrow(/root\.key is damaged \(it does not belong to/);
    rmSync(join(folder.path, 'ca', 'root.key'));
    await expect(open()).rejects.toThrow(/root\.key is damaged \(it is missing while its counterpart is there\)/);
  });

  it('refuses an authority that has expired', async () => {
    await open();
    await expect(open({ after: 3651 * DAY })).rejects.toThrow(/root\.pem is damaged \(it has expired\)/);
  });
});
