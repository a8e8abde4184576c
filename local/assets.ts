import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** Where wrangler.toml looks for assets. */
export const ASSETS = join(root, 'dist', 'assets');

/**
 * Lays out what the page at /docs consists of: our page, Swagger UI from its npm package, and the OpenAPI document. Several starts
 * may do this at once: a file is replaced whole, and only when it differs.
 */
export function layOutAssets(folder = ASSETS): void {
  const swagger = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
  const page = join(root, 'workers', 'api', 'docs');
  const sources = {
    'index.html': join(page, 'index.html'),
    'page.js': join(page, 'page.js'),
    'page.css': join(page, 'page.css'),
    'openapi.json': join(root, 'docs', 'openapi.json'),
    'swagger-ui-bundle.js': join(swagger, 'swagger-ui-bundle.js'),
    'swagger-ui.css': join(swagger, 'swagger-ui.css'),
    'favicon.png': join(swagger, 'favicon-32x32.png'),
  };
  mkdirSync(folder, { recursive: true });
  for (const [name, source] of Object.entries(sources)) replace(join(folder, name), readFileSync(source));
}

function replace(file: string, content: Buffer): void {
  if (existsSync(file) && readFileSync(file).equals(content)) return;
  const written = `${file}.${process.pid}`;
  writeFileSync(written, content);
  renameSync(written, file);
}
