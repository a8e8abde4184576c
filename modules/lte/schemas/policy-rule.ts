import { z } from 'zod';
import { nonEmpty, nullWhenUnset, uint32 } from '../../../core/rest/fields.ts';
import { flowDescription } from './flow-description.ts';

export const ruleId = nonEmpty()
  .max(255)
  .meta({ id: 'rule_id', description: 'Id of the policy rule, in use once in the network', examples: ['allow_all'] });

/** The subscribers that a rule or group of rules is assigned to, whichever access point they use. */
export const assignedSubscribers = () =>
  z
    .array(z.string().regex(/^IMSI\d{10,15}$/, { error: 'must be IMSI and 10 to 15 digits' }))
    .max(100_000)
    .optional()
    .meta({ description: 'Subscribers that it is assigned to, whichever access point they use', examples: [['IMSI001010000000001']] });

const redirectInformation = z
  .object({
    support: z.enum(['DISABLED', 'ENABLED']).describe('Whether traffic is redirected'),
    address_type: z.enum(['IPv4', 'IPv6', 'URL', 'SIP_URI']).describe('Form of the server address'),
    server_address: z.string().meta({
      description: 'Server that traffic is sent to instead, in the form that `address_type` names',
      examples: ['portal.example.com'],
    }),
  })
  .meta({ id: 'redirect_information', description: 'Sends traffic to another server' });

// The applications that gateways can tell apart (contract: policy_rule.app_name).
const appName = z.enum(
  `NO_APP_NAME FACEBOOK FACEBOOK_MESSENGER INSTAGRAM YOUTUBE GOOGLE GMAIL GOOGLE_DOCS NETFLIX APPLE MICROSOFT REDDIT WHATSAPP GOOGLE_PLAY
   APPSTORE AMAZON WECHAT TIKTOK TWITTER WIKIPEDIA GOOGLE_MAPS YAHOO IMO`.split(/\s+/),
);

export const policyRule = z
  .object({
    id: ruleId,
    flow_list: z.array(flowDescription).max(1000).describe('Packets that the rule is about: the first description that fits decides'),
    priority: uint32().meta({ description: 'Precedence among rules; those of lower number are matched first', examples: [10] }),
    service_identifier: uint32()
      .optional()
      .meta({ description: 'Service identifier that the charging system knows the traffic by', examples: [1] }),
    rating_group: uint32()
      .optional()
      .meta({ description: 'Number of the rating group that the traffic is charged under', examples: [1] }),
    monitoring_key: z
      .string()
      .max(1024)
      .optional()
      .meta({
        description: 'Monitoring key under which usage is reported to the PCRF: base64, and read back as that',
        examples: ['bWtleTE='],
      }),
    tracking_type: z
      .enum(['ONLY_OCS', 'ONLY_PCRF', 'OCS_AND_PCRF', 'NO_TRACKING'])
      .optional()
      .describe('Who counts the usage: the charging system (OCS), the policy server (PCRF), both, or nobody'),
    app_name: appName.optional().describe('Application whose traffic the rule is about, as gateways recognise it'),
    app_service_type: z
      .enum(['NO_SERVICE_TYPE', 'CHAT', 'AUDIO', 'VIDEO'])
      .optional()
      .describe('Which traffic of the application is meant'),
    redirect: redirectInformation.optional(),
    assigned_subscribers: assignedSubscribers(),
    qos_profile: z
      .string()
      .max(255)
      .optional()
      .meta({ description: 'Id of the QoS profile that the traffic is given', examples: ['gold'] }),
    header_enrichment_targets: nullWhenUnset(z.array(z.string()).max(1000)).meta({
      description: 'URLs whose HTTP requests are given subscriber data (header enrichment)',
      examples: [['http://www.example.com']],
    }),
  })
  .meta({ id: 'policy_rule', description: 'What happens to some traffic of subscribers' });

export type PolicyRule = z.infer<typeof policyRule>;
