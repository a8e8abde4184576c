// `npm test`: everything that has to hold before a change lands, in one command. `npm test -- unit` runs one step.
import { existsSync } from 'node:fs';
import { run } from './steps.ts';

interface Step {
  readonly name: string;
  readonly what: string;
  readonly command: readonly [string, ...string[]];
}

const node = process.execPath;
const vitest = (project: string): readonly [string, ...string[]] => ['vitest', 'run', '--project', project];

const steps: readonly Step[] = [
  { name: 'lint', what: 'style and import law', command: [node, 'scripts/lint.ts'] },
  { name: 'types', what: 'types', command: [node, 'scripts/types.ts'] },
  { name: 'proto', what: 'generated protobuf code is up to date', command: [node, 'scripts/proto.ts', '--check'] },
  { name: 'migrations', what: 'migrations are up to date', command: [node, 'scripts/migrations.ts', '--check'] },
  {
    name: 'openapi',
    what: 'docs/openapi.json and the client are up to date, and say enough',
    command: [node, 'scripts/openapi.ts', '--check'],
  },
  { name: 'contract', what: 'the table of operations is up to date', command: [node, 'scripts/contract.ts', '--check'] },
  { name: 'unit', what: 'unit tests', command: vitest('unit') },
  { name: 'tools', what: 'tests of the agent, the local platform, the client and the scripts', command: vitest('tools') },
  { name: 'workers', what: 'tests in workerd', command: vitest('workers') },
  { name: 'e2e', what: 'end-to-end tests on a started platform', command: vitest('e2e') },
  { name: 'deploy', what: 'the bundle that would be deployed', command: [node, 'scripts/deploy-check.ts'] },
];

const wanted = process.argv.slice(2);
if (wanted.includes('--help') || wanted.includes('-h')) {
  const width = Math.max(...steps.map(({ name }) => name.length));
  const list = steps.map(({ name, what }) => `  ${name.padEnd(width)}  ${what}`);
  console.log(`Everything that has to hold, or only the steps that are named: npm test -- [STEP ...]\n\n${list.join('\n')}`);
  process.exit(0);
}
const unknown = wanted.filter((name) => !steps.some((step) => step.name === name));
if (unknown.length > 0) {
  console.error(`There is no step ${unknown.join(', ')}; there are ${steps.map((step) => step.name).join(', ')}.`);
  process.exit(2);
}

await installPing();

let passed = 0;
let failed = 0;
const broken: string[] = [];
const chosen = steps.filter((step) => wanted.length === 0 || wanted.includes(step.name));
for (const [index, step] of chosen.entries()) {
  console.log(`\n[${index + 1}/${chosen.length}] ${step.name}: ${step.what}`);
  let text = '';
  const code = await run(step.command[0], step.command.slice(1), (chunk) => {
    text += chunk;
  });
  const counts = vitestCounts(text);
  passed += counts ? counts.passed : code === 0 ? 1 : 0;
  failed += counts ? counts.failed : 0;
  if (code !== 0) {
    broken.push(step.name);
    // A step that broke without a failed test (a crash, an unhandled error, a finding) counts as one.
    if (!counts || counts.failed === 0) failed += 1;
  }
}
if (broken.length > 0) console.log(`\nNot passed: ${broken.join(', ')}. One step alone: npm test -- ${broken[0]}`);
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** The counts of vitest's closing line, `Tests  3 failed | 120 passed (123)`. */
function vitestCounts(text: string): { passed: number; failed: number } | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: vitest colours its output
  const line = text.replace(/\u001b\[[0-9;]*m/g, '').match(/^\s+Tests\s+(.*)$/m)?.[1];
  if (!line) return undefined;
  const number = (what: string): number => Number(line.match(new RegExp(`(\\d+) ${what}`))?.[1] ?? 0);
  return { passed: number('passed'), failed: number('failed') };
}

/** The agent's tests ping for real. */
async function installPing(): Promise<void> {
  const present = ['/bin/ping', '/usr/bin/ping', '/sbin/ping'].some((path) => existsSync(path));
  if (present || process.platform !== 'linux') return;
  console.log('Installing the Debian package iputils-ping, which the tests of the gateway command "ping" use...');
  const root = process.getuid?.() === 0;
  const apt = (...args: string[]): Promise<number> =>
    run(root ? 'apt-get' : 'sudo', [...(root ? [] : ['-n', 'apt-get']), '-qq', '-y', ...args], () => {}, {
      DEBIAN_FRONTEND: 'noninteractive',
    });
  const code = (await apt('update')) || (await apt('install', 'iputils-ping'));
  if (code !== 0) console.error('That did not work; install iputils-ping by hand, or the ping tests will fail.');
}
