// `npm run test:long`: the property tests with many more cases than `npm test` runs, and a seed of their own, and what has to wait for a
// real clock. `npm run test:long -- socket` runs one of them; `--runs 1000 --seed 7` says how many cases, and repeats a run that failed.
import { parseArgs } from 'node:util';
import { run } from './steps.ts';

interface Step {
  readonly name: string;
  readonly what: string;
  readonly runs: string;
  readonly project: string;
  readonly file: string;
  readonly environment: (runs: string, seed: string) => NodeJS.ProcessEnv;
}

const fuzz = (FUZZ_RUNS: string, FUZZ_SEED: string): NodeJS.ProcessEnv => ({ FUZZ_RUNS, FUZZ_SEED });

const steps: readonly Step[] = [
  {
    name: 'rest',
    what: 'requests for each route and property of the REST API',
    runs: '200',
    project: 'unit',
    file: 'test/contract/properties.test.ts',
    environment: (runs, seed) => ({ ORC8R_PROPERTY_RUNS: runs, ORC8R_PROPERTY_SEED: seed }),
  },
  {
    name: 'bodies',
    what: 'bodies for each route, recognised as right as they stand only where zod says the same',
    runs: '2000',
    project: 'unit',
    file: 'test/contract/fits.test.ts',
    environment: (runs, seed) => ({ ORC8R_PROPERTY_RUNS: runs, ORC8R_PROPERTY_SEED: seed }),
  },
  {
    name: 'socket',
    what: 'frames on the sockets of gateways',
    runs: '100000',
    project: 'e2e',
    file: 'test/e2e/frame-fuzz.test.ts',
    environment: fuzz,
  },
  {
    name: 'agent',
    what: "requests at the agent's local port",
    runs: '100000',
    project: 'tools',
    file: 'agent/proxy/fuzz.test.ts',
    environment: fuzz,
  },
  {
    name: 'quiet',
    what: 'log that is followed while nobody writes to it for longer than an idle object stays in memory',
    runs: '1',
    project: 'long',
    file: 'test/long/quiet-log.test.ts',
    environment: () => ({}),
  },
];

const { values, positionals } = readArgs();
if (values.help) {
  const width = Math.max(...steps.map(({ name }) => name.length));
  const list = steps.map(({ name, runs, what }) => `  ${name.padEnd(width)}  ${runs} ${what}`);
  console.log(
    `What takes long, or only the runs that are named: npm run test:long -- [RUN ...] [--runs N] [--seed N]\n\n${list.join('\n')}`,
  );
  process.exit(0);
}
const seed = values.seed ?? String(Date.now() % 2 ** 31);
const unknown = positionals.find((name) => !steps.some((step) => step.name === name));
if (unknown !== undefined) refuse(`There is no long run ${unknown}; there are ${steps.map(({ name }) => name).join(', ')}.`);
for (const [name, text] of Object.entries({ runs: values.runs ?? '0', seed })) {
  if (!/^\d{1,9}$|^[12]\d{9}$/.test(text)) refuse(`--${name} has to be a whole number, not "${text}".`);
}

const failed: string[] = [];
for (const { name, what, runs: usual, project, file, environment } of steps) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  const runs = values.runs ?? usual;
  console.log(`${name}: ${runs} ${what}; seed ${seed}.`);
  const code = await run('vitest', ['run', '--project', project, file], () => {}, environment(runs, seed));
  if (code !== 0) failed.push(`npm run test:long -- ${name} --runs ${runs} --seed ${seed}`);
}
// What vitest prints of a thousand properties leaves nothing of the first line on the screen.
for (const command of failed) console.error(`\nNot passed. The same again: ${command}`);
process.exitCode = failed.length === 0 ? 0 : 1;

function readArgs() {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({ allowPositionals: true, options: { runs: text, seed: text, help: { type: 'boolean', short: 'h' } } });
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
}

function refuse(reason: string): never {
  console.error(reason);
  process.exit(2);
}
