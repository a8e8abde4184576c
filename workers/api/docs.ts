import type { Hono } from 'hono';
import { OrcError } from '../../core/errors.ts';

/** What the page at /docs consists of; `local/assets.ts` lays these files out, and the platform's asset store serves them. */
const FILES: Readonly<Record<string, { readonly file: string; readonly type: string }>> = {
  '/docs': { file: 'index.html', type: 'text/html; charset=utf-8' },
  '/docs/': { file: 'index.html', type: 'text/html; charset=utf-8' },
  '/docs/page.js': { file: 'page.js', type: 'text/javascript; charset=utf-8' },
  '/docs/page.css': { file: 'page.css', type: 'text/css; charset=utf-8' },
  '/docs/swagger-ui-bundle.js': { file: 'swagger-ui-bundle.js', type: 'text/javascript; charset=utf-8' },
  '/docs/swagger-ui.css': { file: 'swagger-ui.css', type: 'text/css; charset=utf-8' },
  '/docs/favicon.png': { file: 'favicon.png', type: 'image/png' },
  '/docs/openapi.json': { file: 'openapi.json', type: 'application/json' },
};

export const DOCS_PATHS: readonly string[] = Object.keys(FILES);

/** Scripts, styles and requests of this origin only: the page works without any network beyond it, and gives nothing away. */
const HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'public, max-age=300',
} as const;

/**
 * Swagger UI at /docs and the document at /docs/openapi.json. Open to whoever reaches the door, like `/` and `/healthz`: a browser
 * has to load the page before a token can be entered in it, and both say only what the source code says.
 */
export function serveDocs<E extends { Bindings: { readonly env: { readonly ASSETS: Pick<Fetcher, 'fetch'> } } }>(app: Hono<E>): void {
  for (const [path, { file, type }] of Object.entries(FILES)) {
    app.get(path, async (c) => {
      const found = await c.env.env.ASSETS.fetch(`https://assets/${file}`);
      if (!found.ok) throw new OrcError('unavailable', `${file} is missing among the assets of this platform (docs/operations.md)`);
      return new Response(found.body, { headers: { ...HEADERS, 'content-type': type } });
    });
  }
}
