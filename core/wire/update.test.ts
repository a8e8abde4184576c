import { create, toBinary } from '@bufbuild/protobuf';
import { expect, it } from 'vitest';
import { DataUpdateBatchSchema } from '../../proto/gen/orc8r/protos/streamer_pb.js';
import { decodeFrame, encodeFrame } from './frame.ts';
import { encodeUpdate } from './update.ts';

const head = {
  stream: 'subscriberdb',
  version: 7n,
  digest: 'd',
  deleted: ['IMSI1', 'IMSI2'],
  baseDigest: 'b',
  more: true,
  resume: '[1]',
  follows: '[0]',
};

it.each([true, false])('an encoded batch makes the same frame as a decoded one (resync: %s)', (resync) => {
  for (const updates of [
    [],
    [
      { key: 'IMSI3', value: new Uint8Array(300).fill(7) },
      { key: '', value: new Uint8Array() },
    ],
  ]) {
    const batch = create(DataUpdateBatchSchema, { updates, resync });
    const shared = toBinary(DataUpdateBatchSchema, create(DataUpdateBatchSchema, { updates }));
    const expected = decodeFrame(encodeFrame({ case: 'update', value: { ...head, batch } }));
    expect(decodeFrame(encodeUpdate(head, shared, resync))).toEqual(expected);
  }
});
