import { IMSI, NEXT_IMSI, policyRule, probeTask, qosProfile } from '../resources.ts';
import type { Allowed, Rule } from './rule.ts';

const rule = (what: string, changes: object, ...at: string[]): Rule => ({
  what,
  ask: ['POST', '/networks/lte1/policies/rules'],
  body: { ...policyRule('r9'), ...changes },
  at,
});
const flow = (match: object) => [{ action: 'PERMIT', match: { direction: 'UPLINK', ip_proto: 'IPPROTO_TCP', ...match } }];

/** Rules of REST-BEHAVIOUR 10: policies. */
export const policies: readonly Rule[] = [
  rule('subscribers exist', { assigned_subscribers: [IMSI, NEXT_IMSI] }, 'body.assigned_subscribers[1]'),
  rule('the QoS profile exists', { qos_profile: 'nosuch' }, 'body.qos_profile'),
  rule(
    'old and new addresses are not mixed',
    { flow_list: flow({ ipv4_src: '10.0.0.1', ip_dst: { version: 'IPv4', address: '10.0.0.2' } }) },
    'body.flow_list[0].match.ipv4_src',
  ),
  { what: 'the id agrees with the URL', ask: ['PUT', '/networks/lte1/policies/rules/r1'], body: policyRule('r2'), at: ['body.id'] },
  {
    what: 'what a rule names exists, also when it is replaced',
    ask: ['PUT', '/networks/lte1/policies/rules/r1'],
    body: { ...policyRule('r1'), assigned_subscribers: [NEXT_IMSI], qos_profile: 'nosuch' },
    at: ['body.assigned_subscribers[0]', 'body.qos_profile'],
  },
  {
    what: 'what a base name names exists, also when it is replaced',
    ask: ['PUT', '/networks/lte1/policies/base_names/b1'],
    body: { name: 'b1', rule_names: ['nosuch'], assigned_subscribers: [NEXT_IMSI] },
    at: ['body.rule_names[0]', 'body.assigned_subscribers[0]'],
  },
  {
    what: 'rules of a base name exist',
    ask: ['POST', '/networks/lte1/policies/base_names'],
    body: { name: 'b9', rule_names: ['nosuch', 'r1', 'none'] },
    at: ['body.rule_names[0]', 'body.rule_names[2]'],
  },
  {
    what: 'subscribers of a base name exist',
    ask: ['POST', '/networks/lte1/policies/base_names'],
    body: { name: 'b9', rule_names: [], assigned_subscribers: [NEXT_IMSI] },
    at: ['body.assigned_subscribers[0]'],
  },
  {
    what: 'the name agrees with the URL',
    ask: ['PUT', '/networks/lte1/policies/base_names/b1'],
    body: { name: 'b2', rule_names: [] },
    at: ['body.name'],
  },
  {
    what: 'the id of a profile agrees with the URL',
    ask: ['PUT', '/lte/lte1/policy_qos_profiles/q1'],
    body: qosProfile('q2'),
    at: ['body.id'],
  },
  {
    what: 'a rating group has a number, for rules of number 0 have none',
    ask: ['POST', '/networks/lte1/rating_groups'],
    body: { id: 0, limit_type: 'FINITE' },
    at: ['body.id'],
  },
  { what: 'a rating group is a number', ask: ['GET', '/networks/lte1/rating_groups/x'] },
];

const task = (timestamp: string) => ({ ...probeTask('t1').task_details, timestamp });

export const allowedPolicies: readonly Allowed[] = [
  {
    what: 'a rating group is replaced by what its URL names',
    ask: ['PUT', '/networks/lte1/rating_groups/1'],
    body: { id: 7, limit_type: 'INFINITE_METERED' },
    status: 204,
    shows: [['/networks/lte1/rating_groups', { 1: { id: 1, limit_type: 'INFINITE_METERED' } }]],
  },
  {
    what: 'times are shown in milliseconds of UTC',
    ask: ['PUT', '/lte/lte1/network_probe/tasks/t1'],
    body: { task_id: 't1', task_details: task('2026-01-31T13:00:00+01:00') },
    status: 204,
    shows: [['/lte/lte1/network_probe/tasks/t1', { task_details: task('2026-01-31T12:00:00.000Z') }]],
  },
];
