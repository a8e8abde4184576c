import { execFile, execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAuthority } from '../../local/certificates.ts';
import { ensureNetwork } from '../../local/demo/network.ts';
import { operatorCommand } from '../../local/operator-command.ts';
import { type RestClient, restClient } from '../../local/rest-client.ts';
import { call } from '../../local/fixture/client.ts';
import { type Command, ROOT, runCommand } from '../harness/command.ts';
import { addGateway, auditOf, holderOf } from '../harness/identities.ts';
import { startTestPlatform, type TestPlatform } from '../harness/platform.ts';

const NETWORKS = '/magma/v1/networks';
let test: TestPlatform;
const clients: RestClient[] = [];

beforeAll(async () => {
  test = await startTestPlatform();
  for (const id of ['north', 'south']) await ensureNetwork(test.rest, id, id);
});
afterAll(async () => {
  for (const client of clients) client.close();
  await test?.close();
});

const here = () => ['--api', test.platform.addresses.api, '--data', test.folder];
/** `npm run operator -- ...` against this platform, as a program of its own. */
const operator = (...args: string[]): Command => runCommand('npm', 'run', '-s', 'operator', '--', ...args, ...here());
/** The same in this one, which takes a tenth of the time. */
const succeeds = (...args: string[]): Promise<string> => operatorCommand([...args, ...here()]);
const folderOf = (name: string) => join(test.folder, 'operators', name);
/** Whoever has the files that the command wrote, on connections that stay open. */
function byCertificate(name: string): RestClient {
  const file = (which: string) => join(folderOf(name), which);
  const client = restClient({
    base: test.platform.addresses.api,
    caFile: file('root.pem'),
    certificateFile: file('certificate.pem'),
    keyFile: file('key.pem'),
  });
  clients.push(client);
  return client;
}
const statusOf = async (client: RestClient, method: string, path: string, body?: unknown) => (await client.call(method, path, body)).status;
const codeOf = async (client: RestClient, path: string) => ((await client.call('GET', path)).body as { code: string }).code;

describe('an operator with a certificate', () => {
  it('is made on the command line and does with curl what was granted, and nothing else', async () => {
    await succeeds('add', 'ann');
    expect(await succeeds('grant', 'ann', 'allow:write:network:north', 'allow:read:network:south')).toContain('Granted');
    const command = operator('certificate', 'ann', '--days', '30');
    expect(await command.end, command.errors()).toBe(0);
    const printed = command.output();
    expect(statSync(join(folderOf('ann'), 'key.pem')).mode & 0o777).toBe(0o600);
    const line = /^ +(curl .*)$/m.exec(printed)?.[1] ?? '';
    // Not synchronously: the platform's front runs in this process.
    const { stdout: answer } = await promisify(execFile)('bash', ['-c', line.replace('curl', 'curl -sS')], { cwd: ROOT });
    expect(JSON.parse(answer)).toEqual(['north', 'south']);
    const ann = byCertificate('ann');
    expect(await statusOf(ann, 'GET', `${NETWORKS}/south`)).toBe(200);
    expect(await statusOf(ann, 'PUT', `${NETWORKS}/north/description`, 'by ann')).toBe(204);
    expect(await statusOf(ann, 'PUT', `${NETWORKS}/south/description`, 'by ann')).toBe(403);
    for (const path of ['/magma/v1/user', '/magma/v1/certificates', '/magma/v1/user/ann/grants'])
      expect(await statusOf(ann, 'GET', path)).toBe(403);
    expect(await statusOf(ann, 'PUT', '/magma/v1/user/ann/grants', [])).toBe(403);
    const listed = await succeeds('list', 'ann');
    expect(listed).toContain('{"effect":"ALLOW","action":"WRITE","resourceType":"NETWORK_ID","resourceIDs":["north"]}');
    expect(listed).toMatch(/^[0-9A-F]+ {2}valid, ends /m);
    expect(await succeeds('list')).toContain('ann  0 tokens, password, 2 grants, 1 certificates\n');
    expect(await auditOf(test, 'ann')).toMatchObject([
      { action: 'user.create' },
      { action: 'user.grants.update', actor: 'operator:admin', outcome: 'ok' },
      { action: 'certificate.issue', actor: 'operator:admin', outcome: 'ok' },
      ...Array.from({ length: 5 }, () => ({ outcome: 'refused' })),
    ]);
  });

  it('may what grants say from the next request on, and DENY wins, for tokens of the operator too', async () => {
    const ann = byCertificate('ann');
    const { body: made } = await test.rest.must('POST', '/magma/v1/user/ann/tokens', [
      { effect: 'ALLOW', action: 'WRITE', resourceType: 'NETWORK_ID', resourceIDs: ['north', 'south'] },
    ]);
    const token = restClient({
      base: test.platform.addresses.api,
      caFile: join(test.folder, 'ca', 'root.pem'),
      token: (made as { token: string }).token,
    });
    clients.push(token);
    const see = async () => [
      await statusOf(ann, 'GET', `${NETWORKS}/north`),
      await statusOf(ann, 'GET', `${NETWORKS}/south`),
      await statusOf(token, 'GET', `${NETWORKS}/south`),
    ];
    expect(await see()).toEqual([200, 200, 200]);
    await succeeds('grant', 'ann', 'allow:write:all', 'deny:read:network:south');
    expect(await see()).toEqual([200, 403, 403]);
    // What is denied is reading; a write says something else.
    expect(await statusOf(ann, 'PUT', `${NETWORKS}/south/description`, 'by ann')).toBe(204);
    await succeeds('grant', 'ann', 'allow:write:all', 'deny:write:uri:/magma/v1/networks/south/**');
    expect([...(await see()), await statusOf(ann, 'PUT', `${NETWORKS}/south/description`, 'x')]).toEqual([200, 403, 403, 403]);
    await succeeds('grant', 'ann', 'none');
    expect(await see()).toEqual([403, 403, 200]);
    await succeeds('grant', 'ann', 'allow:read:network:*');
    expect(await see()).toEqual([200, 200, 200]);
  });

  it('is refused at once on the open connection when the certificate is revoked', async () => {
    const ann = byCertificate('ann');
    expect(await statusOf(ann, 'GET', `${NETWORKS}/north`)).toBe(200);
    const [serial = ''] = /^[0-9A-F]{20,}/m.exec(await succeeds('list', 'ann')) ?? [];
    expect(await succeeds('revoke', 'ann', serial)).toBe(`Revoked ${serial}.\n`);
    const { status, body } = await ann.call('GET', `${NETWORKS}/north`);
    expect({ status, body }).toMatchObject({ status: 401, body: { code: 'certificate_revoked' } });
    expect(await codeOf(byCertificate('ann'), NETWORKS)).toBe('certificate_revoked');
  });

  it('cannot hand out more than it holds', async () => {
    await succeeds('add', 'keeper');
    await succeeds('grant', 'keeper', 'allow:write:uri:/magma/v1/user/**', 'allow:read:network:north');
    await succeeds('certificate', 'keeper');
    const keeper = byCertificate('keeper');
    const grants = (id: string) => [{ effect: 'ALLOW', action: 'READ', resourceType: 'NETWORK_ID', resourceIDs: [id] }];
    expect(await statusOf(keeper, 'PUT', '/magma/v1/user/ann/grants', grants('south'))).toBe(403);
    const csr = execFileSync('bash', ['-c', 'openssl req -new -newkey rsa:2048 -nodes -keyout /dev/null -subj /CN=admin 2>/dev/null'], {
      encoding: 'utf8',
    });
    expect(await statusOf(keeper, 'POST', '/magma/v1/user/admin/certificates', { csr })).toBe(403);
    const { status, body } = await test.rest.call('POST', '/magma/v1/user/keeper/certificates', { csr });
    expect({ status, body }).toMatchObject({ status: 201, body: { certificate: expect.stringContaining('BEGIN CERTIFICATE') } });
  });

  it('is nobody with the certificate of a gateway or of another authority that bears its name', async () => {
    const url = `${test.platform.addresses.api}${NETWORKS}`;
    const gateway = await holderOf(test, { subject: await addGateway(test, 'north', 'ann') });
    expect(JSON.parse((await call(gateway, url)).text)).toMatchObject({ code: 'not_an_operator' });
    const by = await createAuthority('Orc8r development certifier', 365, new Date());
    const foreign = await holderOf(test, { subject: 'keeper', kind: 'operator', by });
    expect(JSON.parse((await call(foreign, url)).text)).toMatchObject({ code: 'certificate_unknown' });
    const unrecorded = await holderOf(test, { subject: 'keeper', kind: 'operator', known: false });
    expect(JSON.parse((await call(unrecorded, url)).text)).toMatchObject({ code: 'certificate_unknown' });
  });
});

describe('npm run operator', () => {
  it('tells what is wrong in one line, by exit code, and changes nothing in a dry run', async () => {
    const nobody = operator('certificate', 'nobody');
    const twice = operator('certificate', 'keeper');
    const wrong = operator('grant', 'keeper', 'allow:everything');
    expect([await nobody.end, await twice.end, await wrong.end]).toEqual([1, 2, 2]);
    expect(nobody.errors()).toBe('The platform refuses this: user "nobody" was not found\n');
    expect(twice.errors()).toMatch(/key\.pem is there already: name another folder with --out\n$/);
    expect(wrong.errors()).toMatch(/^"allow:everything" is no policy/);
    expect(existsSync(join(folderOf('nobody'), 'key.pem'))).toBe(false);
    const before = await succeeds('list', 'keeper');
    await succeeds('grant', 'keeper', 'none', '--dry-run');
    await succeeds('certificate', 'keeper', '--out', join(test.folder, 'dry'), '--dry-run');
    expect(await succeeds('list', 'keeper')).toBe(before);
    expect(existsSync(join(test.folder, 'dry'))).toBe(false);
    expect(readFileSync(join(folderOf('keeper'), 'certificate.pem'), 'utf8')).toContain('BEGIN CERTIFICATE');
  });
});
