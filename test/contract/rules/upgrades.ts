import { tier } from '../resources.ts';
import type { Rule } from './rule.ts';

/** Rules of REST-BEHAVIOUR 7: upgrades. */
export const upgrades: readonly Rule[] = [
  {
    what: 'gateways of a tier exist',
    ask: ['POST', '/networks/lte1/tiers'],
    body: { ...tier('gamma'), gateways: ['gw1', 'nosuch', 'none'] },
    at: ['body.gateways[1]', 'body.gateways[2]'],
  },
  { what: 'the id agrees with the URL', ask: ['PUT', '/networks/lte1/tiers/default'], body: tier('beta'), at: ['body.id'] },
  { what: 'a gateway that is added exists', ask: ['POST', '/networks/lte1/tiers/default/gateways'], body: 'nosuch' },
];
