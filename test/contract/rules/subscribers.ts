import { IMSI, NEXT_IMSI, subscriber } from '../resources.ts';
import { bytes } from './bodies.ts';
import type { Rule } from './rule.ts';

const sim = (what: string, changes: object, ...at: string[]): Rule => ({
  what,
  ask: ['POST', '/lte/lte1/subscribers'],
  body: [{ ...subscriber(NEXT_IMSI), ...changes }],
  at: at.map((path) => `body[0].${path}`),
});

/** Rules of REST-BEHAVIOUR 9: subscribers. */
export const subscribers: readonly Rule[] = [
  sim('an IMSI has 10 to 15 digits', { id: 'IMSI123' }, 'id'),
  sim('keys have 16 bytes', { lte: { ...subscriber(IMSI).lte, auth_key: bytes(15), auth_opc: bytes(17) } }, 'lte.auth_key', 'lte.auth_opc'),
  sim('the profile is one of the network', { lte: { ...subscriber(IMSI).lte, sub_profile: 'gold' } }, 'lte.sub_profile'),
  sim('fixed addresses are for APNs that it may use', { static_ips: { ims: '10.0.0.1' } }, 'static_ips.ims'),
  sim('APNs exist', { active_apns: ['nosuch', 'internet', 'none'] }, 'active_apns[0]', 'active_apns[2]'),
  sim(
    'policies and base names exist',
    { active_policies: ['nosuch'], active_base_names: ['none'] },
    'active_policies[0]',
    'active_base_names[0]',
  ),
  sim('policies by APN exist', { active_policies_by_apn: { internet: ['nosuch'] } }, 'active_policies_by_apn.internet[0]'),
  {
    what: 'an id is there once in a body',
    ask: ['POST', '/lte/lte1/subscribers'],
    body: [subscriber(NEXT_IMSI), subscriber(NEXT_IMSI)],
    at: ['body[1].id'],
  },
  { what: 'all or none', ask: ['POST', '/lte/lte1/subscribers'], body: [subscriber(NEXT_IMSI), subscriber(IMSI)], status: 409 },
  { what: 'the id agrees with the URL', ask: ['PUT', `/lte/lte1/subscribers/${IMSI}`], body: subscriber(NEXT_IMSI), at: ['body.id'] },
  { what: 'the profile of the part is one of the network', ask: ['PUT', `/lte/lte1/subscribers/${IMSI}/lte/sub_profile`], body: 'gold' },
  { what: 'a telephone number is whose it is', ask: ['POST', '/lte/lte1/msisdns'], body: { id: IMSI, msisdn: '4911' }, status: 409 },
];
