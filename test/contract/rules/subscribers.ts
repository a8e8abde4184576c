import { IMSI, NEXT_IMSI, sms, subscriber } from '../resources.ts';
import { bytes } from './bodies.ts';
import type { Allowed, Rule } from './rule.ts';

const sim = (what: string, changes: object, ...at: string[]): Rule => ({
  what,
  ask: ['POST', '/lte/lte1/subscribers'],
  body: [{ ...subscriber(NEXT_IMSI), ...changes }],
  at: at.map((path) => `body[0].${path}`),
});

const FOREIGN = 'IMSI999990000000001';

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
  {
    what: 'an id is, whether there is the network or not',
    ask: ['POST', '/lte/nosuch/subscribers'],
    body: [subscriber(NEXT_IMSI), subscriber(NEXT_IMSI)],
    at: ['body[1].id'],
  },
  {
    what: 'all or none',
    ask: ['POST', '/lte/lte1/subscribers'],
    body: [subscriber(NEXT_IMSI), subscriber(IMSI)],
    status: 409,
    at: ['body[1].id'],
  },
  {
    what: 'all that are there are named',
    ask: ['POST', '/lte/lte1/subscribers'],
    body: [subscriber(NEXT_IMSI), subscriber(FOREIGN), subscriber(IMSI)],
    status: 409,
    at: ['body[0].id', 'body[2].id'],
    before: [['POST', '/lte/lte1/subscribers', [subscriber(NEXT_IMSI)]]],
  },
  { what: 'the id agrees with the URL', ask: ['PUT', `/lte/lte1/subscribers/${IMSI}`], body: subscriber(NEXT_IMSI), at: ['body.id'] },
  { what: 'the profile of the part is one of the network', ask: ['PUT', `/lte/lte1/subscribers/${IMSI}/lte/sub_profile`], body: 'gold' },
  { what: 'a telephone number is whose it is', ask: ['POST', '/lte/lte1/msisdns'], body: { id: IMSI, msisdn: '4911' }, status: 409 },
];

export const allowedSubscribers: readonly Allowed[] = [
  {
    what: 'an IMSI of another network, and whatever stands for an address',
    ask: ['POST', '/lte/lte1/subscribers'],
    body: [{ ...subscriber(FOREIGN), static_ips: { internet: 'somewhere' } }],
    status: 201,
    shows: [[`/lte/lte1/subscribers/${FOREIGN}`, { config: { static_ips: { internet: 'somewhere' } } }]],
  },
  {
    what: 'a number of a subscriber that is not there yet',
    ask: ['POST', '/lte/lte1/msisdns'],
    body: { id: FOREIGN, msisdn: '4999' },
    status: 201,
    shows: [
      ['/lte/lte1/msisdns/4999', FOREIGN],
      ['/lte/lte1/msisdns', { 4911: IMSI, 4999: FOREIGN }],
    ],
  },
  { what: 'a message to a subscriber that is not there', ask: ['POST', '/lte/lte1/sms'], body: { ...sms, imsi: FOREIGN }, status: 201 },
  {
    what: 'a number that is asked for goes before an address',
    ask: ['GET', '/lte/lte1/subscribers?msisdn=4911&ip=10.9.9.9&verbose=false'],
    status: 200,
    shows: [
      ['/lte/lte1/subscribers?msisdn=4911&ip=10.9.9.9&verbose=false', [IMSI]],
      ['/lte/lte1/subscribers?ip=10.9.9.9', {}],
      ...['what', 'no', '1', ''].map(
        (word) => [`/lte/lte1/subscribers?verbose=${word}`, { subscribers: { [IMSI]: { id: IMSI } } }] as const,
      ),
      ...['false', 'FALSE', 'f', '0'].map((word) => [`/lte/lte1/subscribers?verbose=${word}`, { subscribers: [IMSI] }] as const),
    ],
  },
];
