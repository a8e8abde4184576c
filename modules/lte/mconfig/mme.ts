import type { MconfigEntry } from '../../../core/module/facets.ts';
import { MMESchema } from '../../../proto/gen/lte/protos/mconfig/mconfigs_pb.js';
import { LogLevel } from '../../../proto/gen/orc8r/protos/common_pb.js';
import { entry, int32 } from '../../orc8r/mconfig/entry.ts';
import { sentryFields } from '../../orc8r/mconfig/sentry.ts';
import { enodebsBySerial } from './enodeb-configs.ts';
import { federatedModeMap } from './federated-mode-map.ts';
import type { LteGateway } from './lte-gateway.ts';
import { nonEps } from './non-eps.ts';
import { mmeIdentity } from './pool.ts';

/** Key `mme`: the control plane, LTE's MME and the AMF of 5G. */
export function mme(lte: LteGateway): readonly MconfigEntry[] {
  const { epc } = lte.network;
  const { epc: gateway, ngc, dns } = lte.gateway;
  const { control, csfbMcc, csfbMnc, lac } = nonEps(lte);
  return [
    entry('mme', MMESchema, {
      logLevel: LogLevel.INFO,
      mcc: epc.mcc,
      mnc: epc.mnc,
      tac: int32(epc.tac),
      ...mmeIdentity(lte),
      enableDnsCaching: dns?.enable_caching,
      nonEpsServiceControl: control,
      csfbMcc,
      csfbMnc,
      lac,
      cloudSubscriberdbEnabled: epc.cloud_subscriberdb_enabled,
      attachedEnodebTacs: [...enodebsBySerial(lte).values()].map(({ tac }) => tac).sort((left, right) => left - right),
      dnsPrimary: gateway.dns_primary,
      dnsSecondary: gateway.dns_secondary,
      natEnabled: gateway.nat_enabled,
      hssRelayEnabled: epc.hss_relay_enabled,
      ipv4PCscfAddress: gateway.ipv4_p_cscf_addr,
      ipv6PCscfAddress: gateway.ipv6_p_cscf_addr,
      ipv6DnsAddress: gateway.ipv6_dns_addr,
      ipv4SgwS1uAddr: gateway.ipv4_sgw_s1u_addr,
      restrictedPlmns: (epc.restricted_plmns ?? []).map(({ mcc, mnc }) => ({ mcc, mnc })),
      serviceAreaMaps: Object.fromEntries(Object.entries(epc.service_area_maps ?? {}).map(([area, tac]) => [area, { tac: [...tac] }])),
      federatedModeMap: federatedModeMap(lte.input),
      restrictedImeis: (epc.restricted_imeis ?? []).map(({ tac, snr }) => ({ tac, snr })),
      // The gateway's word counts over the network's; both silent means on, as the REST model has it.
      congestionControlEnabled: gateway.congestion_control_enabled ?? epc.congestion_control_enabled ?? true,
      sentryConfig: sentryFields(lte.input),
      enable5gFeatures: epc.enable5g_features,
      amfDefaultSliceServiceType: ngc?.amf_default_sst,
      amfDefaultSliceDifferentiator: ngc?.amf_default_sd,
      amfName: ngc?.amf_name,
      amfRegionId: ngc?.amf_region_id,
      amfSetId: ngc?.amf_set_id,
      amfPointer: ngc?.amf_pointer,
    }),
  ];
}
