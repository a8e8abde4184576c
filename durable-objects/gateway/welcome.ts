import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { encodeFrame } from '../../core/wire/frame.ts';
import { KEEPALIVE_SECONDS, MAX_FRAME_BYTES } from '../../core/wire/limits.ts';
import { WelcomeSchema } from '../../proto/gen/orc8r/sync/v1/frame_pb.js';
import type { GatewayClient } from '../ports.ts';

/** What a gateway's hello is answered with. `now` in unix milliseconds. */
export function welcomeFrame({ networkId, gatewayId }: GatewayClient, now: number): Uint8Array {
  const welcome = create(WelcomeSchema, {
    networkId,
    gatewayId,
    serverTime: timestampFromMs(now),
    maxFrameBytes: MAX_FRAME_BYTES,
    keepaliveSeconds: KEEPALIVE_SECONDS,
  });
  return encodeFrame({ case: 'welcome', value: welcome });
}
