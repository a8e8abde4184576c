import { bytes, gateway, newGateway } from './bodies.ts';
import type { Rule } from './rule.ts';

const device = (key: object) => ({ device: { hardware_id: 'hw-gw9', key } });

/** Rules of REST-BEHAVIOUR 6: gateways. */
export const gateways: readonly Rule[] = [
  newGateway('the tier exists', { tier: 'nosuch' }, 'body.tier'),
  {
    what: 'hardware has one gateway',
    ask: ['POST', '/lte/lte1/gateways'],
    body: gateway({ device: { hardware_id: 'hw-gw2', key: { key_type: 'ECHO' } } }),
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
];
