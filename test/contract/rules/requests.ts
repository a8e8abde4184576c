import { bareFederation } from '../../support/feg.ts';
import { IMSI, NEXT_IMSI, policyRule, subscriber } from '../resources.ts';
import type { Allowed, Rule } from './rule.ts';

const twice = <T>(value: T): readonly T[] => [value, value];
const network = (id: string) => ({ id, name: 'the same', description: 'd', dns: { enable_caching: false, local_ttl: 0 } });

/** Rules of REST-BEHAVIOUR 2 and 3: requests of all kinds. */
export const requests: readonly Rule[] = [
  { what: 'a network id in a path is not empty', ask: ['GET', '/networks//gateways'], at: ['path.network_id'] },
  { what: 'nor is another id, at the end of a path', ask: ['DELETE', '/lte/lte1/apns/'], at: ['path.apn_name'] },
  { what: 'a path that no operation has', ask: ['GET', '/lte/lte1/nosuch'], status: 404 },
  { what: 'an operation that a path has not', ask: ['DELETE', '/networks/lte1/gateways'], status: 405 },
  { what: 'ids are what they are, capital letters and all', ask: ['GET', '/networks/LTE1'], status: 404 },
  { what: 'a page size is a number', ask: ['GET', '/lte/lte1/subscribers?page_size=many'], at: ['query.page_size'] },
  { what: 'a page token is one of ours', ask: ['GET', '/networks/lte1/gateways?page_token=!'], at: ['query.page_token'] },
  {
    what: 'what is wrong with the routes of a network is told before the network is missed',
    ask: ['PUT', '/feg/nosuch/federation'],
    body: { ...bareFederation, nh_routes: { '001': 'feg2' } },
    at: ['body.nh_routes.001'],
  },
];

/** What REST-BEHAVIOUR 3 says of the store. */
export const allowedRequests: readonly Allowed[] = [
  {
    what: 'networks of the same name',
    ask: ['POST', '/networks'],
    body: network('net9'),
    status: 201,
    before: [['POST', '/networks', network('net8')]],
    shows: [['/networks/net9', network('net9')]],
  },
  {
    what: 'what is named twice counts once',
    ask: ['PUT', '/lte/lte1/gateways/gw1/connected_enodeb_serials'],
    body: twice('e2'),
    status: 204,
    shows: [['/lte/lte1/gateways/gw1/connected_enodeb_serials', ['e2']]],
  },
  {
    what: 'also of a subscriber',
    ask: ['POST', '/lte/lte1/subscribers'],
    body: [
      {
        ...subscriber(NEXT_IMSI),
        active_apns: twice('internet'),
        active_policies: twice('r1'),
        active_base_names: twice('b1'),
        active_policies_by_apn: { internet: twice('r1') },
      },
    ],
    status: 201,
    shows: [
      [
        `/lte/lte1/subscribers/${NEXT_IMSI}`,
        { active_apns: ['internet'], active_policies: ['r1'], active_base_names: ['b1'], active_policies_by_apn: { internet: ['r1'] } },
      ],
    ],
  },
  {
    what: 'also of a base name',
    ask: ['POST', '/networks/lte1/policies/base_names'],
    body: { name: 'b9', rule_names: twice('r1'), assigned_subscribers: twice(IMSI) },
    status: 201,
    shows: [['/networks/lte1/policies/base_names/b9', { name: 'b9', rule_names: ['r1'], assigned_subscribers: [IMSI] }]],
  },
  {
    what: 'a new base name may leave its rules out: nobody looks at its schema (REST-BEHAVIOUR 10)',
    ask: ['POST', '/networks/lte1/policies/base_names'],
    body: { name: 'b9' },
    status: 201,
    shows: [['/networks/lte1/policies/base_names/b9', { name: 'b9', rule_names: [] }]],
  },
  {
    what: 'or have null of them',
    ask: ['POST', '/networks/lte1/policies/base_names'],
    body: { name: 'b9', rule_names: null },
    status: 201,
    shows: [['/networks/lte1/policies/base_names/b9', { name: 'b9', rule_names: [] }]],
  },
  {
    what: 'a rule that is deleted is gone wherever it was named, and nothing else is',
    ask: ['DELETE', '/networks/lte1/policies/rules/r2'],
    status: 204,
    before: [
      ['PUT', '/networks/lte1/policies/base_names/b1', { name: 'b1', rule_names: ['r1', 'r2'] }],
      ['PUT', `/lte/lte1/subscribers/${IMSI}`, { ...subscriber(IMSI), active_policies_by_apn: { internet: ['r1', 'r2'] } }],
    ],
    shows: [
      ['/networks/lte1/policies/base_names/b1', { name: 'b1', rule_names: ['r1'] }],
      [`/lte/lte1/subscribers/${IMSI}`, { active_policies_by_apn: { internet: ['r1'] } }],
      ['/networks/lte1/policies/rules', ['r1']],
    ],
  },
  {
    what: 'a QoS profile and a base name too',
    ask: ['DELETE', '/lte/lte1/policy_qos_profiles/q1'],
    status: 204,
    before: [
      ['PUT', '/networks/lte1/policies/rules/r1', { ...policyRule('r1'), qos_profile: 'q1' }],
      ['PUT', `/lte/lte1/subscribers/${IMSI}`, { ...subscriber(IMSI), active_base_names: ['b1', 'b2'] }],
      ['DELETE', '/networks/lte1/policies/base_names/b2', undefined],
    ],
    shows: [
      ['/networks/lte1/policies/rules?view=full', { r1: policyRule('r1'), r2: policyRule('r2') }],
      [`/lte/lte1/subscribers/${IMSI}`, { active_base_names: ['b1'] }],
    ],
  },
];
