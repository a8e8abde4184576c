import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeGrpcMessage,
  encodeGrpcMessage,
  GrpcFramingError,
  GrpcStatus,
  grpcStatusName,
  MessageReader,
  prefixMessage,
  unprefixMessage,
  unprefixMessages,
} from './grpc.ts';

function concat(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

describe('gRPC framing', () => {
  it('prefixes with a zero flag and a big-endian length', () => {
    expect([...prefixMessage(Uint8Array.of(7, 8))]).toEqual([0, 0, 0, 0, 2, 7, 8]);
    expect([...prefixMessage(new Uint8Array())]).toEqual([0, 0, 0, 0, 0]);
    expect([...prefixMessage(new Uint8Array(0x010203)).subarray(0, 5)]).toEqual([0, 0, 1, 2, 3]);
  });

  it('reads several messages in order, however the stream is cut', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 6 }),
        fc.array(fc.integer({ min: 1, max: 9 })),
        (messages, cuts) => {
          const whole = concat(messages.map(prefixMessage));
          expect(unprefixMessages(whole).map((m) => [...m])).toEqual(messages.map((m) => [...m]));
          const reader = new MessageReader();
          const got: number[][] = [];
          let at = 0;
          for (const cut of [...cuts, whole.length]) {
            got.push(...reader.push(whole.subarray(at, at + cut)).map((m) => [...m]));
            at += cut;
          }
          reader.end();
          expect(got).toEqual(messages.map((m) => [...m]));
        },
      ),
      { numRuns: 500, seed: 3 },
    );
  });

  it('refuses every truncation', () => {
    const whole = prefixMessage(Uint8Array.of(1, 2, 3));
    for (let length = 1; length < whole.length; length++) {
      expect(() => unprefixMessages(whole.subarray(0, length))).toThrow(GrpcFramingError);
    }
  });

  it('refuses compressed, unknown and oversized messages', () => {
    expect(() => unprefixMessages(Uint8Array.of(1, 0, 0, 0, 0))).toThrow('compressed');
    expect(() => unprefixMessages(Uint8Array.of(9, 0, 0, 0, 0))).toThrow('unknown gRPC flag 9');
    expect(() => unprefixMessages(Uint8Array.of(0, 0xff, 0xff, 0xff, 0xff))).toThrow('exceeds the limit');
  });

  it('wants exactly one message in a unary call', () => {
    const one = prefixMessage(Uint8Array.of(5));
    expect([...unprefixMessage(one)]).toEqual([5]);
    expect(() => unprefixMessage(new Uint8Array())).toThrow('found 0');
    expect(() => unprefixMessage(concat([one, one]))).toThrow('found 2');
  });

  it('carries any text in grpc-message', () => {
    expect(encodeGrpcMessage('100% of Zürich\n')).toBe('100%25 of Z%C3%BCrich%0A');
    expect(decodeGrpcMessage('50% done')).toBe('50% done');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => decodeGrpcMessage(encodeGrpcMessage(text)) === text.toWellFormed()),
      { seed: 5 },
    );
  });

  it('names status codes', () => {
    expect(GrpcStatus.UNAUTHENTICATED).toBe(16);
    expect(grpcStatusName(4)).toBe('DEADLINE_EXCEEDED');
    expect(grpcStatusName(99)).toBe('code 99');
  });
});
