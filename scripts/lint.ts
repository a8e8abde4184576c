// Style and correctness by biome, the import law by dependency-cruiser (.dependency-cruiser.cjs). `--fix` formats first.
import { parseArgs } from 'node:util';
import { run } from './steps.ts';

const { values } = parseArgs({ options: { fix: { type: 'boolean', default: false } } });

const folders = ['workers', 'durable-objects', 'modules', 'core', 'agent', 'local', 'scripts', 'bench', 'test', 'proto', 'clients'];
const steps: (() => Promise<number>)[] = [
  ...(values.fix ? [() => run('biome', ['check', '--write', '.'])] : [() => run('biome', ['check', '.'])]),
  () => run('depcruise', ['--config', '.dependency-cruiser.cjs', '--output-type', 'err', ...folders]),
];

let failed = 0;
for (const step of steps) failed += (await step()) === 0 ? 0 : 1;
console.log(failed === 0 ? 'Lint: no findings.' : 'Lint: findings above; `npm run format` mends formatting.');
process.exitCode = failed === 0 ? 0 : 1;
