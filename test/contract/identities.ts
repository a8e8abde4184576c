import { Database } from '../../core/db/database.ts';
import type { TlsClient } from '../../core/identity/client.ts';
import { newToken } from '../../core/identity/operator-token.ts';
import { registerOperatorStatements } from '../../core/identity/operators.ts';
import type { TokenPolicy } from '../../core/identity/policies.ts';
import type { Grant } from '../../core/identity/principal.ts';
import { addToken, dropToken } from '../../core/identity/users.ts';
import { registerCertificate, revokeCertificate } from '../../core/certifier/certificates.ts';
import type { Credentials, Platform } from './platform.ts';

/** Networks of tenant 1, of each type; and one of tenant 2. */
export const OURS = ['cwf1', 'feg1', 'feg2', 'fl1', 'lte1'] as const;
export const OTHER = 'other';
const ALL = [...OURS, OTHER].sort();
/** Where a gateway certificate belongs to. */
export const HARDWARE = 'hw-gw1';
/** A certificate of that gateway with which nobody comes, so that it can be revoked. */
export const SERIAL = 'BEEF';

/** A request in the words that identities are described in. */
export interface Question {
  readonly writes: boolean;
  /** Below /magma/v1. */
  readonly path: string;
  /** The one network, or tenant, that it is about. */
  readonly network: string | undefined;
  readonly tenant: string | undefined;
  /** What it changes the list of. */
  readonly collection: 'networks' | 'tenants' | undefined;
}

/** Somebody who asks, and what has to come of it, said here without any of the code that decides it. */
export interface Identity extends Credentials {
  readonly name: string;
  /** Code of the 401 that it gets everywhere; for an operator nothing. */
  readonly refused?: string;
  /** Whether what it was granted covers this. */
  readonly granted?: (asked: Question) => boolean;
  /** Whether it is denied this. */
  readonly denied?: (asked: Question) => boolean;
  /** What its lists of networks and of tenants hold. */
  readonly networks?: readonly string[];
  readonly tenants?: readonly number[];
}

type Rights = Pick<Identity, 'granted' | 'denied' | 'networks' | 'tenants'>;

const DAY = 86_400_000;
const whole = (effect: Grant['effect'], action: Grant['action'], resourceType: Grant['resourceType'], resource: string): Grant => ({
  effect,
  action,
  resourceType,
  resource,
});
const everything = whole('ALLOW', 'WRITE', 'all', '*');
const full: Rights = { granted: () => true, networks: ALL, tenants: [1, 2] };
const inside = (path: string, root: string): boolean => path === root || path.startsWith(`${root}/`);

/** The certificate of a gateway of tenant 1, and what would change `ann`, who has rights on that tenant, so on its networks. */
const isTheirs = ({ path, writes }: Question): boolean =>
  inside(path.replace(/:\w+$/, ''), `/certificates/${SERIAL}`) ||
  (writes && (path === '/user/ann' || path.startsWith('/user/ann/tokens/')));

/** Makes everybody known to the platform as far as they are, and answers with whom to ask. Clocks: real, with days to spare. */
export async function makeIdentities(platform: Platform): Promise<readonly Identity[]> {
  const now = Date.now();
  const database = new Database(platform.store.d1);
  let serials = 0;

  const tls = (verdict: TlsClient['verdict'] = 'verified'): TlsClient => {
    serials += 1;
    return { serial: `C0FFEE${serials}`, fingerprint: String(serials).padStart(64, 'a'), verdict };
  };
  const certificate = async (kind: 'gateway' | 'operator', subject: string, tlsClient: TlsClient, from = now - DAY, until = now + DAY) => {
    const { serial, fingerprint } = tlsClient;
    await database.commit([registerCertificate({ serial, fingerprint, kind, subject, notBefore: from, notAfter: until, issuedAt: from })]);
    return tlsClient;
  };
  const operator = (id: string, ...grants: Grant[]) => database.commit(registerOperatorStatements({ id, grants }, now));
  const token = async (id: string, policies: readonly TokenPolicy[] | null = null, expiresAt: number | null = null) => {
    const { token: text, ...record } = await newToken();
    await database.commit(addToken(id, { record, policies, expiresAt, at: now - DAY }));
    return { text, id: record.id, bearer: `Bearer ${text}` };
  };
  const bearer = async (
    name: string,
    id: string,
    grants: readonly Grant[],
    policies: readonly TokenPolicy[] | null,
    rights: Rights,
  ): Promise<Identity> => {
    await operator(id, ...grants);
    return { name, authorization: (await token(id, policies)).bearer, ...rights };
  };

  await operator('admin', everything);
  const admin = await certificate('operator', 'admin', tls());
  const adminToken = await token('admin');
  const expired = await token('admin', null, now - DAY / 2);
  const revoked = await token('admin');
  await database.commit(dropToken('admin', revoked.id, now));
  const revokedCertificate = await certificate('operator', 'admin', tls());
  await database.commit([revokeCertificate({ serial: revokedCertificate.serial, reason: 'lost', at: now })]);
  await certificate('gateway', HARDWARE, { serial: SERIAL, fingerprint: 'b'.repeat(64), verdict: 'verified' });
  const basic = (name: string) => `Basic ${btoa(`${name}:${adminToken.text}`)}`;

  return [
    { name: 'nobody', refused: 'credentials_required' },
    { name: 'an Authorization header of no known form', authorization: 'Digest abc', refused: 'credentials_required' },
    {
      name: 'a garbage token beside the certificate of a full operator',
      authorization: 'Bearer garbage',
      tls: admin,
      refused: 'token_unknown',
    },
    { name: 'a well-formed token that nobody was given', authorization: `Bearer ${(await newToken()).token}`, refused: 'token_unknown' },
    { name: "a token under another's name", authorization: basic('somebody'), refused: 'token_unknown' },
    { name: 'an expired token', authorization: expired.bearer, refused: 'token_expired' },
    { name: 'a revoked token', authorization: revoked.bearer, refused: 'token_revoked' },
    { name: 'a certificate of a foreign CA', tls: tls('untrusted'), refused: 'certificate_unknown' },
    {
      name: 'a foreign CA with the serial of a full operator',
      tls: { ...tls('untrusted'), serial: admin.serial },
      refused: 'certificate_unknown',
    },
    {
      name: 'a copy of a full certificate that TLS does not vouch for',
      tls: { ...admin, verdict: 'untrusted' },
      refused: 'certificate_unknown',
    },
    { name: 'an unknown certificate of our CA', tls: tls(), refused: 'certificate_unknown' },
    {
      name: 'an expired certificate',
      tls: await certificate('operator', 'admin', tls(), now - 2 * DAY, now - DAY),
      refused: 'certificate_expired',
    },
    { name: 'a certificate that TLS calls expired', tls: { ...admin, verdict: 'expired' }, refused: 'certificate_expired' },
    {
      name: 'a certificate not yet valid',
      tls: await certificate('operator', 'admin', tls(), now + DAY, now + 2 * DAY),
      refused: 'certificate_not_yet_valid',
    },
    { name: 'a revoked certificate', tls: revokedCertificate, refused: 'certificate_revoked' },
    { name: 'a gateway of this network', tls: await certificate('gateway', HARDWARE, tls()), refused: 'not_an_operator' },
    await bearer('an operator without grants', 'idle', [], null, { granted: () => false, networks: [], tenants: [] }),
    await bearer('an operator of another network', 'neighbour', [whole('ALLOW', 'WRITE', 'network', OTHER)], null, {
      granted: ({ network }) => network === OTHER,
      networks: [OTHER],
      tenants: [],
    }),
    await bearer(
      'a read-only operator of these networks',
      'reader',
      OURS.map((id) => whole('ALLOW', 'READ', 'network', id)),
      null,
      {
        granted: ({ network, writes }) => network !== undefined && !writes,
        networks: OURS,
        tenants: [],
      },
    ),
    await bearer('a read-only operator of everything', 'auditor', [whole('ALLOW', 'READ', 'all', '*')], null, {
      ...full,
      granted: ({ writes }) => !writes,
    }),
    await bearer('an operator of all networks', 'networker', [whole('ALLOW', 'WRITE', 'network', '*')], null, {
      granted: ({ network, collection }) => network !== undefined || collection === 'networks',
      networks: ALL,
      tenants: [],
    }),
    await bearer(
      'a full operator with DENY on these networks',
      'denied',
      [everything, ...OURS.map((id) => whole('DENY', 'WRITE', 'network', id))],
      null,
      { ...full, denied: (asked) => isTheirs(asked) || (asked.network !== undefined && asked.network !== OTHER), networks: [OTHER] },
    ),
    await bearer(
      'a full operator with DENY on the tenant of these networks',
      'evicted',
      [everything, whole('DENY', 'WRITE', 'tenant', '1')],
      null,
      {
        granted: () => true,
        denied: (asked) => isTheirs(asked) || asked.tenant === '1' || (asked.network !== undefined && asked.network !== OTHER),
        networks: [OTHER],
        tenants: [2],
      },
    ),
    await bearer(
      'a full operator with DENY on paths',
      'fenced',
      [everything, whole('DENY', 'WRITE', 'uri', '/magma/v1/lte/lte1/**')],
      null,
      {
        ...full,
        denied: ({ path }) => inside(path, '/lte/lte1'),
      },
    ),
    await bearer('the operator of the tenant of these networks', 'tenant', [whole('ALLOW', 'WRITE', 'tenant', '1')], null, {
      granted: ({ network, tenant }) => tenant === '1' || (network !== undefined && network !== OTHER),
      networks: OURS,
      tenants: [1],
    }),
    await bearer(
      'a token for the tenant of these networks',
      'tenant-token',
      [],
      [{ effect: 'ALLOW', action: 'WRITE', resourceType: 'TENANT_ID', resourceIDs: ['1'] }],
      {
        granted: ({ network, tenant }) => tenant === '1' || (network !== undefined && network !== OTHER),
        networks: OURS,
        tenants: [1],
      },
    ),
    await bearer('the operator of the tenant of another network', 'stranger', [whole('ALLOW', 'WRITE', 'tenant', '2')], null, {
      granted: ({ network, tenant }) => tenant === '2' || network === OTHER,
      networks: [OTHER],
      tenants: [2],
    }),
    await bearer(
      'an operator of paths',
      'pathfinder',
      [],
      [
        { effect: 'ALLOW', action: 'WRITE', resourceType: 'URI', path: '/magma/v1/lte/lte1/**' },
        { effect: 'ALLOW', action: 'READ', resourceType: 'URI', path: '/magma/v1/networks/lte1/**' },
      ],
      {
        granted: ({ path, writes }) => inside(path, '/lte/lte1') || (inside(path, '/networks/lte1') && !writes),
        networks: ['lte1'],
        tenants: [],
      },
    ),
    await bearer(
      'a read-only token of a full operator',
      'careful',
      [everything],
      [{ effect: 'ALLOW', action: 'READ', resourceType: 'NETWORK_ID', resourceIDs: [...OURS] }],
      {
        granted: ({ network, writes }) => network !== undefined && network !== OTHER && !writes,
        networks: OURS,
        tenants: [],
      },
    ),
    { name: 'a full operator by Basic', authorization: basic('admin'), ...full },
    { name: 'a full operator by token', authorization: adminToken.bearer, ...full },
    { name: FULL, tls: admin, ...full },
  ];
}

/** Who may do everything. */
export const FULL = 'a full operator by certificate';
