import type { NetworkTestResponse } from '../../../proto/gen/orc8r/protos/magmad_pb.js';
import type { PingResponse } from '../schemas/commands.ts';

export function toPingResponse({ pings }: Pick<NetworkTestResponse, 'pings'>): PingResponse {
  return {
    pings: pings.map((ping) => ({
      host_or_ip: ping.hostOrIp,
      num_packets: ping.numPackets,
      packets_transmitted: ping.packetsTransmitted,
      packets_received: ping.packetsReceived,
      avg_response_ms: ping.avgResponseMs,
      error: ping.error,
    })),
  };
}
