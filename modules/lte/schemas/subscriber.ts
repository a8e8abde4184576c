import { z } from 'zod';
import { base64Bytes, nonEmpty, unset } from '../../../core/rest/fields.ts';
import { subscriberId } from './subscriber-id.ts';
import { subscriberState, subscriberStatus } from './subscriber-state.ts';

/** Names of one subscriber: more than anybody gives, and bounded. */
const MAX_NAMES = 1000;

export const subProfile = nonEmpty()
  .max(255)
  .meta({
    id: 'sub_profile',
    description: 'Name of one of the rate profiles of the network (`cellular.epc.sub_profiles`), or `default`',
    examples: ['default'],
  });

export const subscriberActivity = z.enum(['INACTIVE', 'ACTIVE']);

export const lteSubscription = z
  .object({
    state: subscriberActivity.describe('Whether the network serves the SIM: an INACTIVE one is refused'),
    auth_algo: z.enum(['MILENAGE']).describe('How the SIM proves who it is'),
    auth_key: base64Bytes({ min: 16, max: 16 }).meta({
      description: 'Secret key (K) of the SIM: 16 bytes in base64',
      examples: ['AAECAwQFBgcICQoLDA0ODw=='],
    }),
    auth_opc: base64Bytes({ min: 16, max: 16 })
      .optional()
      .meta({
        description: 'Operator key derived for the SIM (OPc): 16 bytes in base64; derived from the OP of the network when left out',
        examples: ['EBESExQVFhcYGRobHB0eHw=='],
      }),
    sub_profile: unset(subProfile, 'null').describe('Name of its rate profile, or `default`'),
  })
  .meta({ id: 'lte_subscription', description: 'What the network has to know to serve a SIM' });

const names = (description: string, example: string) =>
  z
    .array(nonEmpty().max(255))
    .max(MAX_NAMES)
    .optional()
    .meta({ description, examples: [[example]] });

export const subscriberStaticIps = z.record(nonEmpty(), nonEmpty().max(255)).meta({
  id: 'subscriber_static_ips',
  description: 'IP address that the subscriber always gets, by access point',
  examples: [{ internet: '192.168.128.12' }],
});

export const coreNetworkTypes = z
  .array(z.enum(['EPC', '5GC']))
  .max(8)
  .meta({ id: 'core_network_types', description: 'Kinds of core network' });

const policyIdsByApn = z.record(nonEmpty(), z.array(nonEmpty().max(255)).max(MAX_NAMES)).meta({
  id: 'policy_ids_by_apn',
  description: 'Ids of policy rules, by the access point at which alone they hold',
  examples: [{ internet: ['allow_all'] }],
});

const common = {
  id: subscriberId,
  name: z
    .string()
    .max(255)
    .optional()
    .meta({ description: 'Name of the subscriber for people', examples: ['Meter 1'] }),
  lte: lteSubscription,
};
const active = {
  active_base_names: names('Groups of policy rules (base names) that hold for the subscriber', 'basic'),
  active_policies: names('Ids of policy rules that hold for the subscriber at every access point', 'allow_all'),
  active_policies_by_apn: policyIdsByApn.optional().describe('Policy rules that hold for it at one access point only'),
  active_apns: names('Names of the access points that the subscriber may use', 'internet'),
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
    msisdn: nonEmpty()
      .optional()
      .meta({ description: 'Never filled; the registry is at `msisdns`', examples: ['4915112345678'] }),
    forbidden_network_types: coreNetworkTypes.optional().describe('Never filled; see `config`'),
  })
  .meta({ id: 'subscriber', description: 'A SIM with what it may use' });

const total = z.int().meta({ description: 'Subscribers in the network, whatever was asked for', examples: [1] });
const token = z.string().meta({
  description: 'Where the next page of subscribers begins, for the parameter `page_token`; empty when there is none',
  examples: ['SU1TSTAwMTAxMDAwMDAwMDAwMQ'],
});

export const paginatedSubscribers = z
  .object({ total_count: total, next_page_token: token, subscribers: z.record(z.string(), subscriber).describe('The subscribers by id') })
  .meta({ id: 'paginated_subscribers', description: 'A page of subscribers' });

export const paginatedSubscriberIds = z
  .object({
    total_count: total,
    next_page_token: token,
    subscribers: z.array(z.string()).meta({ description: 'Ids of the subscribers of this page', examples: [['IMSI001010000000001']] }),
  })
  .meta({ id: 'paginated_subscriber_ids', description: 'A page of ids of subscribers' });

export type MutableSubscriber = z.infer<typeof mutableSubscriber>;
export type SubscriberConfig = z.infer<typeof subscriberConfig>;
export type LteSubscription = z.infer<typeof lteSubscription>;
