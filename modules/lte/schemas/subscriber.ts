import { z } from 'zod';
import { base64Bytes, nonEmpty, unset } from '../../../core/rest/fields.ts';
import { subscriberId } from './subscriber-id.ts';
import { subscriberState, subscriberStatus } from './subscriber-state.ts';

/** Names of one subscriber: more than anybody gives, and bounded. */
const MAX_NAMES = 1000;

export const subProfile = nonEmpty()
  .max(255)
  .meta({ id: 'sub_profile', description: 'Name of a rate profile of the network (`cellular.epc.sub_profiles`), or `default`' });

export const subscriberActivity = z.enum(['INACTIVE', 'ACTIVE']);

export const lteSubscription = z
  .object({
    state: subscriberActivity.describe('Whether the network serves it'),
    auth_algo: z.enum(['MILENAGE']).describe('How it proves who it is'),
    auth_key: base64Bytes({ min: 16, max: 16 }).describe('Secret key (K) of the SIM: 16 bytes'),
    auth_opc: base64Bytes({ min: 16, max: 16 })
      .optional()
      .describe('Operator key derived for the SIM (OPc): 16 bytes; without it that of the network'),
    sub_profile: unset(subProfile, 'null').describe('Name of its rate profile, or `default`'),
  })
  .meta({ id: 'lte_subscription', description: 'What the network has to know to serve a SIM' });

const names = (of: string) => z.array(nonEmpty().max(255)).max(MAX_NAMES).optional().describe(of);

export const subscriberStaticIps = z
  .record(nonEmpty(), nonEmpty().max(255))
  .meta({ id: 'subscriber_static_ips', description: 'Fixed IP address by access point' });

export const coreNetworkTypes = z
  .array(z.enum(['EPC', '5GC']))
  .max(8)
  .meta({ id: 'core_network_types', description: 'Kinds of core network' });

const policyIdsByApn = z
  .record(nonEmpty(), z.array(nonEmpty().max(255)).max(MAX_NAMES))
  .meta({ id: 'policy_ids_by_apn', description: 'Ids of policy rules by access point' });

const common = {
  id: subscriberId,
  name: z.string().max(255).optional().describe('Name for people'),
  lte: lteSubscription,
};
const active = {
  active_base_names: names('Groups of policy rules that hold for it'),
  active_policies: names('Policy rules that hold for it'),
  active_policies_by_apn: policyIdsByApn.optional().describe('Policy rules that hold for it at one access point only'),
  active_apns: names('Access points that it may use'),
};

export const mutableSubscriber = z
  .object({
    ...common,
    ...active,
    static_ips: subscriberStaticIps.optional().describe('Fixed IP address by access point; each has to be among `active_apns`'),
    forbidden_network_types: coreNetworkTypes.optional().describe('Kinds of core network that it may not use'),
  })
  .superRefine(({ static_ips: fixed = {}, active_apns: apns = [] }, ctx) => {
    for (const apn of Object.keys(fixed)) {
      if (!apns.includes(apn)) ctx.addIssue({ code: 'custom', path: ['static_ips', apn], message: 'is not among active_apns' });
    }
  })
  .meta({ id: 'mutable_subscriber', description: 'A subscriber as it is written' });

export const mutableSubscribers = z
  .array(mutableSubscriber)
  .max(20_000)
  .meta({ id: 'mutable_subscribers', description: 'Subscribers to be made: all of them or none' });

export const subscriberConfig = z
  .object({
    lte: lteSubscription,
    static_ips: subscriberStaticIps.optional(),
    forbidden_network_types: coreNetworkTypes.optional(),
  })
  .meta({ id: 'subscriber_config', description: 'What is stored of a subscriber itself' });

export const subscriber = z
  .object({
    ...common,
    config: subscriberConfig,
    ...active,
    monitoring: subscriberStatus.optional(),
    state: subscriberState.optional(),
    msisdn: nonEmpty().optional().describe('Never filled; the registry is at `msisdns`'),
    forbidden_network_types: coreNetworkTypes.optional().describe('Never filled; see `config`'),
  })
  .meta({ id: 'subscriber', description: 'A SIM with what it may use' });

const total = z.int().describe('Subscribers in the network, whatever was asked for');
const token = z.string().describe('Token of the next page; empty when there is none');

export const paginatedSubscribers = z
  .object({ total_count: total, next_page_token: token, subscribers: z.record(z.string(), subscriber).describe('The subscribers by id') })
  .meta({ id: 'paginated_subscribers', description: 'A page of subscribers' });

export const paginatedSubscriberIds = z
  .object({ total_count: total, next_page_token: token, subscribers: z.array(z.string()).describe('Ids of subscribers') })
  .meta({ id: 'paginated_subscriber_ids', description: 'A page of ids of subscribers' });

export type MutableSubscriber = z.infer<typeof mutableSubscriber>;
export type SubscriberConfig = z.infer<typeof subscriberConfig>;
export type LteSubscription = z.infer<typeof lteSubscription>;
