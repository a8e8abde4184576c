import { create, toBinary } from '@bufbuild/protobuf';
import { type SouthboundMethod, unary } from '../../../core/module/facets.ts';
import { VoidSchema } from '../../../proto/gen/orc8r/protos/common_pb.js';
import { MetricsContainerSchema, MetricsController } from '../../../proto/gen/orc8r/protos/metricsd_pb.js';

/** MetricsController: keeps a gateway's metrics under the id of its certificate, whatever id it sent (SOUTHBOUND.md 9). */
export const metricsController: readonly SouthboundMethod[] = [
  unary(MetricsController.method.collect, async ({ family }, context) => {
    if (family.length > 0)
      context.keepMetrics(toBinary(MetricsContainerSchema, create(MetricsContainerSchema, { gatewayId: context.hardwareId, family })));
    return create(VoidSchema);
  }),
];
