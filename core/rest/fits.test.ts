import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { base64Bytes, ipv4, keepZero, nonEmpty, nullWhenUnset } from './fields.ts';
import { fits } from './fits.ts';

const inner = z.object({ size: z.int().min(10).optional(), name: nonEmpty() });
const model = z
  .object({
    id: z.string().regex(/^[a-z]+$/),
    count: z.int().min(5).optional(),
    sharp: keepZero(z.boolean()).optional(),
    kind: z.enum(['a', 'b']).optional(),
    one: z.literal(1).optional(),
    key: base64Bytes({ min: 16, max: 16 }).optional(),
    address: ipv4().optional(),
    services: nullWhenUnset(z.array(z.string()).max(2)),
    byKey: z.record(nonEmpty().max(5), inner).optional(),
  })
  .superRefine(({ id, count }, ctx) => {
    if (id === 'odd' && count === 6) ctx.addIssue({ code: 'custom', message: 'is even' });
  });

describe('a value fits', () => {
  it.each([
    [{ id: 'x' }],
    [{ id: 'x', sharp: false, services: [] }],
    [{ id: 'odd', count: 7, kind: 'b', one: 1, key: 'AAECAwQFBgcICQoLDA0ODw==', address: '10.0.0.1', services: ['s'] }],
    [{ id: 'x', byKey: { k: { size: 10, name: 'n' }, l: { name: 'm' } } }],
  ])('when nothing is wrong with it and nothing would change: %j', (value) => {
    expect(fits(model, value)).toBe(true);
  });

  it.each([
    ['something is missing', {}],
    ['it is of another kind', []],
    ['a pattern is broken', { id: 'X' }],
    ['a bound is broken', { id: 'x', count: 4 }],
    ['a number is not whole', { id: 'x', count: 7.5 }],
    ['a list is too long', { id: 'x', services: ['1', '2', '3'] }],
    ['a value is not among those', { id: 'x', kind: 'c' }],
    ['a value is not that one', { id: 'x', one: 2 }],
    ['a refinement says no', { id: 'x', key: 'AAAA' }],
    ['it is no address', { id: 'x', address: '10.0.0.256' }],
    ['a rule between properties is broken', { id: 'odd', count: 6 }],
    ['a key of a map is wrong', { id: 'x', byKey: { toolong: { name: 'n' } } }],
    ['a value of a map is wrong', { id: 'x', byKey: { k: { name: '' } } }],
    ['a zero would go', { id: 'x', count: 0 }],
    ['an empty map would go', { id: 'x', byKey: {} }],
    ['a zero below would go', { id: 'x', byKey: { k: { size: 0, name: 'n' } } }],
    ['null would go', { id: 'x', services: null }],
    ['a property is not known', { id: 'x', other: 1 }],
    ['a property goes by the name of what all have', JSON.parse('{"id":"x","__proto__":{}}')],
  ])('not when %s', (_, value) => {
    expect(fits(model, value)).toBe(false);
  });

  it('not when the schema would put in or make something else of it', () => {
    expect(fits(z.object({ a: z.string().default('x') }), {})).toBe(false);
    expect(fits(z.object({ a: z.string().default('x').optional() }), {})).toBe(false);
    expect(
      fits(
        z.object({
          a: z
            .string()
            .optional()
            .refine((given) => given !== undefined),
        }),
        {},
      ),
    ).toBe(false);
    expect(fits(z.string().trim(), ' a')).toBe(false);
    expect(fits(z.string().trim(), 'a')).toBe(true);
    expect(fits(z.coerce.string(), 'a')).toBe(false);
    expect(fits(z.string().transform(Number), '1')).toBe(false);
    expect(fits(z.object({}).catchall(z.string()), { a: 'b' })).toBe(false);
    expect(fits(z.looseObject({}), { a: null })).toBe(true);
  });

  it('whatever a schema that contains itself holds', () => {
    const tree: z.ZodType = z.object({ name: nonEmpty(), below: z.array(z.lazy(() => tree)).optional() });
    expect(fits(tree, { name: 'a', below: [{ name: 'b', below: [{ name: 'c' }] }] })).toBe(true);
    expect(fits(tree, { name: 'a', below: [{ name: 'b', below: [{ name: '' }] }] })).toBe(false);
  });
});
