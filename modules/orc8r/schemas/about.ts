import { z } from 'zod';

export const versionInfo = z
  .object({
    container_image_version: z
      .string()
      .optional()
      .meta({ description: 'Version of the running platform, as in its package.json', examples: ['0.1.0'] }),
    helm_chart_version: z
      .string()
      .optional()
      .meta({ description: 'Version of the deployment; always that of the platform, since both are one here', examples: ['0.1.0'] }),
  })
  .meta({ id: 'version_info', description: 'Version of the platform' });

const health = z.enum(['ok', 'degraded']);

export const serviceSummary = z
  .object({
    name: z.string().meta({ description: 'Name of the module, as `depends_on` of others names it', examples: ['lte'] }),
    version: z.string().meta({ description: 'Version of the module itself; counts up with what it contributes', examples: ['1.0.0'] }),
    depends_on: z.array(z.string()).meta({ description: 'Names of the modules it builds on', examples: [['orc8r']] }),
    contributes: z
      .record(z.string(), z.array(z.string()))
      .meta({ description: 'What it brings, by kind: routes, entity types, streams, ...', examples: [{ streams: ['configs'] }] }),
    health: health.describe('Whether what it needs is reachable'),
  })
  .meta({ id: 'service_summary', description: 'A module of the platform' });

export const servicesReport = z
  .object({
    version: z.string().meta({ description: 'Version of the platform that answered', examples: ['0.1.0'] }),
    health: health.describe('Whether all that the platform needs is reachable'),
    store: z
      .object({
        reachable: z.boolean().describe('Whether the configuration store answers'),
        round_trip_ms: z.number().meta({ description: 'Milliseconds that one query of the store took just now', examples: [1.4] }),
      })
      .describe('The configuration store (D1)'),
    services: z.array(serviceSummary).describe('Each module, those that others build on first'),
  })
  .meta({ id: 'services_report', description: 'Modules of the platform, what each brings, and whether they are well' });

export type ServicesReport = z.infer<typeof servicesReport>;
