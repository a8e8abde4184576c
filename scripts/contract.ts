// Compares what is served with the contract's facts, which lie beside the repository and may be missing there: then only the list
// of served operations is brought up to date. `--check` writes nothing and fails when a file is stale.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createRegistry } from '../core/module/registry.ts';
import { modules } from '../modules/index.ts';
import { isServed, type Operations, operationsOf, PREFIX } from '../test/contract/operations.ts';
import { openApiDocument } from './openapi/document.ts';
import { root } from './steps.ts';

/** Operations that are not due yet, by what their paths hold. */
const LATER: readonly (readonly [paths: RegExp, comes: string])[] = [
  [/\/(metrics|prometheus|alerts|events|logs|targets_metadata)\b/, 'with metrics, alerts, events and logs'],
  [/\/tracing\b/, 'with call tracing on gateways'],
];

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const facts = join(root, '..', 'shared', 'contract');
const listFile = join(root, 'test', 'contract', 'operations.json');
const servedFile = join(root, 'test', 'contract', 'served.ts');
const registry = createRegistry(modules);
const faults: string[] = [];

const hasFacts = existsSync(join(facts, 'rest-api.json'));
if (hasFacts) keep(listFile, `${JSON.stringify(readFacts(), null, 2)}\n`);
else console.log('The contract is not beside this repository; test/contract/operations.json stays as it is.');

const operations = operationsOf(JSON.parse(readFileSync(listFile, 'utf8')) as Operations);
const served = operations.filter(({ name }) => isServed(name, registry.routes)).map(({ name }) => name);
const before = existsSync(servedFile) ? [...readFileSync(servedFile, 'utf8').matchAll(/^ {2}'(.+)',$/gm)].map(([, name = '']) => name) : [];
const lost = before.filter((name) => !served.includes(name));
for (const name of lost) faults.push(`no longer served: ${name} (when that is meant, take it out of test/contract/served.ts by hand)`);
keep(
  servedFile,
  `// Written by scripts/contract.ts, which only adds: what is served once stays served.
export const served: readonly string[] = [
${[...new Set([...served, ...lost])]
  .sort()
  .map((name) => `  '${name}',`)
  .join('\n')}
];
`,
);
console.log(`Contract: ${served.length} of ${operations.length} operations served.`);
if (hasFacts) compareDocument();
for (const fault of faults) console.error(fault);
process.exitCode = faults.length === 0 ? 0 : 1;

/** Method, path and module of each operation, in the contract's order. */
function readFacts(): Operations {
  const contract = JSON.parse(readFileSync(join(facts, 'rest-api.json'), 'utf8')) as {
    operations: { module: string; method: string; path: string }[];
  };
  const byModule = Map.groupBy(contract.operations, ({ module }) => module);
  return Object.fromEntries(
    [...byModule].map(([module, all]) => [module, all.map(({ method, path }) => `${method} ${path.slice(PREFIX.length)}`)]),
  );
}

/** The contract's own comparison, bodies and parameters included, with the document as the routes are now. */
function compareDocument(): void {
  const folder = mkdtempSync(join(tmpdir(), 'orc8r-contract-'));
  try {
    const document = join(folder, 'openapi.json');
    writeFileSync(document, JSON.stringify(openApiDocument(registry, '0.0.0')));
    const { stdout, stderr, error } = spawnSync(process.execPath, [join(facts, 'check-openapi.mjs'), document, '--all'], {
      encoding: 'utf8',
    });
    const lines = stdout.trim().split('\n');
    const total = lines.pop() ?? '';
    // Without its closing line it has compared nothing.
    if (error || !/operations served/.test(total)) faults.push(`check-openapi.mjs did not finish: ${stderr || String(error)}`);
    const awaited = (line: string) => LATER.find(([paths]) => line.startsWith('operation: ') && paths.test(line))?.[1];
    for (const [comes, waiting] of Map.groupBy(lines, awaited)) {
      if (comes === undefined) faults.push(...waiting);
      else console.log(`${waiting.length} operations come later, ${comes}.`);
    }
    console.log(`check-openapi.mjs: ${total}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function keep(file: string, text: string): void {
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
  if (values.check) faults.push(`${file.slice(root.length)} is stale: run \`node scripts/contract.ts\` and commit it`);
  else writeFileSync(file, text);
}
