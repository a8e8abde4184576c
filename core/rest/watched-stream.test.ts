import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { OrcError } from '../errors.ts';
import { watchedStream } from './watched-stream.ts';

const lost = new OrcError('forbidden', 'the token was revoked');
/** What each look says, in order; then nothing is wrong any more. */
let verdicts: (OrcError | undefined | 'fails')[];
let looks: number;
let cancelled: number;
/** Hands the reader who waits this. */
let give: (some: readonly string[] | undefined | Error) => void;

function open() {
  const messages = {
    next: () =>
      new Promise<readonly string[] | undefined>((resolve, reject) => {
        give = (some) => (some instanceof Error ? reject(some) : resolve(some));
      }),
    cancel: async () => void (cancelled += 1),
  };
  const look = async () => {
    looks += 1;
    const verdict = verdicts.shift();
    if (verdict === 'fails') throw new OrcError('unavailable', 'the store is away');
    return verdict;
  };
  return watchedStream(messages, { look, everyMs: 1000 });
}

beforeEach(() => {
  vi.useFakeTimers();
  verdicts = [];
  looks = 0;
  cancelled = 0;
});
afterEach(() => vi.useRealTimers());

describe('a stream that is watched', () => {
  it('breaks off under a reader who waits in silence, and ends on the other side', async () => {
    verdicts = [undefined, undefined, lost];
    const waits = expect(open().next()).rejects.toBe(lost);
    await vi.advanceTimersByTimeAsync(2999);
    expect([looks, cancelled]).toEqual([2, 0]);
    await vi.advanceTimersByTimeAsync(1);
    await waits;
    await vi.advanceTimersByTimeAsync(10_000);
    expect([looks, cancelled]).toEqual([3, 1]);
  });

  it('breaks off though its reader takes nothing, who is told when he asks for more', async () => {
    verdicts = [lost];
    const stream = open();
    const first = stream.next();
    give(['one']);
    expect(await first).toEqual(['one']);
    await vi.advanceTimersByTimeAsync(1000);
    expect(cancelled).toBe(1);
    await expect(stream.next()).rejects.toBe(lost);
  });

  it('breaks off while there is always something to read', async () => {
    verdicts = [undefined, lost];
    const stream = open();
    let read = 0;
    const all = async () => {
      for (;;) {
        const next = stream.next();
        setTimeout(() => give(['more']), 300);
        await next;
        read += 1;
      }
    };
    const reading = expect(all()).rejects.toBe(lost);
    await vi.advanceTimersByTimeAsync(2500);
    await reading;
    expect(read).toBe(6);
  });

  it('goes on when a look fails now and then, not when nobody can be asked at all', async () => {
    verdicts = ['fails', 'fails', undefined, 'fails', 'fails', undefined, 'fails', 'fails', 'fails'];
    const waits = expect(open().next()).rejects.toMatchObject({ code: 'unavailable' });
    await vi.advanceTimersByTimeAsync(8000);
    expect(cancelled).toBe(0);
    await vi.advanceTimersByTimeAsync(1000);
    await waits;
    expect(cancelled).toBe(1);
  });

  it.each([
    ['ended', () => give(undefined)],
    ['broke off', () => give(new Error('gone'))],
  ])('is looked at no more once it %s', async (_, over) => {
    const waits = open()
      .next()
      .catch(() => undefined);
    over();
    await waits;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(looks).toBe(0);
  });

  it('is looked at no more once it was cancelled, and not before somebody reads', async () => {
    const stream = open();
    await vi.advanceTimersByTimeAsync(10_000);
    void stream.next();
    await stream.cancel();
    await vi.advanceTimersByTimeAsync(10_000);
    expect([looks, cancelled]).toEqual([0, 1]);
  });
});
