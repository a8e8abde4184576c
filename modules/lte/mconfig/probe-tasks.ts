import type { GatewayGraph } from '../../../core/module/facets.ts';

/** What is read of `network_probe_task_details`. */
export interface ProbeTask {
  readonly id: string;
  readonly target_id: string;
  readonly target_type: 'imsi' | 'imei' | 'msisdn';
  readonly delivery_type: 'all' | 'events_only';
  readonly correlation_id?: number;
  readonly domain_id?: string;
}

/**
 * The network's interception tasks that want traffic, by id. Those that want events only are served by the cloud, so neither
 * `liagentd` nor `pipelined` may hear of them: it would copy traffic that nobody ordered.
 */
export function trafficTasks(input: GatewayGraph): ProbeTask[] {
  return [...input.graph.entities.values()]
    .filter(({ type, config }) => type === 'network_probe_task' && config !== null)
    .map(({ key, config }) => ({ ...(config as Omit<ProbeTask, 'id'>), id: key }))
    .filter((task) => task.delivery_type !== 'events_only')
    .sort((left, right) => (left.id < right.id ? -1 : 1));
}
