// Writes docs/openapi.json from the routes; `--check` fails when it is stale, or when a reader would miss something in it.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createRegistry } from '../core/module/registry.ts';
import { modules } from '../modules/index.ts';
import { openApiDocument } from './openapi/document.ts';
import { HOW_TO_MEND, review } from './openapi/review.ts';
import { root } from './steps.ts';

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const file = join(root, 'docs', 'openapi.json');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
const registry = createRegistry(modules);
const document = openApiDocument(registry, version);
const text = `${JSON.stringify(document, null, 1)}\n`;
const written = existsSync(file) ? readFileSync(file, 'utf8') : '';

if (values.check) {
  if (written === text) console.log(`OpenAPI: docs/openapi.json is up to date (${registry.routes.length} operations).`);
  else {
    console.error('docs/openapi.json is stale: run `npm run openapi` and commit it.');
    process.exitCode = 1;
  }
} else {
  writeFileSync(file, text);
  console.log(`OpenAPI: ${registry.routes.length} operations ${written === text ? 'unchanged' : 'written'} in docs/openapi.json.`);
}

const findings = review(document);
for (const finding of findings) console.error(finding);
if (findings.length > 0) {
  console.error(`${findings.length} places of the OpenAPI document say too little.\n${HOW_TO_MEND}`);
  process.exitCode = 1;
}
