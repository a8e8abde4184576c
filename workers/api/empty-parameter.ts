import type { Route } from '../../core/module/route.ts';

/**
 * The parameter that a path leaves empty where everything else is that of a route: `network_id` of `/networks//gateways`. Undefined for any
 * other path. `path` is below /magma/v1.
 */
export function emptyParameter(routes: readonly Route[], path: string): string | undefined {
  const given = path.split('/');
  // The first part is what stands before the first slash.
  if (!given.includes('', 1)) return undefined;
  for (const route of routes) {
    const wanted = route.path.split('/').map((part) => ({ part, name: /^\{(\w+)\}$/.exec(part)?.[1] }));
    const fits = wanted.length === given.length && wanted.every(({ part, name }, index) => name !== undefined || part === given[index]);
    const empty = fits ? wanted.find(({ name }, index) => name !== undefined && given[index] === '') : undefined;
    if (empty) return empty.name;
  }
  return undefined;
}
