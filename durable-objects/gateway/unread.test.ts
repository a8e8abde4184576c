import { beforeEach, describe, expect, it } from 'vitest';
import { FrameError } from '../../core/wire/frame.ts';
import { MAX_UNREAD_BYTES } from '../../core/wire/limits.ts';
import { Unread } from './unread.ts';

const MIB = 1024 * 1024;
let unread: Unread;
let last: number;

beforeEach(() => {
  last = 0;
  unread = new Unread(() => (last += 10));
});

describe('what a gateway has not read', () => {
  it('has room up to the limit, and again when it is read', () => {
    expect([unread.hasRoom(MAX_UNREAD_BYTES - 64, 1), unread.hasRoom(MAX_UNREAD_BYTES, 1)]).toEqual([true, false]);
    unread.add(30 * MIB);
    const first = unread.mark();
    unread.add(5 * MIB);
    const second = unread.mark();
    expect(unread.hasRoom(6 * MIB, 1)).toBe(false);
    unread.seen(first);
    expect([unread.hasRoom(34 * MIB, 1), unread.hasRoom(36 * MIB, 1)]).toEqual([true, false]);
    unread.seen(second);
    expect(unread.hasRoom(MAX_UNREAD_BYTES - 64, 1)).toBe(true);
  });

  it('is read by the newest mark alone; one that was not given, or was shown before, proves nothing', () => {
    unread.add(MIB);
    const first = unread.mark();
    unread.add(MIB);
    const second = unread.mark();
    unread.seen(second);
    unread.add(39 * MIB);
    for (const mark of [0, first, second, 77]) unread.seen(mark);
    expect(unread.hasRoom(2 * MIB, 1)).toBe(false);
  });

  it('is marked each 64 KiB, never with 0', () => {
    unread = new Unread(() => 0);
    unread.add(1000);
    expect(unread.mark()).toBe(0);
    for (let count = 0; count < 1000; count += 1) unread.add(1);
    expect([unread.mark(), unread.mark()]).toEqual([1, 0]);
  });

  it('ends the connection when it is far too much', () => {
    unread.add(MAX_UNREAD_BYTES);
    for (let count = 0; count < 80_000; count += 1) unread.add(30);
    expect(() => {
      for (let count = 0; count < 20_000; count += 1) unread.add(60);
    }).toThrow(FrameError);
  });
});
