import type { Convergence } from '../../core/module/context.ts';
import type { StreamRow } from './desired.ts';
import type { Member } from './members.ts';

/** The view of who has what: one entry a gateway, with each of its streams. */
export function convergenceOf(networkId: string, version: number, members: readonly Member[], rows: readonly StreamRow[]): Convergence {
  const byGateway = Map.groupBy(rows, (row) => row.gatewayId);
  return {
    networkId,
    version,
    gateways: members.map((member) => {
      const streams = byGateway.get(member.gateway_id) ?? [];
      const trips = streams.map((row) => row.roundTripMs).filter((ms) => ms !== null);
      return {
        gatewayId: member.gateway_id,
        hardwareId: member.hardware_id,
        connected: member.connected_since !== null,
        connectedSince: member.connected_since,
        lastCheckin: member.checkin_at,
        certificateExpiresAt: member.certificate_expires_at,
        roundTripMs: trips.length > 0 ? Math.max(...trips) : null,
        streams: streams.map((row) => row.convergence),
      };
    }),
  };
}
