import { bodies, IMSI, NEXT_IMSI } from './resources.ts';

/** A kind of resource, from its creation to its end. */
export interface Lifecycle {
  /** Where it is made; `{network_id}` stands for the prepared network of its family. */
  readonly all: string;
  /** Where it is read, replaced and deleted. */
  readonly one: string;
  readonly id: string;
  /** What is sent for one. */
  readonly body: unknown;
  /** What is sent to make one, where it differs. */
  readonly created?: unknown;
  /** Where it is listed, where that is not where it is made. */
  readonly list?: string;
  /** The id that the platform chose, from what POST answered and the list shows. */
  readonly idOf?: (answer: string, list: unknown) => string;
  /** What a reader sees, where that is not what was sent. */
  readonly shown?: unknown;
  /** What it is replaced by, where no single place of it could hold something else. */
  readonly other?: unknown;
}

const serialOf = (list: unknown, serial: string): string =>
  String((list as { cbsds: { id: number; serial_number: string }[] }).cbsds.find((one) => one.serial_number === serial)?.id);

const of = (all: string, id: string, more: Partial<Lifecycle> = {}): Lifecycle => ({
  all,
  one: `${all}/{id}`,
  id,
  body: bodies[`POST ${all}`],
  ...more,
});

export const lifecycles: readonly Lifecycle[] = [
  ...['/networks', '/lte', '/feg', '/feg_lte', '/cwf'].map((all) => of(all, 'net9')),
  of('/channels', 'beta', { body: { id: 'beta', name: 'for tests', supported_versions: ['1.0'] } }),
  of('/tenants', '9', { body: { id: 9, name: 'for tests', networks: ['lte1'] } }),
  of('/networks/{network_id}/tiers', 'gamma'),
  of('/networks/{network_id}/gateways', 'gw9'),
  of('/lte/{network_id}/gateways', 'gw9'),
  of('/feg/{network_id}/gateways', 'fgw9'),
  of('/cwf/{network_id}/gateways', 'cgw9'),
  of('/cwf/{network_id}/ha_pairs', 'h9'),
  of('/lte/{network_id}/gateway_pools', 'p9'),
  of('/lte/{network_id}/enodebs', 'e9'),
  of('/lte/{network_id}/apns', 'ims'),
  of('/lte/{network_id}/policy_qos_profiles', 'q9'),
  of('/networks/{network_id}/policies/rules', 'r9'),
  of('/networks/{network_id}/policies/base_names', 'b9', { body: { name: 'b9', rule_names: ['r1', 'r2'] } }),
  of('/networks/{network_id}/rating_groups', '9', {
    body: { id: 9, limit_type: 'FINITE' },
    other: { id: 9, limit_type: 'INFINITE_UNMETERED' },
  }),
  of('/networks/{network_id}/tracing', 't9', {
    shown: { config: bodies['POST /networks/{network_id}/tracing'], state: {} },
  }),
  of('/lte/{network_id}/network_probe/tasks', 't9'),
  of('/lte/{network_id}/network_probe/destinations', 'd9'),
  of('/lte/{network_id}/subscribers', NEXT_IMSI, {
    body: (bodies['POST /lte/{network_id}/subscribers'] as unknown[])[0],
    created: bodies['POST /lte/{network_id}/subscribers'],
  }),
  of('/lte/{network_id}/msisdns', '4922', { shown: IMSI }),
  of('/lte/{network_id}/sms', 'none', { idOf: (answer) => JSON.parse(answer) as string }),
  of('/dp/{network_id}/cbsds', '99', { idOf: (_, list) => serialOf(list, 's9') }),
  of('/user', 'bob', { shown: { username: 'bob', has_password: true } }),
  ...['/networks', '/lte', '/cwf'].map((family) =>
    of(`${family}/{network_id}/dns/records/{domain}`, 'b.example', {
      one: `${family}/{network_id}/dns/records/{id}`,
      list: `${family}/{network_id}/dns/records`,
    }),
  ),
];

/** Where POST adds to something else, or does something: they have no life of their own. */
export const parts: readonly string[] = [
  '/networks/{network_id}/tiers/{tier_id}/images',
  '/networks/{network_id}/tiers/{tier_id}/gateways',
  '/lte/{network_id}/gateways/{gateway_id}/connected_enodeb_serials',
  '/feg/{network_id}/gateways/{gateway_id}/federation',
  '/user/{username}/tokens',
  '/user/{username}/certificates',
  '/user/login',
  '/certificates/{serial}:revoke',
  '/networks/{network_id}/certificates/{serial}:revoke',
  ...[
    ...['restart_services', 'ping', 'generic', 'tail_logs', 'traceroute', 'configure_stateless', 'set_configs'],
    ...['get_service_info', 'get_metrics'],
  ].map((command) => `/networks/{network_id}/gateways/{gateway_id}/command/${command}`),
];
