import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { invalid, OrcError } from '../errors.ts';
import { complete } from './complete.ts';
import { base64Bytes, base64Length, cidr, keepZero, nonEmpty, nullWhenUnset, unset, wholeNumber, wire } from './fields.ts';
import { normalise } from './normalise.ts';
import { attempt, parse } from './parse.ts';

const inner = z.object({ size: z.int().min(10).optional(), name: nonEmpty() });
const model = z
  .object({
    id: nonEmpty(),
    enabled: z.boolean(),
    count: z.int().min(5).optional(),
    note: z.string().min(3).optional(),
    flag: z.boolean().optional(),
    sharp: keepZero(z.boolean(), true).optional(),
    list: z.array(z.string()).optional(),
    services: nullWhenUnset(z.array(z.string())),
    labels: z.record(z.string(), z.string()).optional(),
    inner: inner.optional(),
    byKey: z.record(z.string(), inner).optional(),
    rows: z.array(inner).optional(),
  })
  .refine((value) => value.id !== 'bad', { path: ['id'], error: 'may not be "bad"' });

describe('normalise', () => {
  it('drops optional zero values and nulls, at every depth', () => {
    const given = {
      id: '',
      enabled: false,
      count: 0,
      note: '',
      flag: false,
      list: [],
      labels: {},
      inner: { size: 0, name: 'x', strange: 0 },
      byKey: { a: { size: 0, name: '' } },
      rows: [{ size: null, name: 'r' }],
      unknown: null,
    };
    expect(normalise(model, given)).toEqual({
      id: '',
      enabled: false,
      inner: { name: 'x', strange: 0 },
      byKey: { a: { name: '' } },
      rows: [{ name: 'r' }],
      unknown: null,
    });
  });

  it('keeps zero values that mean something, and objects without properties', () => {
    expect(normalise(model, { sharp: false, services: [], inner: {} })).toEqual({ sharp: false, services: [], inner: {} });
  });

  it('leaves what is of the wrong kind for validation to name', () => {
    expect(normalise(model, 'text')).toBe('text');
    expect(normalise(model, { rows: 7, inner: 'x' })).toEqual({ rows: 7, inner: 'x' });
    expect(normalise(model, undefined)).toBeUndefined();
  });

  it('does not let a key named __proto__ reach a prototype', () => {
    const given = JSON.parse('{"labels":{"__proto__":"x"},"__proto__":{"enabled":true}}');
    const result = normalise(model, given) as Record<string, unknown>;
    expect(result['enabled']).toBeUndefined();
    expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
  });
});

describe('complete', () => {
  it('writes never-set properties as the contract says and leaves the others out', () => {
    expect(complete(model, { id: 'a', enabled: false })).toEqual({ id: 'a', enabled: false, services: null });
    expect(complete(model, {})).toEqual({ id: '', enabled: null, services: null });
    expect(complete(model, { id: 'a', enabled: true, services: [], sharp: false, count: 0, list: [] })).toEqual({
      id: 'a',
      enabled: true,
      sharp: false,
      services: [],
    });
    const counted = z.object({ total: unset(z.int(), 'zero'), rows: unset(z.array(z.string()), 'zero') });
    expect(complete(counted, {})).toEqual({ total: 0, rows: [] });
  });

  it('orders as the schema does and leaves out what it does not know, in lists and maps too', () => {
    const value = { extra: 1, rows: [{ name: 'r', size: 0, extra: 2 }], byKey: { k: { name: 'n', size: 11 } }, enabled: true, id: 'a' };
    expect(JSON.stringify(complete(model, value))).toBe(
      '{"id":"a","enabled":true,"services":null,"byKey":{"k":{"size":11,"name":"n"}},"rows":[{"name":"r"}]}',
    );
    expect(complete(z.looseObject({ a: z.string().optional() }), { a: '', b: 0 })).toEqual({ b: 0 });
  });
});

describe('marks', () => {
  it('stay on the property they were put on', () => {
    const shared = z.int();
    keepZero(shared);
    expect(wire.get(shared)).toBeUndefined();
    const json = z.toJSONSchema(model) as { properties: Record<string, unknown> };
    expect(json.properties['sharp']).toEqual({ type: 'boolean', default: true });
  });
});

describe('parse', () => {
  const refusal = (value: unknown): OrcError => {
    try {
      parse(model, value, 'body');
    } catch (error) {
      if (error instanceof OrcError) return error;
    }
    throw new Error('was not refused');
  };

  it('names every fault with its path at once', () => {
    const { code, faults, message } = refusal({ enabled: 'yes', count: 3, note: 'ab', rows: [{ name: 'ok' }, { size: 1 }] });
    expect(code).toBe('invalid');
    expect(faults.map((fault) => fault.path)).toEqual([
      'body.id',
      'body.enabled',
      'body.count',
      'body.note',
      'body.rows[1].size',
      'body.rows[1].name',
    ]);
    expect(faults[0]?.message).toBe('is required');
    expect(message).toContain('body.count: expected number to be >=5');
    expect(refusal({ id: '', enabled: true }).message).toBe('body.id: must not be empty');
    expect(refusal({ id: 'bad', enabled: true }).message).toBe('body.id: may not be "bad"');
    expect(refusal(undefined).faults).toEqual([{ path: 'body', message: 'is required' }]);
  });

  it('tells what is missing and what is no whole number from what is out of bounds', () => {
    const order = z.object({ size: z.int(), kind: z.enum(['a', 'b']), least: wholeNumber().min(60) });
    const text = (value: unknown): string => {
      const read = attempt(order, value, 'query');
      return read.ok ? '' : read.faults.map(({ path, message }) => `${path} ${message}`).join('; ');
    };
    expect(text({ size: 1.5, least: '59' })).toBe(
      'query.size must be a whole number; query.kind is required: expected one of "a"|"b"; query.least expected number to be >=60',
    );
    expect(text({ size: '1', kind: 'c', least: 'x' })).toBe('query.kind expected one of "a"|"b"; query.least must be a whole number');
  });

  it('tells the same fault once', () => {
    const twice = { path: 'body.a', message: 'must be an IPv4 address' };
    const error = invalid([twice, { path: 'body.b', message: 'is required' }, { ...twice }]);
    expect(error.message).toBe('body.a: must be an IPv4 address; body.b: is required');
    expect(error.faults).toEqual([twice, { path: 'body.b', message: 'is required' }]);
  });

  it('skips the checks of an optional value that is zero', () => {
    expect(parse(model, { id: 'a', enabled: false, count: 0, note: '' }, 'body')).toEqual({ id: 'a', enabled: false });
  });

  it('answers for a union with the faults of the nearest branch', () => {
    const union = z.union([z.object({ a: z.string(), b: z.string() }), z.object({ a: z.string() })]);
    expect(() => parse(union, { a: 1 }, 'body')).toThrow('body.a: expected string, received number');
    const either = z.union([z.string(), z.object({ a: z.string(), b: z.string() })]);
    expect(() => parse(either, { a: 1 }, 'body')).toThrow('body.a: expected string, received number; body.b: is required');
  });
});

describe('fields', () => {
  it('measures base64 after decoding', () => {
    for (let length = 0; length < 8; length += 1) expect(base64Length(Buffer.alloc(length).toString('base64'))).toBe(length);
    for (const bad of ['a', 'ab=c', '_-==', 'abc']) expect(base64Length(bad)).toBeUndefined();
    const key = base64Bytes({ min: 16, max: 16 });
    expect(key.safeParse(Buffer.alloc(16).toString('base64')).success).toBe(true);
    expect(key.safeParse(Buffer.alloc(15).toString('base64')).error?.issues[0]?.message).toBe('must hold exactly 16 bytes');
  });

  it('knows address blocks', () => {
    for (const good of ['10.0.0.0/8', 'fd00::/64']) expect(cidr().safeParse(good).success).toBe(true);
    for (const bad of ['10.0.0.0', '10.0.0.0/33', 'fd00::/129', '10.0.0/8']) expect(cidr().safeParse(bad).success).toBe(false);
  });
});
