import type { z } from 'zod';
import { isGuarded, type Route } from '../../core/module/route.ts';
import { isObject, type Json } from './json.ts';
import { PATH_PARAMETERS } from './path-parameters.ts';
import { schemaOf } from './schemas.ts';

const IF_MATCH: Json = {
  name: 'If-Match',
  in: 'header',
  required: false,
  description:
    'The ETag last read, quotes included: the change is made only if nobody else was faster, and refused with 412 otherwise. Without it the newest write wins',
  schema: { type: 'string', examples: ['"17"'] },
};

const idempotencyKey = (effect: string): Json => ({
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: `Any text of the caller: ${effect}`,
  schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,255}$', examples: ['import-2026-01-31'] },
});

const REQUEST_ID: Json = {
  name: 'X-Request-Id',
  in: 'header',
  required: false,
  description: 'The id under which the request is logged, audited and answered; made up when it is missing or of another form',
  schema: { type: 'string', pattern: '^[\\w.-]{1,64}$', examples: ['4f1c2c1e-6a0e-4f6e-9a53-8d0c3a3d2b11'] },
};

const DRY_RUN: Json = {
  name: 'dry_run',
  in: 'query',
  required: false,
  description:
    'With `true` everything is checked and nothing is kept: the answer is 200 with a `dry_run_report`, which has the differences ' +
    'of the first 20 gateways, or the refusal',
  schema: { type: 'boolean', default: false },
};

/** Whether `dry_run` can be asked of it. */
export const hasDryRun = ({ method, noDryRun }: Route): boolean => method !== 'get' && !noDryRun;

/** The parameters of an operation: those of its schemas, and those that the door reads for it. */
export function parametersOf(route: Route, schemas: Record<string, Json>): Json[] {
  return [
    ...fromSchema(route.params, 'path', schemas),
    ...fromSchema(route.query, 'query', schemas),
    ...(hasDryRun(route) ? [DRY_RUN] : []),
    ...(isGuarded(route) ? [IF_MATCH] : []),
    ...(route.idempotent ? [idempotencyKey(route.idempotent)] : []),
    REQUEST_ID,
  ];
}

function fromSchema(schema: z.ZodObject | undefined, where: 'path' | 'query', schemas: Record<string, Json>): Json[] {
  return Object.entries(schema?.shape ?? {}).map(([name, property]) => {
    const { description, ...own } = schemaOf(property as z.ZodType, schemas);
    const known = where === 'path' ? PATH_PARAMETERS[name] : undefined;
    return {
      name,
      in: where,
      required: where === 'path' || !(property as z.ZodType).safeParse(undefined).success,
      ...(known ? { description: known.description } : description ? { description } : {}),
      schema: known ? { ...own, examples: [known.example] } : own,
    };
  });
}

/** Moves parameters that several operations share, word for word, to `components/parameters`, and refers to them there. */
export function shareParameters(paths: Record<string, Record<string, Json>>): Record<string, Json> {
  const operations = Object.values(paths).flatMap((item) => Object.values(item));
  const all = operations.flatMap((operation) => operation['parameters'] as Json[]);
  const uses = Map.groupBy(all, (parameter) => JSON.stringify(parameter));
  const shared: Record<string, Json> = {};
  for (const operation of operations) {
    operation['parameters'] = (operation['parameters'] as Json[]).map((parameter) => {
      const text = JSON.stringify(parameter);
      if ((uses.get(text)?.length ?? 0) < 2) return parameter;
      const name = String(parameter['name']);
      const taken = shared[name];
      if (isObject(taken) && JSON.stringify(taken) !== text) return parameter;
      shared[name] = parameter;
      return { $ref: `#/components/parameters/${name}` };
    });
  }
  return shared;
}
