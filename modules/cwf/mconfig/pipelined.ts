import type { MconfigEntry } from '../../../core/module/facets.ts';
import { PipelineD_NetworkServices, PipelineDSchema } from '../../../proto/gen/lte/protos/mconfig/mconfigs_pb.js';
import { LogLevel } from '../../../proto/gen/orc8r/protos/common_pb.js';
import { entry } from '../../orc8r/mconfig/entry.ts';
import type { CwfGateway } from './cwf-gateway.ts';

/** A block has to be named though devices get their addresses from elsewhere. Source: SOUTHBOUND.md 8. */
const UE_IP_BLOCK = '192.168.128.0/24';

const SERVICES = new Map<string, PipelineD_NetworkServices>([
  ['dpi', PipelineD_NetworkServices.DPI],
  ['policy_enforcement', PipelineD_NetworkServices.ENFORCEMENT],
]);

/** Key `pipelined`: the data plane. Without a choice of services, policies are enforced, as on every other gateway. */
export function pipelined({ network, gateway }: CwfGateway): readonly MconfigEntry[] {
  const services = (network.network_services ?? []).flatMap((name) => SERVICES.get(name) ?? []);
  const { li_ues: ues } = network;
  return [
    entry('pipelined', PipelineDSchema, {
      logLevel: LogLevel.INFO,
      ueIpBlock: UE_IP_BLOCK,
      natEnabled: false,
      defaultRuleId: network.default_rule_id,
      services: services.length > 0 ? services : [PipelineD_NetworkServices.ENFORCEMENT],
      allowedGrePeers: (gateway.allowed_gre_peers ?? []).map(({ ip, key }) => ({ ip, key })),
      ipdrExportDst: gateway.ipdr_export_dst && { ip: gateway.ipdr_export_dst.ip, port: gateway.ipdr_export_dst.port },
      liUes: ues && { imsis: [...ues.imsis], msisdns: [...ues.msisdns], macs: [...ues.macs], ips: [...ues.ips] },
    }),
  ];
}
