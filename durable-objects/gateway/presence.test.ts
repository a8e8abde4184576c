import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type News, Presence } from './presence.ts';

const checkin = (n: number) => ({ checkin: { at: n, state: `${n}` } });
const connection = { since: 1, certificateExpiresAt: 2 };

let sent: { news: News; end: PromiseWithResolvers<void> }[];
let presence: Presence;
const news = () => sent.map((entry) => entry.news);
/** Ends the newest report. */
async function end(failure?: Error): Promise<void> {
  const last = sent.at(-1)?.end;
  if (failure) last?.reject(failure);
  else last?.resolve();
  await vi.advanceTimersByTimeAsync(0);
}

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
  vi.spyOn(console, 'warn').mockImplementation(() => {});
  sent = [];
  presence = new Presence((given) => {
    const done = Promise.withResolvers<void>();
    sent.push({ news: given, end: done });
    return done.promise;
  }, Date.now);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

describe('Presence', () => {
  it('sends one report at a time and merges what happens meanwhile, the newest word of each kind', async () => {
    presence.report({ streams: true });
    presence.report({ connection });
    presence.report({ ...checkin(1), connection: null });
    presence.report(checkin(2));
    expect(news()).toEqual([{ streams: true }]);
    await end();
    expect(news().slice(1)).toEqual([{ connection: null, ...checkin(2) }]);
    await end();
    expect(sent).toHaveLength(2);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('sends check-ins once a second at most, the newest of them, and at once when there is other news', async () => {
    presence.report(checkin(1));
    await end();
    presence.report(checkin(2));
    presence.report(checkin(3));
    expect(sent).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(999);
    expect(sent).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(news()[1]).toEqual(checkin(3));
    await end();
    presence.report(checkin(4));
    presence.report({ streams: true });
    expect(news()[2]).toEqual({ streams: true, ...checkin(4) });
    await end();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(sent).toHaveLength(3);
    presence.report(checkin(5));
    expect(news()[3]).toEqual(checkin(5));
  });

  it('tries again what failed, ever later, merged with what came since', async () => {
    presence.report({ connection: null, streams: true });
    await end(new Error('away'));
    expect(sent).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(news()[1]).toEqual({ connection: null, streams: true });
    await end(new Error('away'));
    await vi.advanceTimersByTimeAsync(1_999);
    expect(sent).toHaveLength(2);
    presence.report({ connection });
    expect(news()[2]).toEqual({ connection, streams: true });
    await end();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sent).toHaveLength(3);
  });

  it('gives up after a while, so that no object stays awake for it, and starts anew with the next news', async () => {
    presence.report({ connection: null });
    for (let attempt = 0; attempt < 10; attempt += 1) {
      await end(new Error('away'));
      await vi.advanceTimersByTimeAsync(60_000);
    }
    expect(sent).toHaveLength(6);
    expect(vi.getTimerCount()).toBe(0);
    presence.report({ streams: true });
    expect(news()[6]).toEqual({ streams: true });
    await end(new Error('still away'));
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sent).toHaveLength(8);
  });

  it('goes on with what came while the last attempt failed', async () => {
    presence.report({ connection: null });
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await end(new Error('away'));
      await vi.advanceTimersByTimeAsync(60_000);
    }
    presence.report({ streams: true });
    expect(sent).toHaveLength(6);
    await end(new Error('away'));
    expect(news()[6]).toEqual({ streams: true });
  });
});
