import type { NetworkTestResponse } from '../../../proto/gen/orc8r/protos/magmad_pb.js';

export function toTracerouteResponse({ traceroutes }: Pick<NetworkTestResponse, 'traceroutes'>) {
  return {
    traceroutes: traceroutes.map(({ hostOrIp, hops, error }) => ({
      host_or_ip: hostOrIp,
      hops: hops.map(({ idx, probes }) => ({
        idx,
        probes: probes.map(({ hostname, ip, rttMs }) => ({ hostname, ip, rtt_ms: rttMs })),
      })),
      error,
    })),
  };
}
