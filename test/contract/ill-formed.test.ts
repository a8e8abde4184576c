import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { pathsOf, refusalFault } from './answers.ts';
import { startContractPlatform } from './started.ts';

const { platform, ask, probes } = await startContractPlatform();
const untouched = platform.dump();

afterEach(() => platform.restore());
afterAll(() => platform.store.close());

const withBody = probes.filter(({ route, body }) => route.body && body !== undefined);

describe('halves of characters', () => {
  it.each(withBody.map((probe) => [`${probe.method} ${probe.route.path}`, probe] as const))('are not stored by %s', async (_, probe) => {
    const half = String.raw`\ud800`;
    // In the last text of the body, be it a value or a key; a body without one is sent as one.
    const body = probe.body?.includes('"') ? probe.body.replace(/"(?=[^"]*$)/, `${half}"`) : `"${half}"`;
    const answered = await ask({ ...probe, body });
    expect(refusalFault(answered, 400)).toBeUndefined();
    expect(answered.text).toContain('half of a surrogate pair');
    expect(pathsOf(answered).every((path) => path.startsWith('body'))).toBe(true);
    expect(platform.dump() === untouched).toBe(true);
  });
});
