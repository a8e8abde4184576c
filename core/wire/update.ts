import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { DataUpdateBatchSchema } from '../../proto/gen/orc8r/protos/streamer_pb.js';
import { FrameSchema, StreamUpdateSchema } from '../../proto/gen/orc8r/sync/v1/frame_pb.js';

const FRAME_UPDATE = FrameSchema.field.update.number;
const UPDATE_BATCH = StreamUpdateSchema.field.batch.number;
const BATCH_RESYNC = DataUpdateBatchSchema.field.resync.number;

/**
 * The frame of an update whose batch is encoded already: what many gateways get is encoded once. Same meaning as `encodeFrame` of the
 * decoded batch. The caller keeps the batch small enough for a frame.
 */
export function encodeUpdate(
  head: MessageInitShape<typeof StreamUpdateSchema> & { readonly batch?: never },
  batch: Uint8Array,
  resync: boolean,
): Uint8Array<ArrayBuffer> {
  const writer = new BinaryWriter();
  writer.tag(FRAME_UPDATE, WireType.LengthDelimited).fork();
  writer.raw(toBinary(StreamUpdateSchema, create(StreamUpdateSchema, head)));
  writer.tag(UPDATE_BATCH, WireType.LengthDelimited).fork();
  writer.raw(batch);
  if (resync) writer.tag(BATCH_RESYNC, WireType.Varint).bool(true);
  return writer.join().join().finish();
}
