import { describe, expect, it } from 'vitest';
import { decodeFrame } from '../../core/wire/frame.ts';
import { FRAGMENT_BYTES, MAX_ANSWER_BYTES, MAX_FRAME_BYTES } from '../../core/wire/limits.ts';
import { type Reply, Reply_Content } from '../../proto/gen/orc8r/sync/v1/frame_pb.js';
import type { SouthboundResult } from '../ports.ts';
import { replyFrames, weight } from './reply-frames.ts';

const { MESSAGE, FRAGMENT, NOTHING } = Reply_Content;

function replies(result: SouthboundResult, parts = true, mark = 0): Reply[] {
  return [...replyFrames({ id: 7, parts }, result, mark)].map((frame) => {
    const { body } = decodeFrame(frame);
    if (body.case !== 'reply') throw new Error(`a ${body.case} frame`);
    expect(body.value.id).toBe(7);
    return body.value;
  });
}

const shape = (frames: Reply[]) => frames.map(({ payload, more, content }) => [payload.byteLength, more, content]);
const ok = (...sizes: number[]): SouthboundResult => ({
  ok: true,
  messages: sizes.map((size, index) => new Uint8Array(size).fill(index + 1)),
});

describe('the frames of an answer', () => {
  it('carry every message of a call with parts, the last without `more`', () => {
    expect(shape(replies(ok(3, 0, 5)))).toEqual([
      [3, true, MESSAGE],
      [0, true, MESSAGE],
      [5, false, MESSAGE],
    ]);
    expect(shape(replies(ok()))).toEqual([[0, false, NOTHING]]);
  });

  it('cut a large message into fragments that give it back', () => {
    const message = Uint8Array.from({ length: 2 * FRAGMENT_BYTES + 9 }, (_, index) => index % 251);
    const frames = replies({ ok: true, messages: [message, Uint8Array.of(1)] });
    expect(shape(frames)).toEqual([
      [FRAGMENT_BYTES, true, FRAGMENT],
      [FRAGMENT_BYTES, true, FRAGMENT],
      [9, true, MESSAGE],
      [1, false, MESSAGE],
    ]);
    expect(Buffer.concat(frames.slice(0, 3).map(({ payload }) => payload)).equals(message)).toBe(true);
  });

  it('are one, with the first message, for a call without parts', () => {
    expect(shape(replies(ok(3, 4), false))).toEqual([[3, false, MESSAGE]]);
    expect(shape(replies(ok(), false))).toEqual([[0, false, MESSAGE]]);
    expect(replies(ok(MAX_FRAME_BYTES), false)).toMatchObject([{ code: 8, message: expect.stringContaining('does not fit') }]);
  });

  it('tell of a failure, one longer than a frame too', () => {
    const failed: SouthboundResult = { ok: false, code: 5, message: 'x'.repeat(MAX_FRAME_BYTES) };
    for (const parts of [true, false]) expect(replies(failed, parts)).toMatchObject([{ code: 5, more: false, content: NOTHING }]);
  });

  it.each([
    ['of several messages', ok(2, 3), true],
    ['in fragments', ok(FRAGMENT_BYTES + 1), true],
    ['without messages', ok(), true],
    ['in one reply', ok(2), false],
    ['that is too large', ok(MAX_ANSWER_BYTES, 1), true],
    ['that is too large for one reply', ok(MAX_FRAME_BYTES), false],
    ['that failed', { ok: false, code: 5, message: 'no' } as const, true],
  ])('carry the mark in the last one: an answer %s', (_, result, parts) => {
    const marks = replies(result, parts, 0xfedcba98).map(({ mark }) => mark);
    expect(marks.pop()).toBe(0xfedcba98);
    expect(new Set(marks)).toEqual(marks.length > 0 ? new Set([0]) : new Set());
  });

  it('are weighed by what is sent', () => {
    expect(weight({ parts: true }, ok(3, 4))).toEqual({ bytes: 7, frames: 3 });
    expect(weight({ parts: true }, ok(2 * FRAGMENT_BYTES))).toEqual({ bytes: 2 * FRAGMENT_BYTES, frames: 4 });
    expect(weight({ parts: false }, ok(3, 4))).toEqual({ bytes: 3, frames: 1 });
    expect(weight({ parts: false }, ok(2 * MAX_FRAME_BYTES))).toEqual({ bytes: MAX_FRAME_BYTES, frames: 1 });
    expect(weight({ parts: true }, { ok: false, code: 5, message: 'x'.repeat(9000) })).toEqual({ bytes: 4096, frames: 1 });
  });

  it('refuse an answer beyond the limit, and carry one of exactly that size', () => {
    expect(replies(ok(MAX_ANSWER_BYTES, 1))).toMatchObject([{ code: 8, more: false }]);
    expect(replies(ok(MAX_ANSWER_BYTES - 1, 1)).at(-1)).toMatchObject({ code: 0, more: false });
  });
});
