import { describe, expect, it } from 'vitest';
import { subscriberBody } from '../../../../../test/support/subscribers.ts';
import { collect, NDJSON } from './collect.ts';

/** Lines whose form is wrong, and one that is right. */
const refused = (count: number): string =>
  [...Array.from({ length: count }, (_, number) => JSON.stringify({ id: `bad ${number}` })), JSON.stringify(subscriberBody(1))].join('\n');

async function* pieces(text: string): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  yield new Uint8Array(new TextEncoder().encode(text));
}

const collected = (text: string, known: () => Promise<unknown>) =>
  collect({ contentType: NDJSON, chunks: pieces(text) }, { fingerprint: false, known });

describe('a body whose lines are refused', () => {
  it('is looked at further without knowing who asks only as long as they are few', async () => {
    let asked = 0;
    const known = async () => void (asked += 1);
    await collected(refused(99), known);
    expect(asked).toBe(0);
    const { rows } = await collected(refused(100), known);
    expect(asked).toBe(1);
    expect(rows).toHaveLength(101);
  });

  it('is not looked at further for somebody who may not ask', async () => {
    const stranger = async () => Promise.reject(new Error('who are you?'));
    await expect(collected(refused(500), stranger)).rejects.toThrow('who are you?');
  });
});
