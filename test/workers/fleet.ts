import { type Commit, commit, type Committed } from '../../core/configurator/commit.ts';
import type { EntityId } from '../../core/configurator/model.ts';
import type { Mutation } from '../../core/configurator/mutations.ts';
import { registerCertificate } from '../../core/certifier/certificates.ts';
import { Database } from '../../core/db/database.ts';
import { bindings } from './environment.ts';

const author = { actor: 'operator:test', requestId: 'test', at: Date.now() };
const DAY = 86_400_000;

/** Commits to D1 without telling the network's object. */
export async function write(networkId: string, ...mutations: Mutation[]): Promise<Committed> {
  const change: Commit = { networkId, action: 'test.write', target: networkId, mutations };
  return commit(new Database(bindings.DB), change, { ...author, at: Date.now() });
}

export const createNetwork = (networkId: string, description = ''): Promise<Committed> =>
  write(networkId, { do: 'create_network', type: 'lte', name: networkId, description, configs: {} });

export const gatewayId = (key: string): EntityId => ({ type: 'magmad_gateway', key });

export const MAGMAD = {
  autoupgrade_enabled: true,
  autoupgrade_poll_interval: 300,
  checkin_interval: 60,
  checkin_timeout: 10,
};

/** The mutations that make a gateway, with a lamp below it when `colour` is given. */
export function newGateway(key: string, hardwareId: string | null, colour?: string): Mutation[] {
  const mutations: Mutation[] = [{ do: 'create_entity', id: gatewayId(key), physicalId: hardwareId, config: MAGMAD }];
  if (colour === undefined) return mutations;
  return [
    ...mutations,
    { do: 'create_entity', id: lamp(key), config: { colour } },
    { do: 'set_children', id: gatewayId(key), type: 'lamp', keys: [key] },
  ];
}

export const lamp = (key: string): EntityId => ({ type: 'lamp', key });

/** Changes the lamp of a gateway. */
export const paint = (networkId: string, key: string, colour: string): Promise<Committed> =>
  write(networkId, { do: 'update_entity', id: lamp(key), config: { colour } });

export interface TestCertificate {
  readonly serial: string;
  readonly fingerprint: string;
}

let serials = 0;

/** Makes a certificate known, as the certifier does when it issues one; validity in days from now. */
export async function certify(
  kind: 'gateway' | 'operator',
  subject: string,
  [from, until]: readonly [number, number] = [-1, 4],
): Promise<TestCertificate> {
  serials += 1;
  const serial = `A${serials.toString(16).toUpperCase()}`;
  const fingerprint = serials.toString(16).padStart(64, '0');
  const now = Date.now();
  const certificate = { serial, fingerprint, kind, subject, notBefore: now + from * DAY, notAfter: now + until * DAY, issuedAt: now };
  await new Database(bindings.DB).commit([registerCertificate(certificate)]);
  return { serial, fingerprint };
}

export interface Presented {
  readonly certificate?: TestCertificate;
  /** How the TLS layer judged it. */
  readonly verified?: string;
  readonly door?: 'api' | 'controller' | 'bootstrap';
  readonly secret?: string;
}

/** What the TLS front hands over as `request.cf`. */
export function frontSays({
  certificate,
  verified = 'SUCCESS',
  door = 'controller',
  secret = bindings.FRONT_SECRET,
}: Presented): IncomingRequestCfProperties {
  const tlsClientAuth = {
    certPresented: certificate ? '1' : '0',
    certVerified: certificate ? verified : 'NONE',
    certRevoked: '0',
    certSerial: certificate?.serial ?? '',
    certFingerprintSHA256: certificate?.fingerprint ?? '',
  };
  return { tlsClientAuth, orc8rFront: { secret, door } } as unknown as IncomingRequestCfProperties;
}
