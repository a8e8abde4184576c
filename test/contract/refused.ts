/** Values of path parameters that name nothing, where `nosuch` would be refused for its form. */
export const UNKNOWN: Readonly<Record<string, string>> = {
  tenant_id: '99',
  cbsd_id: '99',
  rating_group_id: '99',
  subscriber_id: 'IMSI001010000000099',
};

type Answer = readonly [status: number, why: string];

const silent: Answer = [204, 'what is not there counts as deleted (REST-BEHAVIOUR 3, 5, 7 to 13)'];
const dangling: Answer = [400, 'a rule or base name that does not exist is named (DEVIATIONS: unknown association target)'];
const makes: Answer = [201, 'it names what is made'];

/** What is answered when this parameter of the path names nothing, where that is not 404: `METHOD path parameter`. */
export const MISSING: Readonly<Record<string, Answer>> = {
  ...Object.fromEntries(
    [
      '/channels/{channel_id} channel_id',
      '/networks/{network_id} network_id',
      ...both('/networks/{network_id}/tiers/{tier_id}'),
      ...both('/networks/{network_id}/policies/base_names/{base_name}'),
      ...both('/networks/{network_id}/policies/rules/{rule_id}'),
      ...both('/networks/{network_id}/rating_groups/{rating_group_id}'),
      ...both('/networks/{network_id}/tracing/{trace_id}'),
      ...both('/cwf/{network_id}/ha_pairs/{ha_pair_id}'),
      ...both('/lte/{network_id}/enodebs/{enodeb_serial}'),
      ...both('/lte/{network_id}/msisdns/{msisdn}'),
      ...both('/lte/{network_id}/network_probe/destinations/{destination_id}'),
      ...both('/lte/{network_id}/network_probe/tasks/{task_id}'),
      ...both('/lte/{network_id}/policy_qos_profiles/{profile_id}'),
      ...both('/lte/{network_id}/sms/{sms_pk}'),
      ...both('/lte/{network_id}/subscribers/{subscriber_id}'),
      ...subscriberConfig(),
    ].map((what) => [`DELETE ${what}`, silent]),
  ),
  ...Object.fromEntries(subscriberConfig().map((what) => [`POST ${what}`, dangling])),
  ...Object.fromEntries(['/networks', '/lte'].map((root) => [`POST ${root}/{network_id}/dns/records/{domain} domain`, makes])),
  'GET /lte/{network_id}/subscriber_state/{subscriber_id} subscriber_id': [
    200,
    'a subscriber without state has an empty one (REST-BEHAVIOUR 9)',
  ],
};

/** Operations that take no id from the body, though what a GET shows has one, and why. */
export const NAMED_BY_URL: Readonly<Record<string, string>> = {
  'PUT /networks/{network_id}/rating_groups/{rating_group_id}': 'its body is a mutable_rating_group, which has none',
};

/** Members that may be left out, but not beside what else these bodies hold: rules of their sections ask for them. */
export const NEEDED: readonly RegExp[] = [
  /\.key\.key$/, // a public key, of all challenge keys but ECHO
  /\.csfb_m[cn]c$/, // the network to fall back to
  /^body\.gateway_id$/, // the gateway of a call trace
  /\.resourceIDs$/, // what a policy is about
];

/** Bounds of its schema that a body may break, and why: places of `METHOD path`, and what breaks there. */
const UNBOUND: Readonly<Record<string, readonly { readonly path: string; readonly rule: string }[]>> = {
  // Magma's server does not look at the schema of a new one (REST-BEHAVIOUR 10).
  'POST /networks/{network_id}/policies/base_names': [{ path: 'body.rule_names', rule: 'required' }],
};

/** Whether a bound is one that this operation's body may break; `operation`: `METHOD path`. */
export const mayBreak = (operation: string, bound: { readonly path: string; readonly rule: string }): boolean =>
  UNBOUND[operation]?.some(({ path, rule }) => path === bound.path && rule === bound.rule) ?? false;

/** What a POST answers when it is sent again, where that is not 409. */
export const DUPLICATES: Readonly<Record<string, Answer>> = {
  'POST /lte/{network_id}/sms': [201, 'it is a second message'],
  ...Object.fromEntries(
    subscriberConfig().map((what) => [`POST ${what.split(' ')[0]}`, [201, 'it is there already (REST-BEHAVIOUR 5)'] as Answer]),
  ),
};

/** Of an entity: its network, and itself. */
function both(path: string): string[] {
  const [, name = ''] = /\{(\w+)\}$/.exec(path) ?? [];
  return [`${path} network_id`, `${path} ${name}`];
}

function subscriberConfig(): string[] {
  return ['lte', 'feg', 'feg_lte', 'cwf'].flatMap((family) => [
    `/${family}/{network_id}/subscriber_config/base_names/{base_name} base_name`,
    `/${family}/{network_id}/subscriber_config/rule_names/{rule_id} rule_id`,
  ]);
}
