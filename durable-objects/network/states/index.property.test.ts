import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NetworkStates } from './network-states.ts';
import { entries, news, stateStorage } from './testing/states.ts';

const HARDWARE = ['hw1', 'hw2', 'hw3'];
const value = fc.oneof(
  { weight: 4, arbitrary: fc.record({ places: fc.subarray(['home', 'pub', 'park', 'zoo']) }) },
  fc.constantFrom('not json', '[]', '{"places":7}'),
);
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('put' as const), by: fc.constantFrom(...HARDWARE), of: fc.nat(3), value }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), by: fc.constantFrom(...HARDWARE), of: fc.nat(3) }) },
  { arbitrary: fc.record({ do: fc.constant('leave' as const), by: fc.constantFrom(...HARDWARE) }), weight: 1 },
  { arbitrary: fc.record({ do: fc.constant('repeat' as const), by: fc.constantFrom(...HARDWARE) }), weight: 1 },
  { arbitrary: fc.record({ do: fc.constant('evict' as const) }), weight: 1 },
);

type State = ReturnType<typeof news>['state'];

describe('the index', () => {
  it('is after any reports and deletions of several gateways what indexing the states that are left from scratch gives', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const storage = stateStorage();
        let states = storage.open();
        const left = new Map(HARDWARE.map((hardwareId) => [hardwareId, new Map<string, State>()]));
        const sent = new Map<string, Parameters<NetworkStates['take']>[1][]>();
        let number = 0;
        for (const item of steps) {
          number += 1;
          if (item.do === 'evict') {
            states = storage.open();
            continue;
          }
          const { by: hardwareId } = item;
          if (item.do === 'leave') {
            states.forget(hardwareId);
            left.get(hardwareId)?.clear();
            sent.delete(hardwareId);
          } else if (item.do === 'repeat') {
            for (const batch of sent.get(hardwareId) ?? []) states.take(hardwareId, { ...batch, confirmed: 0 });
          } else {
            const given = news(number, `p${item.of}`, item.do === 'put' ? item.value : null);
            const batch = { hardwareId, confirmed: 0, news: [given] };
            expect(states.take(hardwareId, batch)).toEqual({ taken: true });
            sent.set(hardwareId, [...(sent.get(hardwareId) ?? []), batch]);
            if (given.state) left.get(hardwareId)?.set(given.deviceId, given.state);
            else left.get(hardwareId)?.delete(given.deviceId);
          }
        }
        const scratch = stateStorage();
        const fresh = scratch.open();
        for (const [hardwareId, of] of left) {
          const all = [...of].map(([deviceId, state], index) => ({ type: 'phone', deviceId, number: index + 1, state }));
          fresh.take(hardwareId, { hardwareId, confirmed: 0, news: all });
        }
        expect(entries(storage.sql)).toEqual(entries(scratch.sql));
        for (const query of [
          { types: ['phone'], indexes: ['phones_at'] },
          { types: ['phone'], everyReporter: true as const },
        ])
          expect(states.about(query, '')).toEqual(fresh.about(query, ''));
      }),
      { numRuns: 200 },
    );
  });
});
