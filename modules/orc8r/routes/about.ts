import type { Query } from '../../../core/db/statement.ts';
import { type Route, route } from '../../../core/module/route.ts';
import { answers, ok } from '../../../core/rest/reply.ts';
import { servicesReport, versionInfo } from '../schemas/about.ts';

const tag = 'About';
const permission = { action: 'read', scope: 'operator' } as const;
const ping: Query<boolean> = { sql: 'SELECT 1 AS reachable', params: [], read: (rows) => rows.length === 1 };

const version = route({
  method: 'get',
  path: '/about/version',
  operationId: 'getVersion',
  tag,
  summary: 'Read the version of the platform',
  permission,
  responses: answers(versionInfo, 'The version'),
  handle: async (_input, ctx) => {
    await ctx.principal();
    return ok({ container_image_version: ctx.platform.version, helm_chart_version: ctx.platform.version });
  },
});

const services = route({
  method: 'get',
  path: '/about/services',
  operationId: 'listServices',
  tag,
  summary: 'List the modules of the platform, what each brings, and whether they are well',
  permission,
  responses: answers(servicesReport, 'The modules'),
  handle: async (_input, ctx) => {
    // Without the store nobody can be told from anybody, so an unreachable one is answered by the door.
    const started = ctx.now();
    const [reachable] = await ctx.read(ping);
    const store = { reachable, round_trip_ms: ctx.now() - started };
    const health = reachable ? ('ok' as const) : ('degraded' as const);
    const modules = ctx.platform.modules().map(({ name, version: of, dependsOn, contributes }) => ({
      name,
      version: of,
      depends_on: dependsOn,
      contributes,
      health,
    }));
    return ok({ version: ctx.platform.version, health, store, services: modules });
  },
});

export const aboutRoutes: readonly Route[] = [version, services];
