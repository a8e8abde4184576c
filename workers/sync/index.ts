import { OrcError } from '../../core/errors.ts';
import type { TlsClient } from '../../core/identity/client.ts';
import { SUBPROTOCOL } from '../../core/wire/limits.ts';
import { CLIENT_HEADER, gatewayObject, type ObjectBindings } from '../../durable-objects/ports.ts';
import { admitGateway } from '../gateway-identity.ts';

/** Where a gateway opens its socket. */
export const SYNC_PATH = '/sync';

/**
 * The sync door: a WebSocket upgrade with a gateway's certificate goes on to that gateway's object. Nothing is kept here.
 * Errors: the refusals of docs/protocol.md.
 */
export async function openSocket(
  request: Request,
  tls: TlsClient | undefined,
  bindings: ObjectBindings,
  requestId: string,
): Promise<Response> {
  if (request.headers.get('upgrade')?.toLowerCase() !== 'websocket') {
    throw new OrcError('invalid', `${SYNC_PATH} takes WebSocket upgrades`, { reason: 'unsupported_protocol' });
  }
  const offered = (request.headers.get('sec-websocket-protocol') ?? '').split(',').map((name) => name.trim());
  if (!offered.includes(SUBPROTOCOL)) {
    throw new OrcError('invalid', `offer the WebSocket subprotocol ${SUBPROTOCOL}`, { reason: 'unsupported_protocol' });
  }
  const client = await admitGateway(bindings.DB, tls, requestId, Date.now());
  // Built anew, so that nothing which the client sent travels on.
  const headers = { upgrade: 'websocket', [CLIENT_HEADER]: JSON.stringify(client) };
  return gatewayObject(bindings, client.hardwareId).fetch(new Request('https://gateway/socket', { headers }));
}
