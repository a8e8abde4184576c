import { z } from 'zod';

export const versionInfo = z
  .object({
    container_image_version: z.string().optional().describe('Version of the running platform'),
    helm_chart_version: z.string().optional().describe('Version of the deployment; the same here'),
  })
  .meta({ id: 'version_info', description: 'Version of the platform' });

const health = z.enum(['ok', 'degraded']);

export const serviceSummary = z
  .object({
    name: z.string().describe('Name of the module'),
    version: z.string().describe('Version of the module'),
    depends_on: z.array(z.string()).describe('Modules it builds on'),
    contributes: z.record(z.string(), z.array(z.string())).describe('What it brings, by kind: routes, entity types, streams, ...'),
    health: health.describe('Whether what it needs is reachable'),
  })
  .meta({ id: 'service_summary', description: 'A module of the platform' });

export const servicesReport = z
  .object({
    version: z.string().describe('Version of the platform'),
    health: health.describe('Whether all that the platform needs is reachable'),
    store: z
      .object({
        reachable: z.boolean().describe('Whether the configuration store answers'),
        round_trip_ms: z.number().describe('Time that one query took, milliseconds'),
      })
      .describe('The configuration store (D1)'),
    services: z.array(serviceSummary),
  })
  .meta({ id: 'services_report', description: 'Modules of the platform, what each brings, and whether they are well' });

export type ServicesReport = z.infer<typeof servicesReport>;
