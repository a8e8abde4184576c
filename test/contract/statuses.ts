/** What an operation answers when all is well, where that is not the rule for its method. Source: REST-BEHAVIOUR 4c, 6 to 9, 12. */
const SUCCESS: Readonly<Record<string, number>> = {
  'PUT /lte/{network_id}/gateway_pools/{gateway_pool_id}': 201,
  'PUT /cwf/{network_id}/ha_pairs/{ha_pair_id}': 200,
  'POST /lte/{network_id}/gateways/{gateway_id}/connected_enodeb_serials': 204,
  'POST /networks/{network_id}/tiers/{tier_id}/gateways': 204,
  'POST /networks/{network_id}/tiers/{tier_id}/images': 204,
  'POST /dp/{network_id}/cbsds/{cbsd_id}/deregister': 204,
  'POST /dp/{network_id}/cbsds/{cbsd_id}/relinquish': 204,
  'POST /lte/{network_id}/subscribers/{subscriber_id}/activate': 200,
  'POST /lte/{network_id}/subscribers/{subscriber_id}/deactivate': 200,
  'POST /networks/{network_id}/gateways/{gateway_id}/command/generic': 200,
  'POST /networks/{network_id}/gateways/{gateway_id}/command/ping': 200,
  'POST /networks/{network_id}/gateways/{gateway_id}/command/reboot': 200,
  'POST /networks/{network_id}/gateways/{gateway_id}/command/restart_services': 200,
  'POST /networks/{network_id}/gateways/{gateway_id}/command/tail_logs': 200,
  'POST /networks/{network_id}/gateways/{gateway_id}/command/start_services': 200,
  'POST /networks/{network_id}/gateways/{gateway_id}/command/stop_services': 200,
  'POST /networks/{network_id}/gateways/{gateway_id}/command/configure_stateless': 200,
  'POST /networks/{network_id}/gateways/{gateway_id}/command/set_configs': 200,
  'POST /networks/{network_id}/gateways/{gateway_id}/command/traceroute': 200,
  'POST /networks/{network_id}/gateways/{gateway_id}/command/get_gateway_id': 200,
  'POST /networks/{network_id}/gateways/{gateway_id}/command/get_configs': 200,
  'POST /networks/{network_id}/gateways/{gateway_id}/command/check_stateless': 200,
  'POST /networks/{network_id}/gateways/{gateway_id}/command/get_service_info': 200,
  'POST /networks/{network_id}/gateways/{gateway_id}/command/get_metrics': 200,
  'POST /user': 200,
  'POST /user/login': 200,
  'PUT /user/{username}': 200,
  'DELETE /user/{username}': 200,
  'POST /user/{username}/tokens': 200,
  'DELETE /user/{username}/tokens/{token}': 200,
};

const BY_METHOD: Readonly<Record<string, number>> = { GET: 200, POST: 201, PUT: 204, DELETE: 204 };

export const successOf = (operation: string): number => SUCCESS[operation] ?? BY_METHOD[operation.split(' ')[0] ?? ''] ?? 0;

/** Operations whose handlers differ from the contract's specification in form; REST-BEHAVIOUR says how, and so does our document. */
export const DIFFERING: Readonly<Record<string, string>> = {
  'POST /networks': 'answers the bare id (5)',
  'POST /networks/{network_id}/dns/records/{domain}': 'answers the bare domain (5)',
  'POST /lte/{network_id}/dns/records/{domain}': 'answers the bare domain (5)',
  'POST /lte/{network_id}/gateway_pools': 'answers the bare id (8)',
  'PUT /lte/{network_id}/gateway_pools/{gateway_pool_id}': 'answers the bare id (8)',
  'POST /cwf/{network_id}/ha_pairs': 'answers the bare id (12)',
  'POST /user/login': 'answers 200 with a token and its policies (4c)',
  'GET /user': 'shows records (4c), without their secrets (DEVIATIONS)',
  'GET /user/{username}': 'shows a record (4c), without its secrets (DEVIATIONS)',
  'PUT /user/{username}': 'takes a bare string (4c)',
  'GET /user/{username}/tokens': 'shows an id and a prefix instead of the token (DEVIATIONS)',
  'POST /user/{username}/tokens': 'answers the token, which is shown this once (DEVIATIONS)',
  'GET /lte/{network_id}/network_probe/destinations': 'a map by id (2)',
  'GET /lte/{network_id}/network_probe/tasks': 'a map by id (2)',
  'PUT /tenants/{tenant_id}': 'takes its id from the URL (13)',
  'POST /networks/{network_id}/gateways/{gateway_id}/command/generic': 'its params may hold any JSON but booleans (6)',
};

/** Operations that answer nothing, though a body is described (REST-BEHAVIOUR 10). */
export const SILENT: ReadonlySet<string> = new Set(['POST /networks/{network_id}/policies/rules']);
