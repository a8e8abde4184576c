import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import Table from 'cli-table3';
import type { Benchmark } from './benchmark.ts';
import type { Aim, Summary, Unit } from './measure.ts';

const root = join(import.meta.dirname, '..');
const folder = join(import.meta.dirname, 'results');

/** Where and of what the numbers are: they mean nothing without it. */
export interface Circumstances {
  readonly date: string;
  readonly commit: string;
  /** Whether the tree differed from that commit. */
  readonly changed: boolean;
  readonly machine: { readonly platform: string; readonly cpu: string; readonly cores: number; readonly memoryBytes: number };
  readonly node: string;
  readonly workerd: string;
}

export function circumstances(now: Date): Circumstances {
  const git = (...args: string[]): string => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
  const { version } = JSON.parse(readFileSync(join(root, 'node_modules', 'workerd', 'package.json'), 'utf8')) as { version: string };
  const cores = cpus();
  return {
    date: now.toISOString(),
    commit: git('rev-parse', 'HEAD'),
    changed: git('status', '--porcelain', '--', '.', ':!bench/results') !== '',
    machine: { platform: `${process.platform} ${process.arch}`, cpu: cores[0]?.model ?? '', cores: cores.length, memoryBytes: totalmem() },
    node: process.version,
    workerd: version,
  };
}

/** Writes `results/<name>.json`; answers its path. */
export function keep({ name, about }: Benchmark, measures: readonly Summary[], where: Circumstances): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}.json`);
  writeFileSync(path, `${JSON.stringify({ name, about, ...where, measures }, null, 2)}\n`);
  return path;
}

const FRACTIONAL: ReadonlySet<Unit> = new Set(['ms', 's', 'MB', 'kB']);

function goalText(aim: Aim, unit: Unit): string {
  if ('ratio' in aim) return `>= ${aim.ratio.toFixed(1)}`;
  return 'below' in aim ? `< ${aim.below} ${unit}` : `<= ${aim.atMost} ${unit}`;
}

/** One row a measure. */
export function drawTable(measures: readonly Summary[]): string {
  const table = new Table({ head: ['measure', 'product', 'baseline', 'ratio', 'aim'], style: { head: [], border: [], compact: true } });
  for (const { name, unit, median, baselineMedian, ratio, aim, met } of measures) {
    const value = (number: number): string => `${number.toFixed(FRACTIONAL.has(unit) ? 1 : 0)} ${unit}`;
    table.push([
      name,
      value(median),
      baselineMedian === null ? '-' : value(baselineMedian),
      ratio === null ? '-' : ratio.toFixed(2),
      aim ? `${goalText(aim, unit)}: ${met ? 'met' : 'missed'}` : '-',
    ]);
  }
  return table.toString();
}
