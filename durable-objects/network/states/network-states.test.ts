import { describe, expect, it } from 'vitest';
import type { StateQuery } from '../../../core/state/network-states.ts';
import type { StateNews } from '../../ports.ts';
import type { NetworkStates } from './network-states.ts';
import { entries, news, placeIndexer, stateStorage } from './testing/states.ts';

const at = (...places: string[]) => ({ places });
const tell = (states: NetworkStates, hardwareId: string, confirmed: number, ...given: StateNews[]) =>
  states.take(`of-${hardwareId}`, { hardwareId, confirmed, news: given });

/** What is known of one subject. */
const about = (
  states: NetworkStates,
  subject: string,
  query: Omit<StateQuery, 'subjects'> = { types: ['phone'], indexes: ['phones_at'] },
) => states.about({ ...query, subjects: [subject] }, '').subjects[0]?.[1];
const found = (states: NetworkStates, place: string) => about(states, place, { indexes: ['phones_at'] })?.indexed['phones_at'] ?? [];

describe('reported states of a network', () => {
  it('are found by subject and by what indexers make of them', () => {
    const { open } = stateStorage();
    const states = open();
    expect(tell(states, 'hw1', 0, news(1, 'p1', at('home', 'pub')), news(2, 'hw1:p2', at('pub')))).toEqual({ taken: true });
    expect(about(states, 'p2')).toEqual({
      states: [{ type: 'phone', hardwareId: 'hw1', gatewayId: 'of-hw1', value: '{"places":["pub"]}', receivedAt: 2 }],
      indexed: {},
    });
    expect(found(states, 'pub')).toEqual(['p2', 'p1']);
    expect(found(states, 'home')).toEqual(['p1']);
    expect(about(states, 'nobody')).toBeUndefined();
  });

  it('leave the index when they change or go', () => {
    const { open, sql } = stateStorage();
    const states = open();
    tell(states, 'hw1', 0, news(1, 'p1', at('home', 'pub')));
    tell(states, 'hw1', 1, news(2, 'p1', at('pub', 'park')));
    expect(entries(sql)).toEqual(['hw1 p1: phones_at park=p1', 'hw1 p1: phones_at pub=p1']);
    tell(states, 'hw1', 2, news(3, 'p1', null));
    expect(entries(sql)).toEqual([]);
    expect(about(states, 'p1')).toBeUndefined();
  });

  it('of two gateways are both kept; the newest is shown and alone counts in look-ups', () => {
    const { open } = stateStorage();
    const states = open();
    tell(states, 'hw1', 0, news(1, 'p1', at('home'), { at: 10 }));
    tell(states, 'hw2', 0, news(1, 'p1', at('pub'), { at: 20 }));
    expect(about(states, 'p1')?.states.map(({ hardwareId }) => hardwareId)).toEqual(['hw2']);
    expect(about(states, 'p1', { types: ['phone'], everyReporter: true })?.states.map(({ hardwareId }) => hardwareId)).toEqual([
      'hw2',
      'hw1',
    ]);
    expect([found(states, 'home'), found(states, 'pub')]).toEqual([[], ['p1']]);
    tell(states, 'hw2', 1, news(2, 'p1', null));
    expect([found(states, 'home'), found(states, 'pub')]).toEqual([['p1'], []]);
  });

  it('that are no text are kept as far as a row has room for what becomes of them', () => {
    const { open, sql } = stateStorage();
    const states = open();
    const state = { version: 1, receivedAt: 1, value: new Uint8Array(1024 * 1024).fill(0xff) };
    const text = { version: 1, receivedAt: 1, value: new TextEncoder().encode(JSON.stringify('ä'.repeat(500_000))) };
    const given = [
      { type: 'phone', deviceId: 'p1', number: 1, state },
      { type: 'phone', deviceId: 'p2', number: 2, state: text },
    ];
    expect(states.take('g', { hardwareId: 'hw1', confirmed: 0, news: given })).toEqual({ taken: true });
    const sizes = sql.exec<{ bytes: number }>('SELECT length(CAST(value AS BLOB)) AS bytes FROM states ORDER BY device_id').toArray();
    expect(sizes).toEqual([{ bytes: 1_500_000 }, { bytes: 1_000_002 }]);
    expect(states.report().faulty).toContainEqual(expect.objectContaining({ deviceId: 'p1', fault: 'is not JSON' }));
  });

  it('that cannot be read are kept, told, and break nothing', () => {
    const { open } = stateStorage();
    const states = open();
    expect(
      tell(
        states,
        'hw1',
        0,
        news(1, 'p1', '{"places":'),
        news(2, 'p2', { places: 7 }),
        news(3, 'p3', at('pub')),
        news(4, 'w', '7', { type: 'unknown' }),
      ),
    ).toEqual({ taken: true });
    expect(about(states, 'p1')?.states[0]?.value).toBe('{"places":');
    expect(found(states, 'pub')).toEqual(['p3']);
    const { faulty, types } = states.report();
    expect(faulty).toEqual([
      { type: 'phone', deviceId: 'p2', hardwareId: 'hw1', receivedAt: 2, fault: expect.stringMatching(/^places: /) },
      { type: 'phone', deviceId: 'p1', hardwareId: 'hw1', receivedAt: 1, fault: 'is not JSON' },
    ]);
    expect(types).toEqual([
      { type: 'phone', states: 3, faulty: 2 },
      { type: 'unknown', states: 1, faulty: 0 },
    ]);
    tell(states, 'hw1', 4, news(5, 'p1', at('park')), news(6, 'p2', null));
    expect(states.report().faulty).toEqual([]);
  });

  it('survive an indexer that fails', () => {
    const { open } = stateStorage();
    const broken = {
      ...placeIndexer(1),
      entries: () => {
        throw new Error('on purpose');
      },
    };
    const states = open([broken]);
    expect(tell(states, 'hw1', 0, news(1, 'p1', at('pub')))).toEqual({ taken: true });
    expect(about(states, 'p1')?.states).toHaveLength(1);
  });

  it('are taken once, however often and late they come', () => {
    const { open } = stateStorage();
    const states = open();
    const late = [news(1, 'p1', at('home')), news(2, 'p2', at('home'))];
    tell(states, 'hw1', 0, ...late, news(3, 'p1', null));
    tell(states, 'hw1', 0, ...late);
    tell(states, 'hw1', 3, news(4, 'p2', at('pub')));
    tell(states, 'hw1', 0, ...late);
    expect([found(states, 'home'), found(states, 'pub')]).toEqual([[], ['p2']]);
  });

  it('that are reported again as they were are as new as that', () => {
    const { open } = stateStorage();
    const states = open();
    tell(states, 'hw1', 0, news(1, 'w1', at('home'), { type: 'watch', at: 10 }));
    tell(states, 'hw1', 1, news(2, 'w1', undefined, { type: 'watch', at: 70 }));
    expect(about(states, 'w1', { types: ['watch'] })?.states[0]).toMatchObject({ receivedAt: 70, value: '{"places":["home"]}' });
  });

  it('are dropped and asked for again when less is here than the gateway was told', () => {
    const { open, sql } = stateStorage();
    const states = open();
    tell(states, 'hw1', 0, news(1, 'p1', at('home')));
    expect(tell(states, 'hw1', 5, news(6, 'p2', at('pub')))).toEqual({ taken: false, reason: 'gap' });
    expect(entries(sql)).toEqual([]);
    expect(tell(states, 'hw1', 0, news(7, 'p1', at('home')), news(8, 'p2', at('pub')))).toEqual({ taken: true });
    expect(entries(sql)).toHaveLength(2);
    expect(tell(states, 'hw1', 8, news(9, 'w1', undefined, { type: 'watch' }))).toEqual({ taken: false, reason: 'gap' });
  });

  it('go with their gateway, also when its hardware serves as another one', () => {
    const { open, sql } = stateStorage();
    const states = open();
    tell(states, 'hw1', 0, news(1, 'p1', at('home')));
    tell(states, 'hw2', 0, news(1, 'p1', at('pub')));
    states.forget('hw1');
    expect(entries(sql)).toEqual(['hw2 p1: phones_at pub=p1']);
    states.take('another', { hardwareId: 'hw2', confirmed: 0, news: [news(1, 'p9', at('zoo'))] });
    expect(entries(sql)).toEqual(['hw2 p9: phones_at zoo=p9']);
  });

  it('come page by page when they are many, each once', () => {
    const { open } = stateStorage();
    const states = open();
    const given = Array.from({ length: 2500 }, (_, index) => news(index + 1, `p${String(index).padStart(5, '0')}`, at('home')));
    tell(states, 'hw1', 0, ...given);
    for (const subjects of [undefined, given.map(({ deviceId }) => deviceId)]) {
      const seen: string[] = [];
      let pages = 0;
      for (let after: string | null = ''; after !== null; pages += 1) {
        const page = states.about({ types: ['phone'], ...(subjects ? { subjects } : {}) }, after);
        seen.push(...page.subjects.map(([id]) => id));
        after = page.next;
      }
      expect(seen).toEqual(given.map(({ deviceId }) => deviceId));
      expect(pages).toBe(3);
    }
  });

  it('that are large come in pages that a call between objects can carry', () => {
    const { open } = stateStorage();
    const states = open();
    const large = { places: ['x'.repeat(1_000_000)] };
    tell(states, 'hw1', 0, ...Array.from({ length: 10 }, (_, index) => news(index + 1, `p${index}`, large)));
    const first = states.about({ types: ['phone'] }, '');
    expect(first.subjects.map(([id]) => id)).toEqual(['p0', 'p1', 'p2', 'p3', 'p4']);
    expect(states.about({ types: ['phone'] }, first.next ?? '').subjects).toHaveLength(5);
  });
});
