import type { Route } from '../../core/module/route.ts';

/** What each path of the contract begins with. */
export const PREFIX = '/magma/v1';

/** By module, `GET /networks/{network_id}`; a variant of an operation comes with its query, `GET ...?view=full`. */
export type Operations = Readonly<Record<string, readonly string[]>>;

export interface Operation {
  readonly module: string;
  readonly name: string;
}

export const operationsOf = (operations: Operations): Operation[] =>
  Object.entries(operations).flatMap(([module, names]) => names.map((name) => ({ module, name })));

/** The route that serves an operation of the contract; parameters may have other names. */
export function routeOf(name: string, routes: readonly Route[]): Route | undefined {
  const [method = '', target = ''] = name.split(' ');
  const [path = ''] = target.split('?');
  return routes.find((route) => route.method.toUpperCase() === method && shape(route.path) === shape(path));
}

/** Whether an operation is served: its path, and for a variant the query that it is asked for by. */
export function isServed(name: string, routes: readonly Route[]): boolean {
  const found = routeOf(name, routes);
  const [, query] = name.split('?');
  if (!found || query === undefined) return found !== undefined;
  const asked = Object.fromEntries(new URLSearchParams(query));
  const taken = found.query?.shape ?? {};
  return Object.keys(asked).every((key) => key in taken) && found.query?.safeParse(asked).success === true;
}

const shape = (path: string): string => path.replace(/\{[^}]*\}/g, '{}');
