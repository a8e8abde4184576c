import { Database } from '../core/db/database.ts';
import { OrcError } from '../core/errors.ts';
import { type Authentication, authenticateGateway } from '../core/identity/authenticate.ts';
import type { TlsClient } from '../core/identity/client.ts';
import { certificateActor } from '../core/identity/principal.ts';
import { STRANGERS } from '../core/identity/refusal-audit.ts';
import type { GatewayClient } from '../durable-objects/ports.ts';
import { recordRefusal } from './refusals.ts';

/**
 * The gateway behind a certificate, looked up in one D1 round trip. Errors: the refusals of docs/protocol.md, each of which the
 * audit log keeps too.
 */
export async function admitGateway(d1: D1Database, tls: TlsClient | undefined, requestId: string, now: number): Promise<GatewayClient> {
  const authentication = await admitted(d1, tls, requestId, now);
  const principal = authentication.principal();
  if (principal.kind !== 'gateway') throw new OrcError('forbidden', 'gateways connect here', { reason: 'not_a_gateway' });
  const { hardwareId, networkId, gatewayId, certificate } = principal;
  return { hardwareId, networkId, gatewayId, certificateSerial: certificate.serial, certificateExpiresAt: certificate.expiresAt };
}

async function admitted(d1: D1Database, tls: TlsClient | undefined, requestId: string, now: number): Promise<Authentication> {
  let about: ReturnType<Authentication['about']> = {
    networkId: '',
    target: tls ? STRANGERS.foreign : STRANGERS.nothing,
    actor: certificateActor(tls),
  };
  try {
    const authentication = authenticateGateway(tls, { now });
    await new Database(d1, authentication.gate).authorise().finally(() => {
      about = authentication.about();
    });
    return authentication;
  } catch (error) {
    if (error instanceof OrcError && error.reason) {
      const { actor, ...whom } = about;
      await recordRefusal(d1, { action: 'gateway.connect', ...whom, reason: error.reason }, { actor, requestId, at: now });
    }
    throw error;
  }
}
