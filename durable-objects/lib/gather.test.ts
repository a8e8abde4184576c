import { describe, expect, it, vi } from 'vitest';
import { Gather } from './gather.ts';

/** A gather whose moments pass when the test says so. */
function gathering() {
  const moments: (() => void)[] = [];
  const gather = new Gather(() => new Promise((resolve) => moments.push(resolve)));
  return { gather, moments, pass: () => moments.shift()?.() };
}

describe('Gather', () => {
  it('does what comes within a moment in one go, in order, and tells each its outcome', async () => {
    const { gather, moments, pass } = gathering();
    const done: number[] = [];
    const piece = (n: number) => gather.run(() => done.push(n) && n * 10);
    const pieces = [piece(1), piece(2)];
    expect([done, moments.length]).toEqual([[], 1]);
    pass();
    expect(await Promise.all(pieces)).toEqual([10, 20]);
    expect(done).toEqual([1, 2]);
  });

  it('goes on with the others when one fails', async () => {
    const { gather, pass } = gathering();
    const failing = gather.run(() => {
      throw new Error('on purpose');
    });
    const fine = gather.run(() => 1);
    pass();
    await expect(failing).rejects.toThrow('on purpose');
    expect(await fine).toBe(1);
  });

  it('does at once what waits when somebody wants to see it, and only once', async () => {
    const { gather, pass } = gathering();
    const work = vi.fn();
    const early = gather.run(work);
    gather.flush();
    expect(work).toHaveBeenCalledTimes(1);
    const late = gather.run(work);
    pass();
    await early;
    pass();
    await late;
    expect(work).toHaveBeenCalledTimes(2);
  });
});
