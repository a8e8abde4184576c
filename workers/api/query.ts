import { invalid, refuse } from '../../core/errors.ts';
import { UNTRIED } from '../../core/module/dry-run.ts';
import type { Route } from '../../core/module/route.ts';

/** A request's query: the text of each parameter, and whether it asks for a dry run. */
export interface AskedQuery {
  readonly values: Readonly<Record<string, string>>;
  readonly dryRun: boolean;
}

/**
 * Errors: `invalid` for a parameter that comes twice, since readers differ in which one counts, and for what nearly asks a write to be a
 * dry run, since guessing wrong would write, and for one where nothing can be tried.
 */
export function readQuery(route: Pick<Route, 'method' | 'noDryRun'>, { searchParams }: URL): AskedQuery {
  const names = [...searchParams.keys()];
  const writes = route.method !== 'get';
  const seen = new Set<string>();
  const repeated = new Set(names.filter((name) => seen.size === seen.add(name).size));
  refuse([
    ...[...repeated].map((name) => ({ path: `query.${name}`, message: 'is there more than once' })),
    ...names.filter((name) => writes && isNearly(name)).map((name) => ({ path: `query.${name}`, message: `is written ${DRY_RUN}` })),
  ]);
  const dryRun = writes && wantsDryRun(searchParams.get(DRY_RUN));
  if (dryRun && route.noDryRun) throw invalid([{ path: `query.${DRY_RUN}`, message: UNTRIED }]);
  return { values: Object.fromEntries(searchParams), dryRun };
}

const DRY_RUN = 'dry_run';

const isNearly = (name: string): boolean => name !== DRY_RUN && name.toLowerCase().replace(/[^a-z]/g, '') === 'dryrun';

function wantsDryRun(given: string | null): boolean {
  if (given === null || given === 'false') return false;
  if (given === 'true') return true;
  throw invalid([{ path: `query.${DRY_RUN}`, message: 'must be true or false' }]);
}
