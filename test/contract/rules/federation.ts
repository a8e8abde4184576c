import { cwfGatewayBody, cwfNetworkBody, haPairBody } from '../../support/cwf.ts';
import { fegGatewayBody } from '../../support/feg.ts';
import type { Rule } from './rule.ts';

/** Rules of REST-BEHAVIOUR 12: federation and carrier Wi-Fi. */
export const federation: readonly Rule[] = [
  {
    what: 'the gateways of a pair are two',
    ask: ['POST', '/cwf/cwf1/ha_pairs'],
    body: haPairBody('h9', 'cgw3', 'cgw3'),
    at: ['body.gateway_id_2'],
    about: ['gateway_id_1'],
  },
  {
    what: 'the gateways of a pair exist',
    ask: ['POST', '/cwf/cwf1/ha_pairs'],
    body: haPairBody('h9', 'nosuch', 'none'),
    at: ['body.gateway_id_1', 'body.gateway_id_2'],
  },
  {
    what: 'the shared address is a block',
    ask: ['POST', '/cwf/cwf1/ha_pairs'],
    body: { ...haPairBody('h9', 'cgw3', 'cgw4'), config: { transport_virtual_ip: '10.0.0.1' } },
    at: ['body.config.transport_virtual_ip'],
  },
  {
    what: 'a GRE peer is there once',
    ask: ['POST', '/cwf/cwf1/gateways'],
    body: { ...cwfGatewayBody('cgw9'), carrier_wifi: { allowed_gre_peers: [{ ip: '10.0.0.1' }, { ip: '10.0.0.1', key: 0 }] } },
    at: ['body.carrier_wifi.allowed_gre_peers[1]'],
  },
  {
    what: 'a GRE peer is, also in the part',
    ask: ['PUT', '/cwf/cwf1/gateways/cgw1/carrier_wifi'],
    body: { allowed_gre_peers: [{ ip: '10.0.0.1', key: 7 }, { ip: '10.0.0.1' }, { ip: '10.0.0.1', key: 7 }] },
    at: ['body.allowed_gre_peers[2]'],
  },
  {
    what: 'the id of a pair agrees with the URL',
    ask: ['PUT', '/cwf/cwf1/ha_pairs/h1'],
    body: haPairBody('h2', 'cgw1', 'cgw2'),
    at: ['body.ha_pair_id'],
  },
  { what: 'nobody reported this subscriber', ask: ['GET', '/cwf/cwf1/subscribers/IMSI999990000000001/directory_record'], status: 404 },
  { what: 'a network is of the kind', ask: ['GET', '/cwf/lte1/subscribers/IMSI001010000000001/directory_record'] },
  {
    what: 'the tier of a federation gateway exists',
    ask: ['POST', '/feg/feg1/gateways'],
    body: { ...fegGatewayBody('fgw9'), tier: 'nosuch' },
    at: ['body.tier'],
  },
  { what: 'the health of a gateway is asked in its network', ask: ['GET', '/feg/lte1/cluster_status'] },
  {
    what: 'a carrier Wi-Fi network is made with its settings',
    ask: ['POST', '/cwf'],
    body: { ...cwfNetworkBody('net9'), carrier_wifi: undefined },
    at: ['body.carrier_wifi'],
  },
];
