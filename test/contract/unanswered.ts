const silence = 'no gateway has reported any';

/** Operations that even a full operator gets nothing from in the prepared networks, with the status that says so. */
export const UNANSWERED: Readonly<Record<string, readonly [status: number, why: string]>> = {
  'POST /user/login': [400, 'the password is what it checks (modules/orc8r/routes/users.test.ts); here it gets no body'],
  'GET /lte/{network_id}/enodebs/{enodeb_serial}/state': [404, silence],
  'GET /networks/{network_id}/tracing/{trace_id}/download': [404, 'the trace is under way (test/e2e/call-tracing.test.ts downloads)'],
  'GET /feg/{network_id}/cluster_status': [404, silence],
  'GET /feg/{network_id}/gateways/{gateway_id}/health_status': [404, silence],
  'GET /cwf/{network_id}/gateways/{gateway_id}/health_status': [404, silence],
  'GET /cwf/{network_id}/ha_pairs/{ha_pair_id}/status': [404, silence],
  'GET /cwf/{network_id}/subscribers/{subscriber_id}/directory_record': [404, silence],
};
