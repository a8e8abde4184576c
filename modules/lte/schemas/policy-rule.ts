import { z } from 'zod';
import { nonEmpty, nullWhenUnset, uint32 } from '../../../core/rest/fields.ts';
import { flowDescription } from './flow-description.ts';

export const ruleId = nonEmpty().max(255).meta({ id: 'rule_id', description: 'Id of a policy rule' });

/** The subscribers that a rule or group of rules is assigned to, whichever access point they use. */
export const assignedSubscribers = () =>
  z
    .array(z.string().regex(/^IMSI\d{10,15}$/, { error: 'must be IMSI and 10 to 15 digits' }))
    .max(100_000)
    .optional()
    .describe('Subscribers that it is assigned to');

const redirectInformation = z
  .object({
    support: z.enum(['DISABLED', 'ENABLED']).describe('Whether traffic is redirected'),
    address_type: z.enum(['IPv4', 'IPv6', 'URL', 'SIP_URI']).describe('Form of the server address'),
    server_address: z.string().describe('Where traffic is sent instead'),
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
    flow_list: z.array(flowDescription).max(1000).describe('The traffic it is about'),
    priority: uint32().describe('Rules of lower number come first'),
    service_identifier: uint32().optional().describe('Number of the service for charging'),
    rating_group: uint32().optional().describe('Number of the rating group that it is charged under'),
    monitoring_key: z.string().max(1024).optional().describe('Key under which usage is reported; base64, and read back as that'),
    tracking_type: z.enum(['ONLY_OCS', 'ONLY_PCRF', 'OCS_AND_PCRF', 'NO_TRACKING']).optional().describe('Who is told of usage'),
    app_name: appName.optional().describe('Application whose traffic it is about'),
    app_service_type: z.enum(['NO_SERVICE_TYPE', 'CHAT', 'AUDIO', 'VIDEO']).optional().describe('Kind of traffic of the application'),
    redirect: redirectInformation.optional(),
    assigned_subscribers: assignedSubscribers(),
    qos_profile: z.string().max(255).optional().describe('Id of the QoS profile for the traffic'),
    header_enrichment_targets: nullWhenUnset(z.array(z.string()).max(1000)).describe('URLs whose requests are given subscriber data'),
  })
  .meta({ id: 'policy_rule', description: 'What happens to some traffic of subscribers' });

export type PolicyRule = z.infer<typeof policyRule>;
