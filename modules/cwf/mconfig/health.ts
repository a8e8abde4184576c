import { find, parents } from '../../../core/configurator/model.ts';
import type { MconfigEntry } from '../../../core/module/facets.ts';
import { CwfGatewayHealthConfigSchema } from '../../../proto/gen/cwf/protos/mconfig/mconfigs_pb.js';
import { entry } from '../../orc8r/mconfig/entry.ts';
import type { StoredHaPair } from '../schemas/cwf-ha-pair.ts';
import { HA_PAIR } from '../services/entity-types.ts';
import type { CwfGateway } from './cwf-gateway.ts';

/** Key `health`: limits, peers to probe, and the address that the active gateway of a pair takes. */
export function health({ input, entity, gateway }: CwfGateway): readonly MconfigEntry[] {
  const config = gateway.gateway_health_configs;
  const [pairId] = parents(entity, HA_PAIR);
  const pair = pairId === undefined ? undefined : find(input.graph, HA_PAIR, pairId);
  return [
    entry('health', CwfGatewayHealthConfigSchema, {
      cpuUtilThresholdPct: config?.cpu_util_threshold_pct,
      memUtilThresholdPct: config?.mem_util_threshold_pct,
      greProbeInterval: config?.gre_probe_interval_secs,
      icmpProbePktCount: config?.icmp_probe_pkt_count,
      grePeers: (gateway.allowed_gre_peers ?? []).map(({ ip }) => ({ ip })),
      clusterVirtualIp: (pair?.config as StoredHaPair | null | undefined)?.transport_virtual_ip,
    }),
  ];
}
