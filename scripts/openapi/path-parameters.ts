/**
 * What the ids in paths are, and how they look. A path names them only (`pathParams('network_id')`), and many paths share one, so
 * they are described once, here. A new one needs a line.
 */
export const PATH_PARAMETERS: Readonly<Record<string, { readonly description: string; readonly example: string }>> = {
  apn_name: { description: 'Access point, by the name that devices ask for', example: 'internet' },
  base_name: { description: 'Group of policy rules, by its name', example: 'basic' },
  cbsd_id: { description: 'CBSD, by the number that this platform gave it', example: '1' },
  channel_id: { description: 'Release channel, in use once on the platform', example: 'stable' },
  command_id: {
    description: 'Command, by the id in the header X-Command-Id of its reply',
    example: '0b9c8c57-3f0e-4b5e-8a43-2f6f0a5d7c11',
  },
  destination_id: { description: 'Place of delivery of a network probe', example: 'dest1' },
  domain: { description: 'Domain name that the record is about', example: 'cache.example.com' },
  enodeb_serial: { description: 'eNodeB, by the serial number it reports', example: '120200002618AGP0003' },
  gateway_id: { description: 'Gateway, by its id within the network', example: 'agw1' },
  gateway_pool_id: { description: 'Pool of gateways that share the load', example: 'north' },
  ha_pair_id: { description: 'Pair of carrier Wi-Fi gateways', example: 'pair1' },
  image_name: { description: 'Image of a tier, by its name in the package repository', example: 'magma' },
  msisdn: { description: 'Telephone number', example: '4915112345678' },
  network_id: { description: 'Network that everything below belongs to', example: 'city' },
  profile_id: { description: 'QoS profile of policies', example: 'gold' },
  rating_group_id: { description: 'Rating group, by its decimal number', example: '1' },
  rule_id: { description: 'Policy rule, by its id within the network', example: 'allow_all' },
  serial: {
    description: 'Serial number of a certificate, in hex; leading zeros, colons and lower case do not matter',
    example: '5F3A9C0E7B1D',
  },
  sms_pk: { description: 'Message, by the id that its POST answered', example: 'sms_0001' },
  subscriber_id: { description: 'Subscriber, by `IMSI` and 10 to 15 digits', example: 'IMSI001010000000001' },
  task_id: { description: 'Interception task of a network probe', example: 'task1' },
  tenant_id: { description: 'Tenant, by its number', example: '1' },
  trace_id: { description: 'Call trace, by the id it was started under', example: 'attach-problem-1' },
  tier_id: { description: 'Upgrade tier of the network', example: 'default' },
  token: { description: 'API token: the token itself, or better the id under which it is listed', example: 'tok_9f86d081884c7d65' },
  username: { description: 'User, by the name to log in with', example: 'ann' },
  version: { description: 'Version of the network that a commit made, as its revisions show it', example: '17' },
};
