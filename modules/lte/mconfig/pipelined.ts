import type { MconfigEntry } from '../../../core/module/facets.ts';
import { PipelineD_NetworkServices, PipelineDSchema } from '../../../proto/gen/lte/protos/mconfig/mconfigs_pb.js';
import { LogLevel } from '../../../proto/gen/orc8r/protos/common_pb.js';
import { entry } from '../../orc8r/mconfig/entry.ts';
import { headerEnrichment } from './header-enrichment.ts';
import type { LteGateway } from './lte-gateway.ts';
import { trafficTasks } from './probe-tasks.ts';

const SERVICES = new Map<string, PipelineD_NetworkServices>([
  ['metering', PipelineD_NetworkServices.METERING],
  ['dpi', PipelineD_NetworkServices.DPI],
  ['policy_enforcement', PipelineD_NetworkServices.ENFORCEMENT],
]);

/** Key `pipelined`: the data plane. Without a choice of services, policies are enforced. */
export function pipelined(lte: LteGateway): readonly MconfigEntry[] {
  const { epc } = lte.network;
  const { epc: gateway } = lte.gateway;
  const services = (epc.network_services ?? []).flatMap((name) => SERVICES.get(name) ?? []);
  return [
    entry('pipelined', PipelineDSchema, {
      logLevel: LogLevel.INFO,
      ueIpBlock: gateway.ip_block,
      natEnabled: gateway.nat_enabled,
      defaultRuleId: epc.default_rule_id,
      services: services.length > 0 ? services : [PipelineD_NetworkServices.ENFORCEMENT],
      liUes: interceptedUes(lte),
      sgiManagementIfaceVlan: gateway.sgi_management_iface_vlan,
      sgiManagementIfaceIpAddr: gateway.sgi_management_iface_static_ip,
      sgiManagementIfaceGw: gateway.sgi_management_iface_gw,
      heConfig: headerEnrichment(lte.gateway.he_config),
      enable5gFeatures: epc.enable5g_features,
      upfNodeIdentifier: gateway.node_identifier,
      sgiManagementIfaceIpv6Addr: gateway.sgi_management_iface_ipv6_addr,
      sgiManagementIfaceIpv6Gw: gateway.sgi_management_iface_ipv6_gw,
    }),
  ];
}

/** Whose traffic is copied. An empty message, which a gateway reads like none at all, when nobody's is. */
function interceptedUes({ input }: LteGateway): { imsis: string[]; msisdns: string[]; imeis: string[] } {
  const tasks = trafficTasks(input);
  const targets = (type: string) => tasks.filter((task) => task.target_type === type).map((task) => task.target_id);
  return { imsis: targets('imsi'), msisdns: targets('msisdn'), imeis: targets('imei') };
}
