import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { certificateBySerial, registerCertificate } from '../../../core/certifier/certificates.ts';
import { Database } from '../../../core/db/database.ts';
import { type TestApi, testApi } from '../../../test/support/context.ts';
import { addGateway, addNetwork } from '../../../test/support/gateways.ts';
import { routes } from './index.ts';

const DAY = 86_400_000;
let api: TestApi;
let db: Database;
type Page = { certificates: { serial: string }[]; total_count: number; page_token: string };

const certificate = (serial: string, subject: string, days: number, kind: 'gateway' | 'operator' = 'gateway') =>
  registerCertificate({
    serial,
    fingerprint: serial.toLowerCase(),
    kind,
    subject,
    notBefore: api.now - 10 * DAY,
    notAfter: api.now + days * DAY,
    issuedAt: api.now - 10 * DAY,
    issuer: 'ca',
  });
const list = async (path = '/certificates', query: Record<string, string> = {}) => {
  const { body, trips } = await api.call('GET', path, { query });
  expect(trips).toBe(1);
  const { certificates, ...rest } = body as Page;
  return { ...rest, serials: certificates.map(({ serial }) => serial) };
};
const revoke = (path: string, body: unknown = { reason: 'stolen' }, more = {}) => api.call('POST', `${path}:revoke`, { body, ...more });
const code = async (method: string, path: string, options = {}) => (await api.refusal(method, path, options)).code;
const audit = () =>
  api.d1.sqlite
    .prepare("SELECT action, network_id, target, outcome, detail FROM audit WHERE action LIKE 'certificate.%'")
    .all()
    .map((row) => ({ ...row }));

beforeEach(async () => {
  api = testApi(routes);
  db = new Database(api.d1.d1);
  for (const [network, gateway] of [
    ['n1', 'g1'],
    ['n2', 'g2'],
  ] as const) {
    await addNetwork(api.d1, network);
    await addGateway(api.d1, { networkId: network, gatewayId: gateway, hardwareId: `hw-${gateway}` });
  }
  await db.commit([
    certificate('A1', 'hw-g1', 4),
    certificate('A0', 'hw-g1', -1),
    certificate('B1', 'hw-g2', 2),
    certificate('D1', 'admin', 300, 'operator'),
  ]);
});
afterEach(() => api.d1.close());

describe('certificates', () => {
  it('are listed with their state, page by page', async () => {
    expect(await list()).toEqual({ serials: ['A0', 'B1', 'A1', 'D1'], total_count: 4, page_token: '' });
    const first = await list('/certificates', { page_size: '3' });
    expect(first).toMatchObject({ serials: ['A0', 'B1', 'A1'], total_count: 4 });
    expect(await list('/certificates', { page_size: '3', page_token: first.page_token })).toMatchObject({
      serials: ['D1'],
      page_token: '',
    });
    expect((await api.call('GET', '/certificates/A1')).body).toEqual({
      serial: 'A1',
      fingerprint: 'a1',
      kind: 'gateway',
      subject: 'hw-g1',
      network_id: 'n1',
      gateway_id: 'g1',
      state: 'valid',
      not_before: api.now - 10 * DAY,
      not_after: api.now + 4 * DAY,
      issued_at: api.now - 10 * DAY,
      revoked_at: null,
      revoke_reason: null,
      issuer: 'ca',
    });
    expect((await api.call('GET', '/certificates/D1')).body).toMatchObject({ kind: 'operator', network_id: null, gateway_id: null });
  });

  it.each<[Record<string, string>, string[]]>([
    [{ kind: 'operator' }, ['D1']],
    [{ subject: 'hw-g1' }, ['A0', 'A1']],
    [{ network: 'n2' }, ['B1']],
    [{ state: 'expired' }, ['A0']],
    [{ expiring_within: String(3 * 86_400) }, ['B1']],
    [{ expiring_within: String(5 * 86_400), network: 'n1', state: 'valid' }, ['A1']],
    [{ issuer: 'other' }, []],
  ])('can be asked for by %j', async (query, serials) => {
    expect(await list('/certificates', query)).toMatchObject({ serials, total_count: serials.length });
  });

  it('of a network are those of its gateways', async () => {
    expect(await list('/networks/n1/certificates')).toMatchObject({ serials: ['A0', 'A1'], total_count: 2 });
    expect(await list('/networks/n1/certificates', { state: 'valid' })).toMatchObject({ serials: ['A1'] });
    expect((await api.call('GET', '/networks/n1/certificates/A1')).body).toMatchObject({ gateway_id: 'g1' });
    for (const serial of ['B1', 'D1', 'FF']) {
      expect(await code('GET', `/networks/n1/certificates/${serial}`)).toBe('not_found');
      expect(await code('POST', `/networks/n1/certificates/${serial}:revoke`, { body: { reason: 'r' } })).toBe('not_found');
    }
  });

  it('refuse questions that make no sense', async () => {
    for (const query of [
      { kind: 'nobody' },
      { state: 'fine' },
      { expiring_within: '-1' },
      { expiring_within: 'soon' },
      { expiring_within: '60', state: 'expired' },
      { page_token: btoa('\n\u0003abc') },
      { page_size: '-1' },
    ])
      expect(await code('GET', '/certificates', { query }), JSON.stringify(query)).toBe('invalid');
    expect(await code('GET', '/certificates', { query: { network: 'none' } })).toBe('not_found');
    expect(await code('GET', '/networks/none/certificates')).toBe('not_found');
    expect(await code('GET', '/certificates/none')).toBe('not_found');
  });
});

describe('revoking', () => {
  it('is written down with its reason, and ends the connection', async () => {
    for (const spelled of ['0A1', 'a1', '0a1']) {
      const { code, faults } = await api.refusal('POST', `/certificates/${spelled}:revoke`, { body: { reason: 'stolen' } });
      expect({ code, faults }).toEqual({ code: 'invalid', faults: [{ path: 'path.serial', message: 'has to be written A1' }] });
    }
    const answer = await revoke('/certificates/A1');
    expect(answer).toMatchObject({
      status: 200,
      trips: 2,
      body: { serial: 'A1', state: 'revoked', revoked_at: api.now, revoke_reason: 'stolen' },
    });
    expect(await db.read(certificateBySerial({ serial: 'A1' }))).toMatchObject([{ revokedAt: api.now, revokeReason: 'stolen' }]);
    expect(api.fleet.refused).toEqual([['hw-g1', 'A1']]);
    const detail = JSON.stringify({ kind: 'gateway', subject: 'hw-g1', reason: 'stolen' });
    expect(audit()).toEqual([{ action: 'certificate.revoke', network_id: 'n1', target: 'A1', outcome: 'ok', detail }]);
    expect((await api.call('GET', '/certificates/A1')).body).toEqual(answer.body);
  });

  it('again keeps the first reason and ends the connection once more', async () => {
    await revoke('/certificates/A1');
    api.now += 1000;
    expect((await revoke('/networks/n1/certificates/A1', { reason: 'other' })).body).toMatchObject({
      revoked_at: api.now - 1000,
      revoke_reason: 'stolen',
    });
    expect(audit()).toHaveLength(1);
    expect(api.fleet.refused).toHaveLength(2);
  });

  it('of an operator asks no gateway', async () => {
    expect((await revoke('/certificates/D1')).body).toMatchObject({ kind: 'operator', state: 'revoked' });
    expect(api.fleet.refused).toEqual([]);
  });

  it('can be tried without anything happening', async () => {
    expect((await revoke('/certificates/A1', undefined, { dryRun: true })).body).toEqual([
      { network_id: 'n1', type: 'certificate', key: 'A1', change: 'update' },
    ]);
    expect(await db.read(certificateBySerial({ serial: 'A1' }))).toMatchObject([{ revokedAt: null }]);
    expect([api.fleet.refused, audit()]).toEqual([[], []]);
  });

  it('needs a reason', async () => {
    for (const body of [undefined, {}, { reason: '' }, { reason: ' ' }, { reason: 'x'.repeat(257) }, 'stolen'])
      expect(await code('POST', '/certificates/A1:revoke', { body })).toBe('invalid');
  });
});
