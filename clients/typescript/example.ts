// Makes an LTE network with a tier and a gateway, changes the gateway only if nobody else did, and reads who has what.
// Run it beside `npm start`: node clients/typescript/example.ts
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ifMatch, type Model, must, OrchestratorError, orchestrator } from './client.ts';
import { tlsFetch } from './tls-fetch.ts';

const { values } = parseArgs({
  options: {
    api: { type: 'string', default: 'https://127.0.0.1:9443' },
    data: { type: 'string', default: '.orc8r' },
    network: { type: 'string', default: 'example' },
    /** Takes the operator's certificate in place of the token. */
    certificate: { type: 'boolean', default: false },
  },
});
const file = (...path: string[]): string => readFileSync(join(values.data, ...path), 'utf8');
const ca = file('ca', 'root.pem');
const api = orchestrator({
  baseUrl: values.api,
  ...(values.certificate
    ? { fetch: tlsFetch({ ca, certificate: file('operators', 'admin', 'certificate.pem'), key: file('operators', 'admin', 'key.pem') }) }
    : { fetch: tlsFetch({ ca }), token: file('operators', 'admin', 'token').trim() }),
});

const network: Model<'lte_network'> = {
  id: values.network,
  name: 'Example',
  description: 'Made by the example of the TypeScript client',
  cellular: {
    epc: {
      mcc: '001',
      mnc: '01',
      tac: 1,
      lte_auth_op: 'EREREREREREREREREREREQ==',
      lte_auth_amf: 'gAA=',
      gx_gy_relay_enabled: false,
      hss_relay_enabled: false,
    },
    ran: { bandwidth_mhz: 20, tdd_config: { earfcndl: 44590, subframe_assignment: 2, special_subframe_pattern: 7 } },
  },
  dns: { enable_caching: false, local_ttl: 60 },
};
const gateway: Model<'mutable_lte_gateway'> = {
  id: 'agw1',
  name: 'Roof',
  description: 'North roof',
  tier: 'default',
  magmad: { autoupgrade_enabled: false, autoupgrade_poll_interval: 300, checkin_interval: 60, checkin_timeout: 10, dynamic_services: [] },
  cellular: { epc: { nat_enabled: true, ip_block: '192.168.128.0/24' }, ran: { pci: 260, transmit_enabled: true } },
  connected_enodeb_serials: [],
};

const path = { network_id: values.network, gateway_id: gateway.id };
try {
  await must(api.POST('/magma/v1/lte', { body: network }));
  await must(
    api.POST('/magma/v1/networks/{network_id}/tiers', {
      params: { path },
      body: { id: 'default', version: '1.9.0-0', images: [], gateways: [] },
    }),
  );
  await must(api.POST('/magma/v1/lte/{network_id}/gateways', { params: { path }, body: gateway }));
  console.log(`Made network ${values.network} with gateway ${gateway.id}.`);

  const read = await must(api.GET('/magma/v1/lte/{network_id}/gateways/{gateway_id}/cellular/ran', { params: { path } }));
  console.log(`Its physical cell id is ${read.data.pci}, ETag ${read.etag}.`);
  const change = { params: { path, header: ifMatch(read.etag) }, body: { ...read.data, pci: 261 } };
  await must(api.PUT('/magma/v1/lte/{network_id}/gateways/{gateway_id}/cellular/ran', change));
  console.log('Changed it to 261.');
  // The same again is refused: the tag is that of the state before.
  const again = await api.PUT('/magma/v1/lte/{network_id}/gateways/{gateway_id}/cellular/ran', change);
  if (again.error) console.log(`Once more: ${again.error.code}, ${again.error.message}`);

  const { data } = await must(api.GET('/magma/v1/networks/{network_id}/convergence', { params: { path } }));
  console.log(`${data.totals.connected} of ${data.totals.gateways} gateways are connected; the network is at version ${data.version}.`);
} catch (error) {
  if (!(error instanceof OrchestratorError)) throw error;
  console.error(`${error.status} ${error.code}: ${error.message} (request ${error.requestId})`);
  process.exitCode = 1;
}
