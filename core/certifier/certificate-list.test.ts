import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TestD1, testD1 } from '../../test/support/d1.ts';
import { addGateway, addNetwork } from '../../test/support/gateways.ts';
import { Database } from '../db/database.ts';
import { type CertificateFilter, countCertificates, listCertificates } from './certificate-list.ts';
import { type Certificate, certificateStatus, registerCertificate, revokeCertificate } from './certificates.ts';

const NOW = 10_000;
let store: TestD1;
let db: Database;

const certificate = (serial: string, more: Partial<Certificate> = {}) =>
  registerCertificate({
    serial,
    fingerprint: serial.toLowerCase(),
    kind: 'gateway',
    subject: 'hw1',
    notBefore: 1000,
    notAfter: 20_000,
    issuedAt: 2000,
    ...more,
  });
const serials = async (filter: CertificateFilter) =>
  (await db.read(listCertificates(filter, NOW, { limit: 99 })))[0].map(({ serial }) => serial);

beforeEach(async () => {
  store = testD1();
  db = new Database(store.d1);
  await addNetwork(store, 'n1');
  await addNetwork(store, 'n2');
  await addGateway(store, { networkId: 'n1', gatewayId: 'g1', hardwareId: 'hw1' });
  await addGateway(store, { networkId: 'n2', gatewayId: 'g2', hardwareId: 'hw2' });
  await db.commit([
    certificate('A1', { notAfter: 30_000, issuer: 'ca1' }),
    certificate('A2', { notAfter: 9000 }),
    certificate('B1', { subject: 'hw2', notBefore: 11_000 }),
    certificate('C1', { subject: 'hw-gone' }),
    certificate('D1', { kind: 'operator', subject: 'ann', notAfter: 12_000 }),
    certificate('E1', { kind: 'operator', subject: 'hw1' }),
    certificate('F1'),
    revokeCertificate({ serial: 'F1', reason: 'stolen', at: 5000 }),
  ]);
});
afterEach(() => store.close());

describe('the list of certificates', () => {
  it('begins with those that end first, and says whose they are and what they are worth', async () => {
    const [all] = await db.read(listCertificates({}, NOW, { limit: 99 }));
    expect(all.map(({ serial, state, gateway }) => `${serial} ${state} ${gateway?.networkId ?? '-'}/${gateway?.gatewayId ?? '-'}`)).toEqual(
      ['A2 expired n1/g1', 'D1 valid -/-', 'B1 not_yet_valid n2/g2', 'C1 valid -/-', 'E1 valid -/-', 'F1 revoked n1/g1', 'A1 valid n1/g1'],
    );
    for (const each of all) expect(each.state).toBe(certificateStatus(each, { fingerprint: each.fingerprint, now: NOW }));
    expect(all.at(-1)).toMatchObject({ issuer: 'ca1', fingerprint: 'a1', kind: 'gateway', subject: 'hw1', notAfter: 30_000 });
  });

  it.each<[CertificateFilter, string[]]>([
    [{ kind: 'operator' }, ['D1', 'E1']],
    [{ subject: 'hw1' }, ['A2', 'E1', 'F1', 'A1']],
    [{ subject: 'hw1', kind: 'gateway' }, ['A2', 'F1', 'A1']],
    [{ networkId: 'n1' }, ['A2', 'F1', 'A1']],
    [{ networkId: 'n2' }, ['B1']],
    [{ networkId: 'n2', subject: 'hw1' }, []],
    [{ networkId: 'n1', kind: 'operator' }, []],
    [{ state: 'valid' }, ['D1', 'C1', 'E1', 'A1']],
    [{ state: 'revoked' }, ['F1']],
    [{ networkId: 'n1', state: 'expired' }, ['A2']],
    [{ state: 'valid', endsBy: 12_000 }, ['D1']],
    [{ issuer: 'ca1' }, ['A1']],
  ])('of %j', async (filter, expected) => {
    expect(await serials(filter)).toEqual(expected);
    expect(await db.read(countCertificates(filter, NOW))).toEqual([expected.length]);
  });

  it('goes on behind the place of the last one, also among those that end together', async () => {
    const found: string[] = [];
    let after: { notAfter: number; serial: string } | undefined;
    for (;;) {
      const [page] = await db.read(listCertificates({}, NOW, { limit: 2, after }));
      found.push(...page.map(({ serial }) => serial));
      after = page.at(-1);
      if (page.length < 2) break;
    }
    expect(found).toEqual(await serials({}));
  });

  it('walks an index from its place, however many there are', () => {
    const plan = (text: string) => JSON.stringify(store.sqlite.prepare(`EXPLAIN QUERY PLAN ${text}`).all());
    const everything = listCertificates({}, NOW, { limit: 9 });
    expect(plan(everything.sql)).toContain('certificates_by_expiry (not_after>?)');
    expect(plan(listCertificates({ subject: 'hw1' }, NOW, { limit: 9 }).sql)).toContain('certificates_by_subject (kind=? AND subject=?)');
    expect(plan(listCertificates({ networkId: 'n1' }, NOW, { limit: 9 }).sql)).toContain('certificates_by_subject (kind=? AND subject=?)');
  });
});
