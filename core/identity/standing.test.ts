import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TestD1, testD1 } from '../../test/support/d1.ts';
import { registerCertificate, revokeCertificate } from '../certifier/certificates.ts';
import { Database } from '../db/database.ts';
import { newToken, registerOperatorStatements } from './operators.ts';
import type { Credential, Grant } from './principal.ts';
import { standing } from './standing.ts';
import { addToken, deleteUser, dropToken, userById } from './users.ts';

const NOW = 1_800_000_000_000;
const grants: Grant[] = [{ effect: 'ALLOW', action: 'WRITE', resourceType: 'network', resource: 'n1' }];
const dates = { notBefore: NOW - 1000, notAfter: NOW + 1000, issuedAt: NOW - 1000 };
const live = await newToken();
const narrow = await newToken();
const short = await newToken();
let store: TestD1;
let db: Database;

const of = async (credential: Credential, now = NOW) => (await db.read(standing(credential, now)))[0];

beforeEach(async () => {
  store = testD1();
  db = new Database(store.d1);
  const gateway = { kind: 'gateway', subject: 'hw1', ...dates } as const;
  await db.commit([
    ...registerOperatorStatements({ id: 'ann', grants, certificate: { serial: '0A', fingerprint: 'a', ...dates }, token: live }, NOW),
    registerCertificate({ serial: '61', fingerprint: 'g', ...gateway }),
    ...addToken('ann', { record: short, policies: null, expiresAt: NOW + 10, at: NOW }),
    ...addToken('ann', {
      record: narrow,
      policies: [{ effect: 'ALLOW', action: 'WRITE', resourceType: 'NETWORK_ID', resourceIDs: ['n2'] }],
      expiresAt: null,
      at: NOW,
    }),
  ]);
});
afterEach(() => store.close());

describe('what somebody may today who was let in earlier', () => {
  it('is what the token or certificate lets them', async () => {
    for (const credential of [{ token: live.id }, { certificate: '0A' }])
      expect(await of(credential)).toEqual({ kind: 'operator', id: 'ann', grants, credential });
    expect(await of({ token: narrow.id })).toMatchObject({ grants: [{ resourceType: 'network', resource: 'n2' }] });
  });

  it('stays when they run out', async () => {
    expect(await of({ token: short.id }, NOW + 5000)).toMatchObject({ id: 'ann', grants });
    expect(await of({ certificate: '0A' }, NOW + 5000)).toMatchObject({ id: 'ann', grants });
  });

  it('is nothing once they are revoked', async () => {
    await db.commit([...dropToken('ann', live.id, NOW + 1), revokeCertificate({ serial: '0A', reason: 'lost', at: NOW + 1 })]);
    expect(await of({ token: live.id })).toBeUndefined();
    expect(await of({ certificate: '0A' })).toBeUndefined();
    expect(await of({ token: narrow.id })).toBeDefined();
  });

  it('is nothing once the operator is gone', async () => {
    const [ann] = await db.read(userById({ id: 'ann' }));
    if (ann) await db.commit(deleteUser(ann, NOW + 1));
    for (const credential of [{ token: live.id }, { certificate: '0A' }]) expect(await of(credential)).toBeUndefined();
  });

  it('is less when rights are taken away', async () => {
    store.sqlite.exec('DELETE FROM grants');
    for (const credential of [{ token: live.id }, { certificate: '0A' }]) expect(await of(credential)).toMatchObject({ grants: [] });
  });

  it('is nothing for who never was an operator', async () => {
    for (const credential of [{ token: 'tok_none' }, { certificate: 'FF' }, { certificate: '61' }])
      expect(await of(credential)).toBeUndefined();
  });
});
