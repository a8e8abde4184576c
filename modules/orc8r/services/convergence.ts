import type { Convergence, GatewayConvergence } from '../../../core/module/context.ts';
import type { ConvergenceReport } from '../schemas/convergence.ts';

type State = ConvergenceReport['gateways'][number]['state'];

/**
 * How far a gateway is: what it last refused counts until it confirms that version or a newer one. `known`: all that was committed has
 * been looked at; nobody is in sync with what has not.
 */
function stateOf(gateway: GatewayConvergence, known: boolean): State {
  if (!gateway.connected) return 'offline';
  const behind = gateway.streams.filter((stream) => (stream.ackedVersion ?? -1) < stream.desiredVersion);
  if (behind.some((stream) => stream.nack && stream.nack.version >= stream.desiredVersion)) return 'rejected';
  return known && behind.length === 0 && gateway.streams.length > 0 ? 'in_sync' : 'pending';
}

/** `committed`: the version of the network in the store. */
export function toConvergenceReport(convergence: Convergence, committed: number): ConvergenceReport {
  const known = convergence.version >= committed;
  const gateways = convergence.gateways
    .map((gateway) => ({
      id: gateway.gatewayId,
      hardware_id: gateway.hardwareId,
      state: stateOf(gateway, known),
      connected: gateway.connected,
      connected_since: gateway.connectedSince,
      last_checkin: gateway.lastCheckin,
      certificate_expires_at: gateway.certificateExpiresAt,
      round_trip_ms: gateway.roundTripMs,
      streams: gateway.streams.map((stream) => ({
        stream: stream.stream,
        desired_version: stream.desiredVersion,
        sent_version: stream.sentVersion,
        acked_version: stream.ackedVersion,
        acked_at: stream.ackedAt,
        nack: stream.nack,
      })),
    }))
    .sort((left, right) => (left.id < right.id ? -1 : left.id > right.id ? 1 : 0));
  const count = (state: State) => gateways.filter((gateway) => gateway.state === state).length;
  const offline = count('offline');
  return {
    network_id: convergence.networkId,
    version: convergence.version,
    totals: {
      gateways: gateways.length,
      connected: gateways.length - offline,
      in_sync: count('in_sync'),
      pending: count('pending'),
      rejected: count('rejected'),
      offline,
    },
    gateways,
  };
}
