// `npm run bench`: measures the product beside a bare baseline in the same run, prints a table and keeps the numbers.
import { parseArgs } from 'node:util';
import { errorText } from '../local/start-error.ts';
import type { Benchmark } from './benchmark.ts';
import { checkin } from './checkin.ts';
import { configPush } from './config-push.ts';
import { summarise } from './measure.ts';
import { restReads } from './rest/reads.ts';
import { restScale } from './rest/scale.ts';
import { restWrites } from './rest/writes.ts';
import { restRead } from './rest-read.ts';
import { circumstances, drawTable, keep } from './results.ts';
import { call } from './southbound/call.ts';
import { idle } from './southbound/idle.ts';
import { storms } from './southbound/storm.ts';
import { subscribers } from './southbound/subscribers.ts';
import { startWorld } from './world.ts';

const benchmarks: readonly Benchmark[] = [
  restRead,
  restReads,
  restWrites,
  restScale,
  checkin,
  configPush,
  call,
  ...storms,
  subscribers,
  idle,
];

const HELP = `npm run bench -- [names]

Measures the product beside the least that could do the same job, by turns in the same runtime, behind the same kind of TLS front.
Prints the medians of several rounds and writes them to bench/results/<name>.json. Without names it runs all but the long ones; the
first word of a name stands for all that begin with it (npm run bench -- southbound):

${benchmarks.map(({ name, about, long }) => `  ${name.padEnd(22)} ${about}${long ? ' (long)' : ''}`).join('\n')}

A ratio says how much of the baseline's speed is left: 1 is as fast, 0.5 half as fast. Aims are hopes, not pass marks: the exit code
tells only whether the measuring worked.
`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({ allowPositionals: true, options: { help: { type: 'boolean', default: false } } });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const unknown = positionals.find((wanted) => !benchmarks.some(({ name }) => isMeant(name, wanted)));
  if (unknown !== undefined) throw new Error(`there is no benchmark "${unknown}"; see npm run bench -- --help`);
  const chosen = benchmarks.filter(({ name, long }) =>
    positionals.length === 0 ? !long : positionals.some((wanted) => isMeant(name, wanted)),
  );
  const where = circumstances(new Date());
  process.stdout.write(
    `${where.machine.cpu}, ${where.machine.cores} cores, node ${where.node}, workerd ${where.workerd}, commit ${where.commit.slice(0, 9)}${where.changed ? ' and changes' : ''}\n`,
  );
  for (const benchmark of chosen) {
    process.stdout.write(`\n${benchmark.name}: ${benchmark.about}\n`);
    // A world of its own, so that no benchmark inherits what another left behind.
    const world = await startWorld();
    try {
      const measures = (await benchmark.run(world)).map(summarise);
      const path = keep(benchmark, measures, where);
      process.stdout.write(`${drawTable(measures)}\n${path}\n`);
    } finally {
      await world.close();
    }
  }
}

function isMeant(name: string, wanted: string): boolean {
  return name === wanted || name.startsWith(`${wanted}-`);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`The benchmark failed: ${errorText(error)}\n`);
  process.exitCode = 1;
}
