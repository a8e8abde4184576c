import { afterEach, describe, expect, it, vi } from 'vitest';
import { Waking } from './waking.ts';

const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A platform that grants what the test says, and how many had a turn. */
function platform(grants: (number | Error)[]) {
  const state = { time: 0, had: 0, asked: 0, waits: [] as number[] };
  const ask = async (): Promise<number> => {
    state.asked += 1;
    const granted = grants.shift() ?? 0;
    if (granted instanceof Error) throw granted;
    return granted;
  };
  let goOn: (() => void) | undefined;
  const wait = (milliseconds: number) => {
    state.waits.push(milliseconds);
    return new Promise<void>((resolve) => (goOn = resolve));
  };
  const waking = new Waking({ ask, now: () => state.time, wait });
  const come = (count: number): void => {
    for (let index = 0; index < count; index += 1) void waking.turn().then(() => (state.had += 1));
  };
  return { state, come, passes: () => goOn?.() };
}

describe('Waking', () => {
  afterEach(() => void vi.restoreAllMocks());

  it('never waits where there is nobody to ask', async () => {
    const waking = new Waking({ ask: undefined, now: () => 0, wait: () => expect.unreachable('nobody waits') });
    await Promise.all(Array.from({ length: 10_000 }, () => waking.turn()));
  });

  it('wakes few without asking, and again after a rest', async () => {
    const { state, come } = platform([]);
    come(32);
    await settle();
    state.time = 10_001;
    come(32);
    await settle();
    expect(state).toMatchObject({ had: 64, asked: 0 });
  });

  it('wakes many as they are granted, and asks again when there is no room', async () => {
    const warned = vi.spyOn(console, 'warn').mockReturnValue();
    const { state, come, passes } = platform([100, 0, 50, new Error('away'), 1000]);
    come(364);
    await settle();
    expect(state).toMatchObject({ had: 228, waits: [200] });
    passes();
    await settle();
    expect(state).toMatchObject({ had: 278, waits: [200, 200] });
    passes();
    await settle();
    expect(state).toMatchObject({ had: 364, asked: 5 });
    expect(warned).toHaveBeenCalledOnce();
  });
});
