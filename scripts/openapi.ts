// Writes docs/openapi.json from the routes, and from it the types of the client in clients/typescript. `--check` writes nothing and
// fails when one of them is stale, or when a reader would miss something in the document.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createRegistry } from '../core/module/registry.ts';
import { modules } from '../modules/index.ts';
import { clientTypes } from './openapi/client-types.ts';
import { openApiDocument } from './openapi/document.ts';
import { HOW_TO_MEND, review } from './openapi/review.ts';
import { root } from './steps.ts';

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
const registry = createRegistry(modules);
const document = openApiDocument(registry, version);
keep('docs/openapi.json', `${JSON.stringify(document, null, 1)}\n`);
keep('clients/typescript/schema.ts', await clientTypes(document));
console.log(`OpenAPI: ${registry.routes.length} operations.`);

const findings = review(document);
for (const finding of findings) console.error(finding);
if (findings.length > 0) {
  console.error(`${findings.length} places of the OpenAPI document say too little.\n${HOW_TO_MEND}`);
  process.exitCode = 1;
}

function keep(name: string, text: string): void {
  const file = join(root, name);
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
  if (values.check) {
    console.error(`${name} is stale: run \`npm run openapi\` and commit it.`);
    process.exitCode = 1;
  } else {
    writeFileSync(file, text);
    console.log(`${name} is written.`);
  }
}
