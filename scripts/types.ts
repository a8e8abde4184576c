import { run } from './steps.ts';

const code = await run('tsc', ['--project', 'tsconfig.json']);
console.log(code === 0 ? 'Types: no findings.' : 'Types: findings above.');
process.exitCode = code;
