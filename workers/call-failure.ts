import { OrcError } from '../core/errors.ts';
import { fromGrpc } from '../core/grpc-errors.ts';
import type { GatewayCallFailure } from '../durable-objects/ports.ts';

/** What an operator is told of a call that a gateway did not answer as it should. */
export function callFailure(gatewayId: string, { reason, code, message }: GatewayCallFailure): OrcError {
  switch (reason) {
    case 'offline':
      return new OrcError('gateway_offline', `gateway ${gatewayId} is not connected${message && `: ${message}`}`);
    case 'timeout':
      return new OrcError('timeout', `gateway ${gatewayId}: ${message}`);
    case 'overloaded':
      return new OrcError('unavailable', `gateway ${gatewayId}: ${message}`);
    case 'gateway':
      return fromGrpc(code, message);
  }
}
