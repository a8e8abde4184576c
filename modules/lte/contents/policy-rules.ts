import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { child, entityKey } from '../../../core/configurator/model.ts';
import { fromBase64, utf8Bytes } from '../../../core/identity/bytes.ts';
import type { ContentInput, ContentSet } from '../../../core/module/content.ts';
import { base64Length } from '../../../core/rest/fields.ts';
import { IPAddress_IPVersion } from '../../../proto/gen/lte/protos/mobilityd_pb.js';
import {
  FlowDescription_Action,
  type FlowDescriptionSchema,
  FlowMatch_Direction,
  FlowMatch_IPProto,
  type FlowMatchSchema,
  type FlowQos_Qci,
  type FlowQosSchema,
  PolicyRule_AppName,
  PolicyRule_AppServiceType,
  PolicyRule_TrackingType,
  PolicyRuleSchema,
  QosArp_PreCap,
  QosArp_PreVul,
  RedirectInformation_AddressType,
  RedirectInformation_Support,
  type RedirectInformationSchema,
} from '../../../proto/gen/lte/protos/policydb_pb.js';
import type { FlowDescription, FlowMatch } from '../schemas/flow-description.ts';
import type { PolicyQosProfile } from '../schemas/policy-qos-profile.ts';
import type { PolicyRule } from '../schemas/policy-rule.ts';
import { POLICY, POLICY_QOS_PROFILE } from '../services/entity-types.ts';
import type { PolicyRuleConfig } from '../services/policy.ts';

/** Rules for the traffic of subscribers, by id (SOUTHBOUND.md 7, "PolicyRule"). */
export const policyRules: ContentSet = {
  name: 'policydb',
  description: 'Rules for the traffic of subscribers',
  stream: true,
  encoding: 1,
  root: POLICY,
  reads: [POLICY_QOS_PROFILE],
  encode: (input) => toBinary(PolicyRuleSchema, policyRule(input)),
};

function policyRule({ root, below }: ContentInput) {
  const { key: id, config } = root;
  if (config === null) return create(PolicyRuleSchema, { id });
  const rule = config as PolicyRuleConfig;
  const profile = child(root, POLICY_QOS_PROFILE);
  const qos = profile === undefined ? undefined : below.get(entityKey({ type: POLICY_QOS_PROFILE, key: profile }));
  return create(PolicyRuleSchema, {
    id,
    priority: rule.priority,
    ratingGroup: rule.rating_group ?? 0,
    monitoringKey: monitoringKey(rule.monitoring_key ?? ''),
    trackingType: PolicyRule_TrackingType[rule.tracking_type ?? 'ONLY_OCS'],
    appName: PolicyRule_AppName[(rule.app_name ?? 'NO_APP_NAME') as keyof typeof PolicyRule_AppName],
    appServiceType: PolicyRule_AppServiceType[rule.app_service_type ?? 'NO_SERVICE_TYPE'],
    flowList: rule.flow_list.map(flow),
    ...(rule.service_identifier ? { serviceIdentifier: { value: rule.service_identifier } } : {}),
    ...(rule.redirect ? { redirect: redirect(rule.redirect) } : {}),
    ...(rule.header_enrichment_targets ? { he: { urls: rule.header_enrichment_targets } } : {}),
    ...(qos ? { qos: flowQos(qos.config as PolicyQosProfile) } : {}),
  });
}

/** What is no base64 goes as it is. */
const monitoringKey = (text: string): Uint8Array => (base64Length(text) === undefined ? undefined : fromBase64(text)) ?? utf8Bytes(text);

const flow = ({ action, match }: FlowDescription): MessageInitShape<typeof FlowDescriptionSchema> => ({
  action: FlowDescription_Action[action],
  match: flowMatch(match),
});

const flowMatch = (match: FlowMatch): MessageInitShape<typeof FlowMatchSchema> => ({
  tcpSrc: match.tcp_src ?? 0,
  tcpDst: match.tcp_dst ?? 0,
  udpSrc: match.udp_src ?? 0,
  udpDst: match.udp_dst ?? 0,
  ipProto: FlowMatch_IPProto[match.ip_proto],
  direction: FlowMatch_Direction[match.direction],
  ...(match.ip_src ? { ipSrc: address(match.ip_src) } : {}),
  ...(match.ip_dst ? { ipDst: address(match.ip_dst) } : {}),
});

/** Gateways read the address as text. */
const address = ({ version = 'IPv4', address: text = '' }: NonNullable<FlowMatch['ip_src']>) => ({
  version: version === 'IPv6' ? IPAddress_IPVersion.IPV6 : IPAddress_IPVersion.IPV4,
  address: utf8Bytes(text),
});

const ADDRESS_TYPES = {
  IPv4: RedirectInformation_AddressType.IPv4,
  IPv6: RedirectInformation_AddressType.IPv6,
  URL: RedirectInformation_AddressType.URL,
  SIP_URI: RedirectInformation_AddressType.SIP_URI,
} as const;

const redirect = ({ support, address_type: type, server_address }: NonNullable<PolicyRule['redirect']>) =>
  ({
    support: RedirectInformation_Support[support],
    addressType: ADDRESS_TYPES[type],
    serverAddress: server_address,
  }) satisfies MessageInitShape<typeof RedirectInformationSchema>;

const flowQos = ({ max_req_bw_ul, max_req_bw_dl, class_id, gbr, arp }: PolicyQosProfile): MessageInitShape<typeof FlowQosSchema> => ({
  maxReqBwUl: max_req_bw_ul,
  maxReqBwDl: max_req_bw_dl,
  gbrUl: gbr?.uplink ?? 0,
  gbrDl: gbr?.downlink ?? 0,
  qci: class_id as FlowQos_Qci,
  ...(arp
    ? {
        arp: {
          priorityLevel: arp.priority_level ?? 0,
          preCapability: arp.preemption_capability ? QosArp_PreCap.ENABLED : QosArp_PreCap.DISABLED,
          preVulnerability: arp.preemption_vulnerability ? QosArp_PreVul.ENABLED : QosArp_PreVul.DISABLED,
        },
      }
    : {}),
});
