import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TestD1, testD1 } from '../../test/support/d1.ts';
import { Database } from '../db/database.ts';
import { recentlyRevoked, sweepExpired } from './certificate-sweep.ts';
import { registerCertificate, revokeCertificate } from './certificates.ts';

const HOUR = 3_600_000;
const NOW = 1000 * HOUR;
let store: TestD1;
let db: Database;

const certificate = (serial: string, notAfter: number, subject = 'hw1', kind: 'gateway' | 'operator' = 'gateway') =>
  registerCertificate({ serial, fingerprint: 'f', kind, subject, notBefore: 1, notAfter, issuedAt: 1 });
const left = () =>
  store.sqlite
    .prepare('SELECT serial FROM certificates ORDER BY serial')
    .all()
    .map((row) => row['serial']);

beforeEach(() => {
  store = testD1();
  db = new Database(store.d1);
});
afterEach(() => store.close());

describe('the sweep of certificates', () => {
  it('takes away what has been expired for a day, revoked or not, and nothing else', async () => {
    await db.commit([
      certificate('A', NOW - 24 * HOUR - 1),
      certificate('B', NOW - 24 * HOUR),
      certificate('C', NOW - 1),
      certificate('D', NOW + HOUR),
      certificate('E', NOW - 48 * HOUR),
      revokeCertificate({ serial: 'D', reason: 'lost', at: NOW - 100 * HOUR }),
      revokeCertificate({ serial: 'E', reason: 'lost', at: NOW - HOUR }),
    ]);
    expect(await sweepExpired(db, NOW)).toBe(2);
    expect(left()).toEqual(['B', 'C', 'D']);
    expect(await sweepExpired(db, NOW)).toBe(0);
  });

  it('works in batches, and leaves the rest to the next run', async () => {
    await db.commit(Array.from({ length: 7 }, (_, index) => certificate(`A${index}`, index)));
    expect(await sweepExpired(db, NOW, { batch: 2, most: 2 })).toBe(4);
    expect(left()).toEqual(['A4', 'A5', 'A6']);
    const before = store.trips();
    expect(await sweepExpired(db, NOW, { batch: 2, most: 9 })).toBe(3);
    expect(store.trips() - before).toBe(2);
  });
});

describe('recently revoked certificates', () => {
  it('are those of gateways that would still be valid, by hardware id', async () => {
    await db.commit([
      ...['A', 'B'].map((serial) => certificate(serial, NOW + HOUR)),
      certificate('C', NOW + HOUR, 'hw2'),
      certificate('D', NOW + HOUR, 'hw3'),
      certificate('E', NOW - 1, 'hw4'),
      certificate('F', NOW + HOUR, 'ann', 'operator'),
      certificate('G', NOW + HOUR, 'hw5'),
      ...['A', 'B', 'C', 'E', 'F'].map((serial) => revokeCertificate({ serial, reason: 'r', at: NOW - 10 })),
      revokeCertificate({ serial: 'D', reason: 'r', at: NOW - 1000 }),
    ]);
    const [found] = await db.read(recentlyRevoked(NOW - 100, NOW));
    expect(Object.fromEntries(found)).toEqual({ hw1: ['A', 'B'], hw2: ['C'] });
    const query = recentlyRevoked(NOW - 100, NOW);
    expect(JSON.stringify(store.sqlite.prepare(`EXPLAIN QUERY PLAN ${query.sql}`).all())).toContain('certificates_by_revocation');
  });
});
