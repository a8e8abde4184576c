/** Reports of federation gateways come with the Health service, which belongs to federation and is not there yet. */
const later = 'no federation gateway can report its health yet';

/** Operations that even a full operator gets nothing from in the prepared networks, with the status that says so. */
export const UNANSWERED: Readonly<Record<string, readonly [status: number, why: string]>> = {
  'GET /feg/{network_id}/cluster_status': [404, later],
  'GET /feg/{network_id}/gateways/{gateway_id}/health_status': [404, later],
};
