import type { Entity } from '../../../core/configurator/model.ts';
import type { NetworkProbeTask } from '../schemas/network-probe.ts';

type Details = NetworkProbeTask['task_details'];

export const readTask = (entity: Entity): unknown => ({ task_id: entity.key, task_details: entity.config });

export const readDestination = (entity: Entity): unknown => ({ destination_id: entity.key, destination_details: entity.config });

/** What a task stores: its time as all times are shown, in milliseconds of UTC (REST-BEHAVIOUR 2). */
export const storedTask = ({ timestamp, ...details }: Details): Details =>
  timestamp === undefined ? details : { ...details, timestamp: new Date(timestamp).toISOString() };

/** What a new task stores: it begins now (unix milliseconds), under a number of its own when none is given. */
export const startedTask = (details: Details, now: number): Details => ({
  ...details,
  correlation_id: details.correlation_id || randomNumber(),
  timestamp: new Date(now).toISOString(),
});

/** From 1 to 2^53 - 1: as far as numbers of JSON are exact. */
function randomNumber(): number {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
  return Math.max(1, (high & 0x1fffff) * 2 ** 32 + low);
}
