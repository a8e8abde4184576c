import { globsMeet } from '../core/identity/uri-glob.ts';
import type { RestClient } from './rest-client.ts';

/** A policy as the command line knows it. */
export interface NamedPolicy {
  readonly resourceType?: unknown;
  readonly resourceIDs?: unknown;
  readonly path?: unknown;
}

/**
 * What policies name that the platform does not have (yet): networks, and paths below which there is no operation. A line for each. It may
 * be meant so, for what is to come; more often it is mistyped, and a DENY that denies nothing is seen by nobody.
 */
export async function policyWarnings(rest: RestClient, policies: readonly NamedPolicy[]): Promise<string[]> {
  const globs = policies.flatMap(({ resourceType, path }) =>
    resourceType === 'URI' && typeof path === 'string' && path !== '**' ? [path] : [],
  );
  const named = policies.flatMap(({ resourceType, resourceIDs }) =>
    resourceType === 'NETWORK_ID' && Array.isArray(resourceIDs) ? resourceIDs.filter((id) => id !== '*').map(String) : [],
  );
  const paths = globs.length > 0 ? await pathsOf(rest) : undefined;
  const lost = paths ? globs.filter((glob) => !matchesRoute(glob, paths)) : [];
  const wanted = new Set([...named, ...(paths ? globs.flatMap((glob) => networkIn(glob, paths)) : [])]);
  const networks = wanted.size > 0 ? await networksOf(rest) : undefined;
  const absent = networks ? [...wanted].filter((id) => !networks.includes(id)) : [];
  return [
    ...lost.map((glob) => `Warning: ${glob} matches no operation of this platform: see /docs for its paths.`),
    ...absent.map((id) => `Warning: there is no network "${id}", or you may not read it.`),
  ];
}

const matchesRoute = (glob: string, paths: readonly string[]): boolean =>
  paths.some((path) => {
    const route = path.replace(/\{[^}]*\}/g, '*');
    return globsMeet(glob, route) || globsMeet(glob, `${route}?**`);
  });

/** The network that a glob names where routes have `{network_id}`: `/magma/v1/lte/city/**`. */
function networkIn(glob: string, paths: readonly string[]): string[] {
  const [, family = '', id = ''] = /^\/magma\/v1\/([^/*]+)\/([^/*?]+)(?:\/|$)/.exec(glob) ?? [];
  if (!paths.some((path) => path.startsWith(`/magma/v1/${family}/{network_id}`)) || paths.includes(`/magma/v1/${family}/${id}`)) return [];
  return [id];
}

// Who cannot be asked is not warned: what is really wrong the command itself will be told.

async function pathsOf(rest: RestClient): Promise<string[] | undefined> {
  const answer = await rest.call('GET', '/docs/openapi.json').catch(() => undefined);
  const paths = (answer?.body as { paths?: unknown } | undefined)?.paths;
  return typeof paths === 'object' && paths !== null ? Object.keys(paths) : undefined;
}

async function networksOf(rest: RestClient): Promise<string[] | undefined> {
  const answer = await rest.call('GET', '/magma/v1/networks').catch(() => undefined);
  return answer?.status === 200 && Array.isArray(answer.body) ? answer.body.map(String) : undefined;
}
