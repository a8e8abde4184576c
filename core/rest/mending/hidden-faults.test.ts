import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { attempt } from '../parse.ts';
import { hiddenFaults } from './hidden-faults.ts';
import { mend } from './mend.ts';
import { standIns } from './stand-ins.ts';

const text = () =>
  z
    .string()
    .min(1)
    .meta({ description: 'a name', examples: ['agw1'] });
const radio = z
  .object({
    width: z.union([z.literal(5), z.literal(20)]),
    tdd: z.object({ channel: z.int().min(1).max(99) }).optional(),
    fdd: z.object({ channel: z.int().min(1).max(99) }).optional(),
  })
  .superRefine(({ tdd, fdd }, ctx) => {
    if ((tdd === undefined) === (fdd === undefined)) ctx.addIssue({ code: 'custom', message: 'is TDD or FDD' });
    if ((tdd?.channel ?? 50) < 50) ctx.addIssue({ code: 'custom', path: ['tdd', 'channel'], message: 'is not of TDD' });
  });
const site = z
  .object({
    id: text(),
    mode: z.enum(['NAT', 'STATIC']),
    block: z.string().optional(),
    radio,
    peers: z.array(z.object({ id: text(), weight: z.int().min(0) })),
    routes: z.record(z.string().regex(/^\d{5}$/), z.string().min(1)).optional(),
  })
  .superRefine(({ mode, block }, ctx) => {
    if (mode === 'NAT' && block !== undefined) ctx.addIssue({ code: 'custom', path: ['block'], message: 'does not go with NAT' });
  });
const right = { id: 'a', mode: 'NAT', radio: { width: 5, tdd: { channel: 60 } }, peers: [{ id: 'p', weight: 1 }] };

/** What is told of a body, and what is told besides when code behind the schema says `wrong` of each peer's id and of `routes`. */
async function told(changes: object): Promise<{ first: string[]; hidden: string[]; seen: unknown[] }> {
  const parsed = attempt(site, { ...right, ...changes }, 'body');
  if (parsed.ok) throw new Error('it is right');
  const seen: unknown[] = [];
  const check = async (body: z.output<typeof site>) => {
    seen.push(body);
    return [
      ...body.peers.map(({ id }, index) => ({ path: `body.peers[${index}].id`, message: `${id} does not exist` })),
      ...(body.routes ? [{ path: 'body.routes', message: 'are not taken' }] : []),
    ];
  };
  const hidden = await hiddenFaults(site, parsed, check);
  return { first: parsed.faults.map(({ path }) => path), hidden: hidden.map(({ path }) => path), seen };
}

describe('what a schema hides by refusing a body', () => {
  it('is found: rules between members, and what the code behind it has to say', async () => {
    const { first, hidden } = await told({ id: 7, radio: { width: 7, tdd: { channel: 3 } } });
    expect(first).toEqual(['body.id', 'body.radio.width']);
    expect(hidden).toEqual(['body.radio.tdd.channel', 'body.peers[0].id']);
  });

  it('is not told of places that are wrong already, nor of what depends on them', async () => {
    expect(
      (
        await told({
          peers: [
            { id: '', weight: 1 },
            { id: 'q', weight: -1 },
          ],
        })
      ).hidden,
    ).toEqual(['body.peers[1].id']);
    // With another mode the block would be right.
    expect((await told({ mode: 'FOO', block: 'x' })).hidden).toEqual(['body.peers[0].id']);
    expect((await told({ id: 7, block: 'x' })).hidden).toEqual(['body.block', 'body.peers[0].id']);
    // What was taken away for being wrong is not asked after; what is left of the rest is.
    expect((await told({ radio: { width: 5, tdd: { channel: 'x' } } })).hidden).toEqual(['body.peers[0].id']);
    expect((await told({ routes: { '1': 'x' } })).hidden).toEqual(['body.peers[0].id', 'body.routes']);
  });

  it('is found beside parts that nothing fits but another whole', async () => {
    expect((await told({ radio: { width: 5 } })).hidden).toEqual(['body.peers[0].id']);
    expect((await told({ radio: { width: 5, tdd: { channel: 60 }, fdd: { channel: 1 } } })).hidden).toEqual(['body.peers[0].id']);
    expect((await told({ radio: 7, routes: { '00101': 'a', '1': 'b' } })).hidden).toEqual(['body.peers[0].id', 'body.routes']);
  });

  it('is asked for twice at most, and not at all when the body is wrong as a whole', async () => {
    expect((await told({ id: 7 })).seen).toHaveLength(2);
    const check = async () => [{ path: 'body.id', message: 'is asked for' }];
    for (const body of [7, [], 'x', null, undefined]) {
      const parsed = attempt(site, body, 'body');
      expect(parsed.ok).toBe(false);
      if (!parsed.ok && !parsed.faults.every(({ path }) => path === 'body')) continue;
      if (!parsed.ok) expect(await hiddenFaults(site, parsed, check)).toEqual([]);
    }
  });

  it('changes nothing of what was sent, and no prototype', () => {
    const given = JSON.parse(
      '{"id":7,"__proto__":{"polluted":1},"mode":"NAT","radio":{"width":5,"tdd":{"channel":60}},"peers":[],"routes":{"__proto__":1}}',
    );
    const before = JSON.stringify(given);
    const parsed = attempt(site, given, 'body');
    if (parsed.ok) throw new Error('it is right');
    for (const which of [0, 1] as const)
      expect(mend(site, parsed.given, parsed.issues, which)?.value).toMatchObject({ mode: 'NAT', peers: [] });
    expect(JSON.stringify(given)).toBe(before);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('stand-ins', () => {
  it('are different values that the schema takes, not its example first', () => {
    expect(standIns(text())).toEqual(['agw7', 'qgw1', 'agw1x', 'agw1']);
    expect(standIns(z.boolean())).toEqual([false, true]);
    expect(standIns(z.enum(['A', 'B', 'C']))).toEqual(['A', 'B', 'C']);
    expect(standIns(z.int().min(3).max(9))).toEqual([3, 9]);
    expect(standIns(z.array(text()).min(1))).toEqual([['agw7'], ['qgw1'], ['agw1x'], ['agw1']]);
    expect(standIns(z.never())).toEqual([]);
    for (const value of standIns(radio)) expect(radio.safeParse(value).success).toBe(true);
    expect(standIns(radio).length).toBeGreaterThan(1);
  });

  it('are found for schemas that contain themselves', () => {
    interface Tree {
      name: string;
      below?: Tree[] | undefined;
    }
    const tree: z.ZodType<Tree> = z.lazy(() => z.object({ name: text(), below: z.array(tree).optional() }));
    expect(standIns(tree)).toContainEqual({ name: 'agw7' });
  });
});
