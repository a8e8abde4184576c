import { create } from '@bufbuild/protobuf';
import { type SouthboundMethod, serverStreaming } from '../../../core/module/facets.ts';
import { DataUpdateBatchSchema, Streamer } from '../../../proto/gen/orc8r/protos/streamer_pb.js';
import { desired } from './desired.ts';

/**
 * Streamer, as gateways poll it: one batch with all there is, then the end. The gateway that the request names, and the
 * digest in its `extra_args`, are not looked at; the caller is who its certificate says.
 */
export const streamer: readonly SouthboundMethod[] = [
  serverStreaming(Streamer.method.getUpdates, async (request, context) => {
    const { updates } = await desired(request.streamName, context);
    return [create(DataUpdateBatchSchema, { updates: [...updates], resync: true })];
  }),
];
