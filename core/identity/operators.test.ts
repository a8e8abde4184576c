import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TestD1, testD1 } from '../../test/support/d1.ts';
import { Database } from '../db/database.ts';
import { replaceGrants } from './operator-grants.ts';
import { newToken, registerOperatorStatements, tokenByHash } from './operators.ts';
import type { Grant } from './principal.ts';
import { RefusalLimiter, refusalStatement } from './refusal-audit.ts';
import { userById } from './users.ts';

const all: Grant = { effect: 'ALLOW', action: 'WRITE', resourceType: 'all', resource: '*' };
let store: TestD1;
let db: Database;

beforeEach(() => {
  store = testD1();
  db = new Database(store.d1);
});
afterEach(() => store.close());

const everything = () =>
  ['operators', 'grants', 'certificates', 'tokens'].map((table) =>
    store.sqlite
      .prepare(`SELECT * FROM ${table}`)
      .all()
      .map((row) => ({ ...row })),
  );

describe('registerOperatorStatements', () => {
  it('lets an operator in, and again changes nothing', async () => {
    const token = await newToken();
    const certificate = { serial: 'A1', fingerprint: 'f1', notBefore: 1, notAfter: 9, issuer: 'ca1' };
    const admin = { id: 'admin', grants: [all], certificate, token };
    await db.commit(registerOperatorStatements(admin, 5));
    const first = everything();
    expect(first).toEqual([
      [{ id: 'admin', created_at: 5, password: null, version: 1 }],
      [{ id: 1, operator_id: 'admin', effect: 'ALLOW', action: 'WRITE', resource_type: 'all', resource: '*' }],
      [
        {
          serial: 'A1',
          fingerprint: 'f1',
          kind: 'operator',
          subject: 'admin',
          not_before: 1,
          not_after: 9,
          issued_at: 5,
          revoked_at: null,
          revoke_reason: null,
          issuer: 'ca1',
        },
      ],
      [
        {
          id: token.id,
          operator_id: 'admin',
          hash: token.hash,
          prefix: token.prefix,
          created_at: 5,
          expires_at: null,
          revoked_at: null,
          last_used_at: null,
          policies: null,
          kind: 'api',
        },
      ],
    ]);
    await db.commit(registerOperatorStatements(admin, 7));
    expect(everything()).toEqual(first);
    expect(JSON.stringify(first)).not.toContain(token.token);
  });

  it('does not bring back what was revoked', async () => {
    const token = await newToken();
    await db.commit(registerOperatorStatements({ id: 'admin', grants: [all], token }, 5));
    store.sqlite.exec('UPDATE tokens SET revoked_at = 6');
    await db.commit(registerOperatorStatements({ id: 'admin', grants: [all], token }, 7));
    const [found] = await db.read(tokenByHash({ hash: token.hash }));
    expect(found).toMatchObject({ operatorId: 'admin', expiresAt: null, revokedAt: 6, grants: [all] });
  });

  it('does not bring back grants that were replaced', async () => {
    await db.commit(registerOperatorStatements({ id: 'admin', grants: [all] }, 5));
    const [found] = await db.read(userById({ id: 'admin' }));
    const read: Grant = { effect: 'ALLOW', action: 'READ', resourceType: 'network', resource: 'n1' };
    if (!found) throw new Error('is not there');
    await db.commit(replaceGrants(found, [read]));
    await db.commit(registerOperatorStatements({ id: 'admin', grants: [all] }, 7));
    const [now] = await db.read(userById({ id: 'admin' }));
    expect(now?.grants).toEqual([read]);
    await expect(db.commit(replaceGrants(found, [all]))).rejects.toMatchObject({ code: 'precondition_failed' });
  });

  it('adds grants, a token and a certificate to one who is there', async () => {
    await db.commit(registerOperatorStatements({ id: 'ann', grants: [] }, 5));
    const token = await newToken();
    const read: Grant = { effect: 'DENY', action: 'READ', resourceType: 'network', resource: 'n1' };
    await db.commit(registerOperatorStatements({ id: 'ann', grants: [all, read], token: { ...token, expiresAt: 99 } }, 6));
    const [found] = await db.read(tokenByHash({ hash: token.hash }));
    expect(found).toMatchObject({ operatorId: 'ann', expiresAt: 99, revokedAt: null, grants: [all, read] });
  });

  it('a line of the access list in an unknown form opens nothing, and shuts everything when it denies', async () => {
    const token = await newToken();
    await db.commit(registerOperatorStatements({ id: 'ann', grants: [], token }, 5));
    store.sqlite.exec(
      "INSERT INTO grants (operator_id, effect, action, resource_type, resource) VALUES ('ann', 'ALLOW', 'WRITE', 'planet', '*'), ('ann', 'DENY', 'WRITE', 'planet', 'x')",
    );
    const [found] = await db.read(tokenByHash({ hash: token.hash }));
    expect(found?.grants).toEqual([{ effect: 'DENY', action: 'WRITE', resourceType: 'all', resource: '*' }]);
  });
});

describe('refusalStatement', () => {
  const row = { action: 'gateway.connect', target: 'hw1', reason: 'certificate_expired' };
  const author = (at: number) => ({ actor: 'gateway:hw1', requestId: 'r1', at });
  const rows = () =>
    store.sqlite
      .prepare('SELECT at, network_id, target, detail FROM audit ORDER BY id')
      .all()
      .map((found) => ({ ...found }));

  it('is written once a minute, under the network of the hardware id', async () => {
    store.sqlite.exec("INSERT INTO networks VALUES ('n1', 'lte', '', '', '{}', 1, 0, 0)");
    store.sqlite.exec(
      "INSERT INTO entities (network_id, type, key, name, description, physical_id, version) VALUES ('n1', 'magmad_gateway', 'g1', '', '', 'hw1', 1)",
    );
    for (const at of [100_000, 100_500, 159_999, 160_001]) await db.commit([refusalStatement(row, author(at))]);
    await db.commit([refusalStatement({ ...row, reason: 'certificate_revoked' }, author(160_002))]);
    const detail = '{"reason":"certificate_expired"}';
    expect(rows()).toEqual([
      { at: 100_000, network_id: 'n1', target: 'hw1', detail },
      { at: 160_001, network_id: 'n1', target: 'hw1', detail },
      { at: 160_002, network_id: 'n1', target: 'hw1', detail: '{"reason":"certificate_revoked"}' },
    ]);
  });

  it('does not let strangers fill the log', async () => {
    for (let index = 0; index < 100; index += 1)
      await db.commit([refusalStatement({ ...row, target: `hw${index}` }, author(100_000 + index))]);
    expect(rows()).toHaveLength(30);
    await db.commit([refusalStatement({ ...row, networkId: 'n2' }, author(100_200))]);
    expect(rows()).toHaveLength(31);
    await db.commit([refusalStatement(row, author(200_000))]);
    expect(rows()).toHaveLength(32);
  });

  it('keeps long names short', async () => {
    await db.commit([refusalStatement({ ...row, target: 'x'.repeat(10_000) }, author(1))]);
    expect(String(rows()[0]?.['target'])).toHaveLength(256);
  });
});

describe('RefusalLimiter', () => {
  const refusal = (target: string) => ({ action: 'gateway.connect', target, reason: 'certificate_unknown' });

  it('admits the first of a kind in a minute, and only so many kinds', () => {
    const limiter = new RefusalLimiter();
    expect([limiter.admits(refusal('a'), 0), limiter.admits(refusal('a'), 59_999), limiter.admits(refusal('a'), 60_000)]).toEqual([
      true,
      false,
      true,
    ]);
    const admitted = Array.from({ length: 500 }, (_, index) => limiter.admits(refusal(`b${index}`), 60_001)).filter(Boolean);
    expect(admitted).toHaveLength(119);
    expect(limiter.admits(refusal('c'), 120_000)).toBe(true);
  });

  it('begins anew when the clock goes back', () => {
    const limiter = new RefusalLimiter();
    expect([limiter.admits(refusal('a'), 90_000), limiter.admits(refusal('a'), 10)]).toEqual([true, true]);
  });
});
