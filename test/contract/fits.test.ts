import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { fits } from '../../core/rest/fits.ts';
import { normalise } from '../../core/rest/normalise.ts';
import { arbitraryOf, mutated } from './arbitrary.ts';
import { documented } from './described.ts';
import { registry } from './platform.ts';

const numRuns = Number(process.env['ORC8R_PROPERTY_RUNS'] ?? 20);
const seed = Number(process.env['ORC8R_PROPERTY_SEED'] ?? 20_261_126);
const bodies = registry.routes.flatMap((route) => {
  const { body, example, follow } = documented(route);
  return route.body && body ? [{ name: `${route.method} ${route.path}`, schema: route.body as z.ZodType, body, example, follow }] : [];
});

describe('a body that fits', () => {
  it.each(bodies.map((one) => [one.name, one] as const))('%s is what zod makes of it', (_, { schema, body, example, follow }) => {
    const any = arbitraryOf(body, follow).chain((right) => fc.oneof(fc.constant(right), mutated(right)));
    fc.assert(
      fc.property(fc.oneof(any, mutated(example)), (value) => {
        const text = JSON.stringify(value);
        const sent: unknown = text === undefined ? undefined : JSON.parse(text);
        if (!fits(schema, sent)) return;
        expect(normalise(schema, sent)).toEqual(sent);
        expect(schema.safeParse(sent)).toEqual({ success: true, data: sent });
      }),
      { seed, numRuns },
    );
  });

  it('is what most examples are, so that the shorter way is taken', () => {
    const fitting = bodies.filter(({ schema, example }) => fits(schema, example));
    expect(bodies.length).toBeGreaterThan(100);
    expect(fitting.length / bodies.length).toBeGreaterThan(0.8);
    expect(fitting.map(({ name }) => name)).toContain('put /lte/{network_id}/subscribers/{subscriber_id}');
  });
});
