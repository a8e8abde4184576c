import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestPlatform, type TestPlatform } from '../harness/platform.ts';
import { expectRefusal, sendTo } from '../harness/requests.ts';

let test: TestPlatform;

beforeAll(async () => {
  test = await startTestPlatform();
});
afterAll(() => test?.close());

/** As a browser that has no credentials yet. */
const get = (path: string) => sendTo(test, 'GET', path, { known: false });

describe('the page at /docs', () => {
  it('is there for whoever reaches the door, and everything it names is there too', async () => {
    const page = await get('/docs');
    expect(page).toMatchObject({ status: 200, headers: { 'content-type': 'text/html; charset=utf-8' } });
    const named = [...page.text.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, path = '']) => path);
    expect(named).toContain('/docs/openapi.json');
    expect(named).toHaveLength(6);
    const types = { js: 'text/javascript; charset=utf-8', css: 'text/css; charset=utf-8', png: 'image/png', json: 'application/json' };
    for (const path of named) {
      const { status, headers, text } = await get(path);
      expect({ path, status, type: headers['content-type'] }).toEqual({
        path,
        status: 200,
        type: types[path.split('.').pop() as keyof typeof types],
      });
      expect(text.length).toBeGreaterThan(10);
    }
  });

  it('starts Swagger UI, which comes whole from its package', async () => {
    const packaged = readFileSync(join(import.meta.dirname, '../../node_modules/swagger-ui-dist/swagger-ui-bundle.js'), 'utf8');
    expect((await get('/docs/swagger-ui-bundle.js')).text).toBe(packaged);
    const start = (await get('/docs/page.js')).text;
    expect(start).toContain("url: '/docs/openapi.json'");
    expect(start).toContain('validatorUrl: null');
  });

  it('may load and ask nothing of another host, and is not shown inside other pages', async () => {
    for (const path of ['/docs', '/docs/', '/docs/page.js', '/docs/openapi.json']) {
      const { headers } = await get(path);
      const policy = String(headers['content-security-policy']);
      expect(policy).toContain("default-src 'none'");
      expect(policy).toContain("script-src 'self';");
      expect(policy).not.toContain('unsafe');
      expect(policy).toContain("frame-ancestors 'none'");
      expect(policy).not.toMatch(/https?:|\*/);
      expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
    }
  });

  it('shows the document of the repository', async () => {
    const document = readFileSync(join(import.meta.dirname, '../../docs/openapi.json'), 'utf8');
    expect((await get('/docs/openapi.json')).text).toBe(document);
  });

  it('is read only, and leads to no other file', async () => {
    await expectRefusal(sendTo(test, 'POST', '/docs', { known: false }), 405, 'method_not_allowed');
    for (const path of ['/docs/index.html', '/docs/package.json', '/docs/%2e%2e/wrangler.toml', '/docs//etc/passwd', '/index.html'])
      await expectRefusal(get(path), 404, 'not_found');
  });

  it('is at the REST door alone', async () => {
    const { bootstrap } = test.platform.addresses;
    const elsewhere = { ...test, platform: { ...test.platform, addresses: { ...test.platform.addresses, api: bootstrap } } };
    expect((await sendTo(elsewhere, 'GET', '/docs', { known: false })).status).not.toBe(200);
  });
});
