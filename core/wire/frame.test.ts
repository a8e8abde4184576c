import { create, equals, toBinary } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameSchema } from '../../proto/gen/orc8r/sync/v1/frame_pb.js';
import type { FrameBody } from './frame.ts';
import { decodeFrame, encodeFrame, FrameError } from './frame.ts';
import { CloseCode, MAX_FRAME_BYTES } from './limits.ts';

const u32 = fc.integer({ min: 0, max: 0xffffffff });
const u64 = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
const text = fc.string({ unit: 'binary', maxLength: 64 });
const bytes = fc.uint8Array({ maxLength: 200 });
const name = fc.string({ minLength: 1, maxLength: 64 });
const headers = fc
  .dictionary(fc.string({ maxLength: 20 }), fc.string({ maxLength: 20 }), { noNullPrototype: true })
  .filter((map) => !('__proto__' in map && Object.hasOwn(map, '__proto__')));
const position = fc.record({ stream: name, version: u64, digest: text });

const body = fc.oneof(
  fc
    .record({
      reqId: u32,
      heartBeat: fc.boolean(),
      connClosed: fc.boolean(),
      reqBody: fc.record({ gwId: text, authority: text, path: text, headers, payload: bytes }),
    })
    .map((value) => ({ case: 'syncRequest' as const, value })),
  fc
    .record({
      reqId: u32,
      heartBeat: fc.boolean(),
      respBody: fc.record({ status: text, headers, payload: bytes, err: text, keepConnActive: fc.boolean() }),
    })
    .map((value) => ({ case: 'syncResponse' as const, value })),
  fc
    .record({ agentVersion: text, positions: fc.uniqueArray(position, { maxLength: 32, selector: (p) => p.stream }) })
    .map((value) => ({ case: 'hello' as const, value })),
  fc
    .record({
      networkId: text,
      gatewayId: text,
      maxFrameBytes: u32,
      keepaliveSeconds: u32,
      serverTime: fc.record({ seconds: fc.bigInt({ min: 0n, max: 1n << 40n }), nanos: fc.nat(999_999_999) }),
    })
    .map((value) => ({ case: 'welcome' as const, value })),
  fc
    .record({ id: u32, path: text, payload: bytes, timeoutMs: u32, parts: fc.boolean(), cancel: fc.boolean() })
    .map((value) => ({ case: 'call' as const, value })),
  fc
    .record({ id: u32, code: u32, message: text, payload: bytes, more: fc.boolean(), content: fc.nat(2) })
    .map((value) => ({ case: 'reply' as const, value })),
  fc
    .record({
      stream: text,
      version: u64,
      digest: text,
      batch: fc.record({ resync: fc.boolean(), updates: fc.array(fc.record({ key: text, value: bytes }), { maxLength: 5 }) }),
    })
    .map((value) => ({ case: 'update' as const, value })),
  position.map((value) => ({ case: 'ack' as const, value })),
  fc.record({ stream: text, version: u64, reason: text, path: text }).map((value) => ({ case: 'nack' as const, value })),
);

function closeCodeOf(action: () => unknown): number | undefined {
  try {
    action();
  } catch (error) {
    if (error instanceof FrameError) return error.closeCode;
    throw error;
  }
  return undefined;
}

describe('frame codec', () => {
  it('gives back every frame that it wrote', () => {
    fc.assert(
      fc.property(body, (init) => {
        const sent = create(FrameSchema, { body: init as FrameBody });
        const got = decodeFrame(encodeFrame(init as FrameBody));
        return got.body.case === init.case && equals(FrameSchema, sent, got);
      }),
      { numRuns: 3000, seed: 7 },
    );
  });

  it('never throws anything but a FrameError, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (random) => {
        const code = closeCodeOf(() => decodeFrame(random));
        return code === undefined || code === CloseCode.badFrame;
      }),
      { numRuns: 3000, seed: 8 },
    );
  });

  it('survives every cut and flipped byte of a good frame', () => {
    fc.assert(
      fc.property(body, fc.nat(), fc.integer({ min: 1, max: 255 }), (init, at, flip) => {
        const good = encodeFrame(init as FrameBody);
        const damaged = good.slice();
        const index = at % good.length;
        damaged[index] = (damaged[index] ?? 0) ^ flip;
        for (const input of [damaged, good.subarray(0, index)]) {
          const code = closeCodeOf(() => decodeFrame(input));
          if (code !== undefined && code !== CloseCode.badFrame) return false;
        }
        return true;
      }),
      { numRuns: 2000, seed: 9 },
    );
  });

  it('takes an ArrayBuffer as workerd hands it out', () => {
    const frame = decodeFrame(encodeFrame({ case: 'call', value: { id: 3, path: '/a/b' } }).buffer);
    expect(frame.body).toMatchObject({ case: 'call', value: { id: 3, path: '/a/b' } });
  });

  it('refuses a frame without a body and one with an unknown body with 4400', () => {
    expect(closeCodeOf(() => decodeFrame(new Uint8Array()))).toBe(4400);
    // Field 100, a length-delimited message of two bytes.
    expect(closeCodeOf(() => decodeFrame(Uint8Array.of(0xa2, 0x06, 0x02, 0x08, 0x01)))).toBe(4400);
    expect(closeCodeOf(() => decodeFrame(toBinary(FrameSchema, create(FrameSchema))))).toBe(4400);
  });

  it('accepts exactly the limit and refuses a byte more with 1009, both ways', () => {
    const overhead = encodeFrame({ case: 'call', value: { id: 1, path: '/a/b', payload: new Uint8Array(3_000_000) } }).length - 3_000_000;
    const fits = new Uint8Array(MAX_FRAME_BYTES - overhead);
    const whole = encodeFrame({ case: 'call', value: { id: 1, path: '/a/b', payload: fits } });
    expect(whole.length).toBe(MAX_FRAME_BYTES);
    expect(decodeFrame(whole).body.case).toBe('call');
    expect(closeCodeOf(() => encodeFrame({ case: 'call', value: { id: 1, path: '/a/b', payload: new Uint8Array(fits.length + 1) } }))).toBe(
      1009,
    );
    expect(closeCodeOf(() => decodeFrame(new Uint8Array(MAX_FRAME_BYTES + 1)))).toBe(1009);
  });

  it('refuses a hello beyond the limits', () => {
    const hello = (streams: string[], agentVersion = '1') => {
      const positions = streams.map((stream) => ({ stream }));
      return closeCodeOf(() => decodeFrame(encodeFrame({ case: 'hello', value: { agentVersion, positions } })));
    };
    expect(hello(Array.from({ length: 32 }, (_, index) => `s${index}`))).toBeUndefined();
    expect(hello(Array.from({ length: 33 }, (_, index) => `s${index}`))).toBe(4400);
    expect(hello(['x'.repeat(64)])).toBeUndefined();
    expect(hello(['x'.repeat(65)])).toBe(4400);
    expect(hello([''])).toBe(4400);
    expect(hello(['a', 'a'])).toBe(4400);
    expect(hello([], 'v'.repeat(65))).toBe(4400);
  });
});
