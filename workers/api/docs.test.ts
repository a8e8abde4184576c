import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { errorResponse } from '../errors.ts';
import { serveDocs } from './docs.ts';

/** The page over an asset store that holds these files. */
function page(files: Readonly<Record<string, string>>): (path: string, method?: string) => Promise<Response> {
  const asked = {
    fetch: async (url: string) =>
      new Response(files[new URL(url).pathname] ?? null, { status: new URL(url).pathname in files ? 200 : 404 }),
  };
  const app = new Hono<{ Bindings: { env: { ASSETS: Pick<Fetcher, 'fetch'> } } }>();
  app.onError((error) => errorResponse(error, 'request-1'));
  serveDocs(app);
  return async (path, method = 'GET') => app.request(path, { method }, { env: { ASSETS: asked as unknown as Pick<Fetcher, 'fetch'> } });
}

describe('serveDocs', () => {
  it('gives each file its type, whatever the asset store says', async () => {
    const answer = await page({ '/page.js': 'start()' })('/docs/page.js');
    expect(answer.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(await answer.text()).toBe('start()');
  });

  it('answers HEAD without a body', async () => {
    const answer = await page({ '/index.html': 'page' })('/docs', 'HEAD');
    expect(answer.status).toBe(200);
    expect(await answer.text()).toBe('');
  });

  it('says that the files were not laid out', async () => {
    const answer = await page({})('/docs');
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ code: 'unavailable', message: expect.stringContaining('index.html is missing') });
  });
});
