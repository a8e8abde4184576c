import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { pathsOf, refusalFault } from './answers.ts';
import { rules } from './rules/index.ts';
import type { Rule } from './rules/rule.ts';
import { startContractPlatform } from './started.ts';

const { platform, ask } = await startContractPlatform();
const untouched = platform.dump();

afterEach(() => platform.restore());
afterAll(() => platform.store.close());

/** What one body breaks, and how the platform has to say so. */
describe.each(Object.entries(rules))('%s', (_, ofSection) => {
  it.each(ofSection.map((rule): readonly [string, Rule] => [rule.what, rule]))(
    '%s',
    async (_what, { ask: [method, path], body, status = 400, at, before = [] }) => {
      for (const [first, where, sent] of before) {
        const made = await ask({ method: first, path: where, body: JSON.stringify(sent) });
        expect(made.status, made.text).toBeLessThan(300);
      }
      const stored = before.length === 0 ? untouched : platform.dump();
      const answered = await ask({ method, path, body: body === undefined ? undefined : JSON.stringify(body) });
      expect(refusalFault(answered, status)).toBeUndefined();
      if (at) expect([...pathsOf(answered)].sort(), answered.text).toEqual([...at].sort());
      expect(platform.dump() === stored).toBe(true);
    },
  );
});
