// `npm run test:long`: the property tests of the REST API with many more requests than `npm test` sends, and a seed of their own.
// `npm run test:long -- --runs 1000 --seed 7` says how many for each route and property, and repeats a run that failed.
import { parseArgs } from 'node:util';
import { run } from './steps.ts';

const { values } = parseArgs({ options: { runs: { type: 'string', default: '200' }, seed: { type: 'string' } } });
const seed = values.seed ?? String(Date.now() % 2 ** 31);
for (const [name, text] of Object.entries({ runs: values.runs, seed })) {
  if (/^\d{1,9}$|^[12]\d{9}$/.test(text)) continue;
  console.error(`--${name} has to be a whole number, not "${text}".`);
  process.exit(2);
}
console.log(`${values.runs} requests for each route and property; seed ${seed}.`);
const environment = { ORC8R_PROPERTY_RUNS: values.runs, ORC8R_PROPERTY_SEED: seed };
process.exitCode = await run('vitest', ['run', '--project', 'unit', 'test/contract/properties.test.ts'], () => {}, environment);
// What vitest prints of a thousand properties leaves nothing of the first line on the screen.
if (process.exitCode !== 0) console.error(`\nNot passed. The same again: npm run test:long -- --runs ${values.runs} --seed ${seed}`);
