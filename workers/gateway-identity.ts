import { Database } from '../core/db/database.ts';
import { OrcError } from '../core/errors.ts';
import { authenticateGateway } from '../core/identity/authenticate.ts';
import type { TlsClient } from '../core/identity/client.ts';
import { refusalStatement } from '../core/identity/refusal-audit.ts';
import type { GatewayClient } from '../durable-objects/ports.ts';

/**
 * The gateway behind a certificate, looked up in one D1 round trip. Errors: the refusals of docs/protocol.md, each of which the
 * audit log keeps too.
 */
export async function admitGateway(d1: D1Database, tls: TlsClient | undefined, requestId: string, now: number): Promise<GatewayClient> {
  const authentication = authenticateGateway(tls, { now });
  try {
    await new Database(d1, authentication.gate).authorise();
  } catch (error) {
    if (error instanceof OrcError && error.reason) {
      const row = { action: 'gateway.connect', ...authentication.about(), reason: error.reason };
      const statement = refusalStatement(row, { actor: `certificate:${tls?.serial ?? ''}`, requestId, at: now });
      // The refusal stands whether or not it can be written down.
      await new Database(d1).commit([statement]).catch((failure: unknown) => console.error('refusal not recorded', requestId, failure));
    }
    throw error;
  }
  const principal = authentication.principal();
  if (principal.kind !== 'gateway') throw new OrcError('forbidden', 'gateways connect here', { reason: 'not_a_gateway' });
  const { hardwareId, networkId, gatewayId, certificate } = principal;
  return { hardwareId, networkId, gatewayId, certificateSerial: certificate.serial, certificateExpiresAt: certificate.expiresAt };
}
