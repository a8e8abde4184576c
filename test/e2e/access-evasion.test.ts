import { request } from 'node:https';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ensureNetwork } from '../../local/demo/network.ts';
import { addGateway, holderOf } from '../harness/identities.ts';
import { startTestPlatform, type TestPlatform } from '../harness/platform.ts';

// Who is let in or kept out by paths and ids, and writes them in another way.

const BASE = '/magma/v1';
const allow = (path: string, action = 'WRITE') => ({ effect: 'ALLOW', action, resourceType: 'URI', path });
const deny = (path: string) => ({ effect: 'DENY', action: 'WRITE', resourceType: 'URI', path });
const everything = allow('**');

let test: TestPlatform;
let tokens = 0;

async function tokenOf(...policies: object[]): Promise<string> {
  const user = `user${(tokens += 1)}`;
  await test.rest.must('POST', `${BASE}/user`, { username: user, password: 'a long password' });
  return ((await test.rest.must('POST', `${BASE}/user/${user}/tokens`, policies)).body as { token: string }).token;
}

interface Asked {
  readonly method?: string;
  readonly host?: string;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

/** The status of what is answered to this very request line and Host. */
function ask(token: string, path: string, { method = 'GET', host, body, headers = {} }: Asked = {}): Promise<number> {
  const { hostname, port } = new URL(test.platform.addresses.api);
  const text = body === undefined ? undefined : JSON.stringify(body);
  const sent = {
    authorization: `Bearer ${token}`,
    ...(host === undefined ? {} : { host }),
    ...(text === undefined ? {} : { 'content-type': 'application/json' }),
    ...headers,
  };
  return new Promise((resolve, reject) => {
    const outgoing = request({ hostname, port, path, method, headers: sent, ca: test.ca, agent: false, servername: '' });
    outgoing.on('error', reject);
    outgoing.on('response', (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0));
    });
    outgoing.end(text);
  });
}

beforeAll(async () => {
  test = await startTestPlatform();
  for (const network of ['n1', 'n2', 'n3']) await ensureNetwork(test.rest, network, network);
  await test.rest.must('POST', `${BASE}/tenants`, { id: 7, name: 'seven', networks: ['n2'] });
});
afterAll(() => test?.close());

describe('a right to some paths', () => {
  it.each([
    String.raw`127.0.0.1\magma\v1\networks\n1\x#`,
    String.raw`127.0.0.1\magma\v1\networks\n1\x?`,
    String.raw`127.0.0.1\magma\v1\networks\n1\x`,
    '127.0.0.1/magma/v1/networks/n1#',
    '127.0.0.1#',
    'x@127.0.0.1',
    '#',
  ])('is not widened by a Host of %j', async (host) => {
    const token = await tokenOf(allow(`${BASE}/networks/n1/**`));
    expect(await ask(token, `${BASE}/user`)).toBe(403);
    expect(await ask(token, `${BASE}/user`, { host })).toBe(400);
    expect(await ask(token, `${BASE}/networks/n2`, { host })).toBe(400);
    const most = await tokenOf(everything, deny(`${BASE}/networks/n2/**`));
    expect(await ask(most, `${BASE}/networks/n2`, { host })).toBe(400);
  });

  it('is not widened by steps upwards in the path', async () => {
    const token = await tokenOf(allow(`${BASE}/networks/n1/**`));
    const domain = String.raw`..\..\..\n1\x`;
    const record = { domain, a_record: ['192.0.2.1'] };
    for (const path of [`${BASE}/networks/n2/dns/records/${domain}`, `${BASE}/networks/n1/../n2/dns/records/x`]) {
      expect(await ask(token, path, { method: 'POST', body: record })).toBeGreaterThanOrEqual(400);
    }
    for (const dots of ['..', '%2e%2e', '.%2E']) expect(await ask(token, `${BASE}/networks/n1/${dots}/n2`)).toBe(403);
    expect(JSON.stringify((await test.rest.must('GET', `${BASE}/networks/n2/dns`)).body)).not.toContain('192.0.2.1');
  });

  it('is not completed by a query', async () => {
    const reboots = await tokenOf(allow(`${BASE}/networks/*/gateways/*/command/reboot`));
    expect(await ask(reboots, `${BASE}/networks/n3?/gateways/x/command/reboot`, { method: 'DELETE' })).toBe(403);
    const lists = await tokenOf(allow(`${BASE}/lte/*/subscribers`, 'READ'));
    expect(await ask(lists, `${BASE}/lte/n2/subscribers?page_size=1`)).toBe(200);
    for (const query of ['x=/subscribers', 'x=%2fsubscribers', '/subscribers'])
      expect(await ask(lists, `${BASE}/lte/n2?${query}`)).toBe(403);
    await test.rest.must('GET', `${BASE}/networks/n3`);
  });
});

describe('a denial', () => {
  it('of paths holds however they are written', async () => {
    const token = await tokenOf(
      everything,
      deny(`${BASE}/networks/n1/dns/**`),
      deny(`${BASE}/networks/n1/policies/rules/r%201`),
      deny(`${BASE}/tenants/7`),
    );
    const domain = String.raw`..\..\x`;
    expect(await ask(token, `${BASE}/networks/n1/dns/records/${domain}`, { method: 'POST', body: { domain } })).toBeGreaterThanOrEqual(400);
    for (const name of ['r%201', '%72%201', 'r%20%31']) expect(await ask(token, `${BASE}/networks/n1/policies/rules/${name}`)).toBe(403);
    expect(await ask(token, `${BASE}/tenants/7`)).toBe(403);
    for (const id of ['07', '007']) expect(await ask(token, `${BASE}/tenants/${id}`)).toBe(400);
  });

  it('of a tenant holds however its number is written', async () => {
    const token = await tokenOf(everything, { effect: 'DENY', action: 'WRITE', resourceType: 'TENANT_ID', resourceIDs: ['7'] });
    expect(await ask(token, `${BASE}/tenants/7`)).toBe(403);
    expect(await ask(token, `${BASE}/tenants/07`)).toBe(400);
    expect(await ask(token, `${BASE}/tenants/07/control_proxy`, { method: 'PUT', body: { control_proxy: 'x' } })).toBe(400);
  });

  it('of a network holds for its certificates, and for making it', async () => {
    const token = await tokenOf(everything, { effect: 'DENY', action: 'WRITE', resourceType: 'NETWORK_ID', resourceIDs: ['n2', 'secret'] });
    const subject = await addGateway(test, 'n2', 'kept');
    const { serial } = await holderOf(test, { subject });
    expect(await ask(token, `${BASE}/certificates?network=n2`)).toBe(403);
    expect(await ask(token, `${BASE}/certificates/${serial}`)).toBe(403);
    expect(await ask(token, `${BASE}/certificates/${serial}:revoke`, { method: 'POST', body: { reason: 'spite' } })).toBe(403);
    expect(await ask(token, `${BASE}/certificates`)).toBe(200);
    const dns = { enable_caching: false, local_ttl: 0, records: [] };
    const secret = { id: 'secret', name: 's', description: 's', dns };
    expect(await ask(token, `${BASE}/networks`, { method: 'POST', body: secret })).toBe(403);
    expect(await ask(token, `${BASE}/networks`, { method: 'POST', body: { ...secret, id: 'open' } })).toBe(201);
  });

  it('of a network is not given away through a tenant that has it', async () => {
    const token = await tokenOf(everything, { effect: 'DENY', action: 'WRITE', resourceType: 'NETWORK_ID', resourceIDs: ['n2'] });
    await test.rest.must('POST', `${BASE}/user`, { username: 'mole', password: 'a long password' });
    for (const resourceIDs of [['7'], ['*']]) {
      const policies = [{ effect: 'ALLOW', action: 'WRITE', resourceType: 'TENANT_ID', resourceIDs }];
      expect(await ask(token, `${BASE}/user/mole/tokens`, { method: 'POST', body: policies })).toBe(403);
    }
  });
});

describe("a browser's page of another site", () => {
  it('changes nothing, whatever the browser shows of its owner', async () => {
    const token = await tokenOf(everything);
    const reboot = `${BASE}/networks/n1/gateways/none/command/reboot`;
    for (const site of ['cross-site', 'same-site']) {
      expect(await ask(token, reboot, { method: 'POST', headers: { 'sec-fetch-site': site } })).toBe(403);
      expect(await ask(token, `${BASE}/networks`, { headers: { 'sec-fetch-site': site } })).toBe(200);
    }
    for (const site of ['same-origin', 'none']) {
      expect(await ask(token, reboot, { method: 'POST', headers: { 'sec-fetch-site': site } })).toBe(404);
    }
  });

  it('cannot send as text what is taken as text from others', async () => {
    const token = await tokenOf(everything);
    const put = (headers: Record<string, string>) =>
      ask(token, `${BASE}/tenants/7/control_proxy`, { method: 'PUT', body: { control_proxy: 'text' }, headers });
    expect(await put({ 'content-type': 'text/plain' })).toBe(204);
    expect(await put({ 'content-type': 'text/plain', origin: 'https://example.org' })).toBe(400);
  });
});
