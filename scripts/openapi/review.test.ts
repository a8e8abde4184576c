import { describe, expect, it } from 'vitest';
import type { Json } from './json.ts';
import { review } from './review.ts';

/** A document without a fault, of which each test spoils one place. */
function document(): Json & {
  components: { parameters: Json; schemas: Record<string, Json> };
  paths: Record<string, Record<string, Json>>;
} {
  return {
    tags: [{ name: 'Tiers', description: 'Which software gateways are to run' }],
    paths: {
      '/tiers/{tier_id}': {
        put: {
          summary: 'Replace the tier',
          description: 'Permission: write on the network.',
          parameters: [
            { name: 'tier_id', in: 'path', description: 'Which tier is meant', schema: { type: 'string', examples: ['default'] } },
            { $ref: '#/components/parameters/dry_run' },
          ],
          requestBody: {
            content: { 'application/json': { schema: { $ref: '#/components/schemas/tier' }, example: { version: '1.9.0' } } },
          },
          responses: { 200: { description: 'Done' } },
        },
      },
    },
    components: {
      parameters: { dry_run: { name: 'dry_run', in: 'query', description: 'Keep nothing', schema: { type: 'boolean' } } },
      schemas: {
        tier: {
          type: 'object',
          description: 'A tier',
          properties: { version: { type: 'string', minLength: 1, description: 'Software to be installed', examples: ['1.9.0'] } },
        },
      },
    },
  };
}

const put = (of: ReturnType<typeof document>): Json => of.paths['/tiers/{tier_id}']?.['put'] ?? {};
const property = (of: ReturnType<typeof document>, name: string, schema: Json): void => {
  Object.assign(of.components.schemas['tier']?.['properties'] as Json, { [name]: schema });
};

describe('review', () => {
  it('finds nothing in a document that says everything', () => {
    expect(review(document())).toEqual([]);
  });

  it.each<[string, (spoilt: ReturnType<typeof document>) => void, string]>([
    ['an operation', (spoilt) => delete put(spoilt)['description'], 'PUT /tiers/{tier_id}: has no summary or no description'],
    ['a tag', (spoilt) => Object.assign(spoilt, { tags: [{ name: 'Tiers' }] }), 'tag "Tiers": has no description'],
    ['a schema', (spoilt) => delete spoilt.components.schemas['tier']?.['description'], 'tier: has no description'],
    ['a field', (spoilt) => property(spoilt, 'order', { type: 'boolean' }), 'tier.order: has no description'],
    [
      'a field within a list of a map',
      (spoilt) =>
        property(spoilt, 'images', {
          description: 'By place',
          additionalProperties: { type: 'array', items: { type: 'object', properties: { order: { type: 'boolean' } } } },
        }),
      'tier.images{}[].order: has no description',
    ],
    [
      'a parameter',
      (spoilt) => Object.assign(put(spoilt), { parameters: [{ name: 'view', in: 'query', schema: { type: 'boolean' } }] }),
      'PUT /tiers/{tier_id} query view: has no description',
    ],
  ])('finds %s without a description', (_, spoil, finding) => {
    const spoilt = document();
    spoil(spoilt);
    expect(review(spoilt)).toEqual([finding]);
  });

  it('finds a text that only repeats the name', () => {
    const spoilt = document();
    property(spoilt, 'order_number', { type: 'boolean', description: 'The number of the order' });
    expect(review(spoilt)).toEqual(['tier.order_number: is described by its own name']);
  });

  it('finds one text on two fields, but lets the same field have it twice', () => {
    const spoilt = document();
    const described = { type: 'boolean', description: 'Take it' };
    property(spoilt, 'enabled', described);
    spoilt.components.schemas['other'] = { description: 'Another', properties: { enabled: described, forced: described } };
    expect(review(spoilt)).toEqual(['other.forced: has the very text of tier.enabled']);
  });

  it('finds texts and numbers without an example', () => {
    const spoilt = document();
    property(spoilt, 'order', { type: 'integer', description: 'Place in the sequence' });
    expect(review(spoilt)).toEqual(['tier.order: has no example']);
  });

  it('finds a body without an example', () => {
    const spoilt = document();
    put(spoilt)['requestBody'] = { content: { 'application/json': { schema: { $ref: '#/components/schemas/tier' } } } };
    expect(review(spoilt)).toEqual(['PUT /tiers/{tier_id} body: has no example']);
  });

  it('finds examples that their own schema refuses', () => {
    const spoilt = document();
    property(spoilt, 'version', { type: 'string', minLength: 9, description: 'Software to be installed', examples: ['1.9.0'] });
    expect(review(spoilt)).toEqual([
      expect.stringMatching(/^PUT \/tiers\/\{tier_id\} body example: version: .*9/),
      expect.stringMatching(/^tier\.version example: the whole: .*9/),
    ]);
  });

  it('does not take a reference to nothing', () => {
    const spoilt = document();
    put(spoilt)['requestBody'] = { $ref: '#/components/requestBodies/lost' };
    expect(() => review(spoilt)).toThrow('#/components/requestBodies/lost points to nothing');
  });
});
