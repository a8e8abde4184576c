import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PresenceReport } from '../ports.ts';
import { Freshness } from './freshness.ts';

const report = (revision: number, more: Partial<PresenceReport> = {}): PresenceReport => ({ hardwareId: 'hw', revision, ...more });
const connection = { since: 1, certificateExpiresAt: 2 };
const checkin = { at: 1, state: '{}' };

describe('Freshness', () => {
  it('lets through what is newer, part by part', () => {
    const fresh = new Freshness();
    expect(fresh.sift('g', report(5, { connection: null }))).toEqual(report(5, { connection: null }));
    expect(fresh.sift('g', report(4, { connection, checkin }))).toEqual(report(4, { checkin }));
    expect(fresh.sift('g', report(5, { connection }))).toEqual(report(5));
    expect(fresh.sift('g', report(6, { connection, streams: [] }))).toEqual(report(6, { connection, streams: [] }));
    expect(fresh.sift('other', report(1, { connection: null }))).toEqual(report(1, { connection: null }));
  });

  it('starts anew with other hardware, and after it was told to forget', () => {
    const fresh = new Freshness();
    fresh.sift('g', report(5, { connection }));
    expect(fresh.heard('g', 'hw')).toBe(true);
    expect(fresh.heard('g', 'new')).toBe(false);
    expect(fresh.sift('g', { ...report(1, { connection }), hardwareId: 'new' })).toMatchObject({ connection });
    expect(fresh.heard('g', 'hw')).toBe(false);
    fresh.forget('g');
    expect(fresh.heard('g', 'new')).toBe(false);
  });

  it('ends with the newest word of each part, in whatever order reports arrive', () => {
    const part = fc.constantFrom('connection' as const, 'checkin' as const);
    fc.assert(
      fc.property(fc.uniqueArray(fc.record({ revision: fc.nat(50), part }), { selector: ({ revision }) => revision }), (reports) => {
        const fresh = new Freshness();
        const kept = new Map<string, number>();
        for (const { revision, part: name } of reports) {
          const given =
            name === 'connection' ? { connection: { since: revision, certificateExpiresAt: 0 } } : { checkin: { at: revision, state: '' } };
          const sifted = fresh.sift('g', report(revision, given));
          if (sifted.connection) kept.set('connection', sifted.connection.since);
          if (sifted.checkin) kept.set('checkin', sifted.checkin.at);
        }
        for (const name of ['connection', 'checkin']) {
          const newest = reports.filter((entry) => entry.part === name).map(({ revision }) => revision);
          expect(kept.get(name)).toBe(newest.length > 0 ? Math.max(...newest) : undefined);
        }
      }),
    );
  });
});
