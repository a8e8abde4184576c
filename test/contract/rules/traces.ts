import { callTrace, probeDestination, probeTask } from '../resources.ts';
import type { Rule } from './rule.ts';

const end = { requested_end: true };

/** Rules of REST-BEHAVIOUR 11: probes and call traces. */
export const traces: readonly Rule[] = [
  {
    what: 'the id of a task agrees with the URL',
    ask: ['PUT', '/lte/lte1/network_probe/tasks/t1'],
    body: probeTask('t2'),
    at: ['body.task_id'],
  },
  {
    what: 'the id of a destination agrees with the URL',
    ask: ['PUT', '/lte/lte1/network_probe/destinations/d1'],
    body: probeDestination('d2'),
    at: ['body.destination_id'],
  },
  {
    what: 'the gateway of a trace exists',
    ask: ['POST', '/networks/lte1/tracing'],
    body: { ...callTrace('t9'), gateway_id: 'nosuch' },
    at: ['body.gateway_id'],
  },
  {
    what: 'a trace is ended, and nothing else, whether there is one or not',
    ask: ['PUT', '/networks/lte1/tracing/nosuch'],
    body: { requested_end: false },
    at: ['body.requested_end'],
  },
  {
    what: 'a trace ends once',
    ask: ['PUT', '/networks/lte1/tracing/t1'],
    body: end,
    before: [['PUT', '/networks/lte1/tracing/t1', end]],
  },
];
