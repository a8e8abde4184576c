import type { MconfigEntry } from '../../../core/module/facets.ts';
import { LIAgentDSchema } from '../../../proto/gen/lte/protos/mconfig/mconfigs_pb.js';
import { LogLevel } from '../../../proto/gen/orc8r/protos/common_pb.js';
import { entry, int64 } from '../../orc8r/mconfig/entry.ts';
import type { LteGateway } from './lte-gateway.ts';
import { trafficTasks } from './probe-tasks.ts';

/** Key `liagentd`: the interception tasks whose traffic is delivered from the gateway. */
export function liagentd({ input }: LteGateway): readonly MconfigEntry[] {
  return [
    entry('liagentd', LIAgentDSchema, {
      logLevel: LogLevel.INFO,
      nprobeTasks: trafficTasks(input).map((task) => ({
        taskId: task.id,
        targetId: task.target_id,
        targetType: task.target_type,
        deliveryType: task.delivery_type,
        correlationId: int64(task.correlation_id ?? 0),
        domainId: task.domain_id,
      })),
    }),
  ];
}
