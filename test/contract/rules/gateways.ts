import { cwfGatewayBody } from '../../support/cwf.ts';
import { fegGatewayBody } from '../../support/feg.ts';
import { lteGatewayBody } from '../../support/lte.ts';
import { baseGateway } from '../resources.ts';
import { bytes, gateway, newGateway } from './bodies.ts';
import type { Allowed, Rule } from './rule.ts';

const device = (key: object) => ({ device: { hardware_id: 'hw-gw9', key } });

const withKey = (what: string, path: string, body: object): Rule => ({
  what,
  ask: ['POST', path],
  body: { ...body, ...device({ key_type: 'ECHO', key: bytes(8) }) },
  at: ['body.device.key.key'],
});

/** Rules of REST-BEHAVIOUR 6: gateways. */
export const gateways: readonly Rule[] = [
  newGateway('the tier exists', { tier: 'nosuch' }, 'body.tier'),
  {
    what: 'hardware has one gateway',
    ask: ['POST', '/lte/lte1/gateways'],
    body: gateway({ device: { hardware_id: 'hw-gw2', key: { key_type: 'ECHO' } } }),
    status: 409,
  },
  {
    what: 'hardware is no eNodeB',
    ask: ['POST', '/lte/lte1/gateways'],
    body: gateway({ device: { hardware_id: 'e1', key: { key_type: 'ECHO' } } }),
    status: 409,
  },
  {
    what: 'hardware has one gateway, also when it is replaced',
    ask: ['PUT', '/networks/lte1/gateways/gw1'],
    body: { ...baseGateway('gw1'), device: { hardware_id: 'hw-gw2', key: { key_type: 'ECHO' } } },
    status: 409,
  },
  {
    what: 'hardware has one gateway, also in the part, among all networks',
    ask: ['PUT', '/networks/feg1/gateways/fgw1/device'],
    body: { hardware_id: 'hw-gw2', key: { key_type: 'ECHO' } },
    status: 409,
  },
  newGateway('ECHO has no key', device({ key_type: 'ECHO', key: bytes(8) }), 'body.device.key.key'),
  newGateway('ECDSA has a key', device({ key_type: 'SOFTWARE_ECDSA_SHA256' }), 'body.device.key.key'),
  newGateway('the key of ECDSA is a public key', device({ key_type: 'SOFTWARE_ECDSA_SHA256', key: bytes(8) }), 'body.device.key.key'),
  { what: 'the id agrees with the URL', ask: ['PUT', '/lte/lte1/gateways/gw1'], body: gateway({}), at: ['body.id'] },
  { what: 'the tier of a gateway exists', ask: ['PUT', '/lte/lte1/gateways/gw1/tier'], body: 'nosuch' },
  {
    what: 'the key is checked in the part too',
    ask: ['PUT', '/networks/lte1/gateways/gw1/device'],
    body: { hardware_id: 'hw-gw1', key: { key_type: 'SOFTWARE_ECDSA_SHA256', key: bytes(8) } },
    at: ['body.key.key'],
  },
  withKey('the key is checked whether there is the network or not', '/lte/nosuch/gateways', lteGatewayBody('gw9')),
  withKey('of a gateway of no kind too', '/networks/nosuch/gateways', baseGateway('gw9')),
  withKey('of a federation gateway too', '/feg/nosuch/gateways', fegGatewayBody('gw9')),
  withKey('of a carrier Wi-Fi gateway too', '/cwf/nosuch/gateways', cwfGatewayBody('gw9')),
  {
    what: 'in the part, whether there is the gateway or not',
    ask: ['PUT', '/lte/lte1/gateways/nosuch/device'],
    body: { hardware_id: 'hw-gw9', key: { key_type: 'ECHO', key: bytes(8) } },
    at: ['body.key.key'],
  },
];

const withoutTier: Allowed['before'] = [['DELETE', '/networks/lte1/tiers/default', undefined]];

export const allowedGateways: readonly Allowed[] = [
  {
    what: 'a gateway that is in no tier is put into one',
    ask: ['PUT', '/lte/lte1/gateways/gw1/tier'],
    body: 'beta',
    status: 204,
    before: withoutTier,
    shows: [
      ['/lte/lte1/gateways/gw1/tier', 'beta'],
      ['/networks/lte1/tiers/beta/gateways', ['gw1', 'gw2']],
    ],
  },
  {
    what: 'also with the whole of it',
    ask: ['PUT', '/networks/lte1/gateways/gw1'],
    body: { ...baseGateway('gw1'), tier: 'beta' },
    status: 204,
    before: withoutTier,
    shows: [['/networks/lte1/tiers/beta/gateways', ['gw1', 'gw2']]],
  },
  {
    what: 'every kind of gateway is a gateway, and one of no kind is of none',
    ask: ['POST', '/networks/lte1/gateways'],
    body: baseGateway('gw9'),
    status: 201,
    shows: [
      [
        '/networks/lte1/gateways',
        { total_count: 3, page_token: '', gateways: { gw1: { id: 'gw1' }, gw2: { id: 'gw2' }, gw9: { id: 'gw9' } } },
      ],
      ['/networks/cwf1/gateways', { total_count: 4 }],
      ['/networks/feg1/gateways', { total_count: 2 }],
    ],
  },
];
