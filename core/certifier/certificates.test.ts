import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TestD1, testD1 } from '../../test/support/d1.ts';
import { addGateway, addNetwork } from '../../test/support/gateways.ts';
import { Database } from '../db/database.ts';
import { registerOperatorStatements } from '../identity/operators.ts';
import { type Certificate, certificateBySerial, certificateStatus, registerCertificate, revokeCertificate } from './certificates.ts';

const fresh = {
  serial: 'A1',
  fingerprint: 'f1',
  kind: 'gateway',
  subject: 'hw1',
  notBefore: 1000,
  notAfter: 5000,
  issuedAt: 2000,
} as const;
const known: Certificate = { ...fresh, revokedAt: null, revokeReason: null, issuer: null };
let store: TestD1;
let db: Database;

beforeEach(() => {
  store = testD1();
  db = new Database(store.d1);
});
afterEach(() => store.close());

const found = async (serial: string) => (await db.read(certificateBySerial({ serial })))[0];

describe('certificateStatus', () => {
  it.each([
    ['valid', known, 'f1', 2000],
    ['valid', known, 'f1', 1000],
    ['valid', known, 'f1', 5000],
    ['unknown', undefined, 'f1', 2000],
    ['unknown', known, 'f2', 2000],
    ['unknown', known, '', 2000],
    ['expired', known, 'f1', 5001],
    ['not_yet_valid', known, 'f1', 999],
    ['revoked', { ...known, revokedAt: 1500 }, 'f1', 2000],
    ['revoked', { ...known, revokedAt: 1500 }, 'f1', 9000],
    ['unknown', { ...known, revokedAt: 1500 }, 'f2', 2000],
  ] as const)('is %s', (status, certificate, fingerprint, now) => {
    expect(certificateStatus(certificate, { fingerprint, now })).toBe(status);
  });
});

describe('certificates', () => {
  it('are found by serial with the gateway they stand for', async () => {
    await addNetwork(store, 'n1');
    await addGateway(store, { networkId: 'n1', gatewayId: 'g1', hardwareId: 'hw1' });
    await db.commit([registerCertificate(fresh), registerCertificate({ ...fresh, serial: 'A2', subject: 'hw2' })]);
    expect(await found('A1')).toEqual({ ...known, gateway: { networkId: 'n1', gatewayId: 'g1' }, grants: null });
    expect(await found('A2')).toMatchObject({ subject: 'hw2', gateway: null });
    expect(await found('A3')).toBeUndefined();
  });

  it('of an operator come with the access list', async () => {
    await db.commit(
      registerOperatorStatements({ id: 'ann', grants: [{ effect: 'ALLOW', action: 'READ', resourceType: 'network', resource: 'n1' }] }, 1),
    );
    await db.commit([
      registerCertificate({ ...fresh, kind: 'operator', subject: 'ann' }),
      registerCertificate({ ...fresh, serial: 'A2', kind: 'operator', subject: 'gone' }),
    ]);
    expect(await found('A1')).toMatchObject({
      gateway: null,
      grants: [{ effect: 'ALLOW', action: 'READ', resourceType: 'network', resource: 'n1' }],
    });
    expect(await found('A2')).toMatchObject({ gateway: null, grants: null });
  });

  it('of a gateway do not become those of an operator with the same name, nor the other way round', async () => {
    await addNetwork(store, 'n1');
    await addGateway(store, { networkId: 'n1', gatewayId: 'g1', hardwareId: 'same' });
    await db.commit([
      ...registerOperatorStatements({ id: 'same', grants: [] }, 1),
      registerCertificate({ ...fresh, subject: 'same' }),
      registerCertificate({ ...fresh, serial: 'A2', kind: 'operator', subject: 'same' }),
    ]);
    expect(await found('A1')).toMatchObject({ grants: null, gateway: { gatewayId: 'g1' } });
    expect(await found('A2')).toMatchObject({ grants: [], gateway: null });
  });

  it('are revoked once, with the reason', async () => {
    await db.commit([registerCertificate(fresh)]);
    const [rows] = await db.commit([revokeCertificate({ serial: 'A1', reason: 'stolen', at: 2500 })]);
    expect(rows).toEqual([{ serial: 'A1' }]);
    expect(await found('A1')).toMatchObject({ revokedAt: 2500, revokeReason: 'stolen' });
    const [again, unknown] = await db.commit([
      revokeCertificate({ serial: 'A1', reason: 'other', at: 2600 }),
      revokeCertificate({ serial: 'A9', reason: 'x', at: 1 }),
    ]);
    expect([again, unknown]).toEqual([[], []]);
    expect(await found('A1')).toMatchObject({ revokedAt: 2500, revokeReason: 'stolen' });
  });

  it('have one serial each', async () => {
    await db.commit([registerCertificate(fresh)]);
    await expect(db.commit([registerCertificate(fresh)])).rejects.toMatchObject({ code: 'conflict' });
  });
});
