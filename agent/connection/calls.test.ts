import { create } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { FrameBody } from '../../core/wire/frame.ts';
import { GrpcError, GrpcStatus } from '../../core/wire/grpc.ts';
import { MAX_ANSWER_BYTES, MAX_GATEWAY_CALLS } from '../../core/wire/limits.ts';
import type { Call } from '../../proto/gen/orc8r/sync/v1/frame_pb.js';
import { CallSchema, Reply_Content, ReplySchema } from '../../proto/gen/orc8r/sync/v1/frame_pb.js';
import { ManualClock } from '../testing/manual-clock.ts';
import { CallTable } from './calls.ts';

const { FRAGMENT, NOTHING } = Reply_Content;
const REQUEST = { path: '/a/b', payload: Uint8Array.of(9), timeoutMs: 1000 };

let clock: ManualClock;
let up: boolean;
let sent: Call[];
let table: CallTable;

beforeEach(() => {
  clock = new ManualClock();
  up = true;
  sent = [];
  const send = (body: FrameBody) => {
    if (body.case === 'call' && up) sent.push(create(CallSchema, body.value));
    return up;
  };
  table = new CallTable(clock, send, () => new GrpcError(GrpcStatus.UNAVAILABLE, 'cut off'));
});

/** A started call and what its sink heard. */
function start() {
  const heard: unknown[] = [];
  const giveUp = table.start(REQUEST, {
    message: (bytes) => void heard.push([...bytes]),
    end: (code, reason) => void heard.push(code, reason),
  });
  return { id: sent.at(-1)?.id ?? 0, heard, giveUp };
}

const reply = (id: number, payload: number[], more: Parameters<typeof create<typeof ReplySchema>>[1] = {}) =>
  table.reply(create(ReplySchema, { id, payload: Uint8Array.from(payload), ...more }));

describe('an answer', () => {
  it('comes message by message, those of different calls between one another', () => {
    const [first, second] = [start(), start()];
    expect(sent).toMatchObject([{ path: '/a/b', timeoutMs: 1000, parts: true }, {}]);
    reply(first.id, [1], { more: true });
    reply(second.id, [2], { more: true, content: FRAGMENT });
    reply(first.id, [], { more: true });
    reply(second.id, [3]);
    reply(first.id, [4]);
    expect(first.heard).toEqual([[1], [], [4], GrpcStatus.OK, '']);
    expect(second.heard).toEqual([[2, 3], GrpcStatus.OK, '']);
  });

  it('is put together from fragments, however it was cut', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.uint8Array({ maxLength: 4 }), { minLength: 1, maxLength: 4 }), { maxLength: 4 }), (messages) => {
        const { id, heard } = start();
        for (const pieces of messages) {
          for (const [index, piece] of pieces.entries())
            reply(id, [...piece], { more: true, ...(index < pieces.length - 1 ? { content: FRAGMENT } : {}) });
        }
        reply(id, [], { content: NOTHING });
        expect(heard).toEqual([...messages.map((pieces) => pieces.flatMap((piece) => [...piece])), GrpcStatus.OK, '']);
      }),
      { seed: 11 },
    );
  });

  it('of an older cloud is one reply', () => {
    const { id, heard } = start();
    reply(id, [5]);
    expect(reply(id, [6])).toBe(false);
    expect(heard).toEqual([[5], GrpcStatus.OK, '']);
  });

  it('that fails half-way tells so', () => {
    const { id, heard } = start();
    reply(id, [1], { more: true });
    reply(id, [], { code: 10, message: 'no', content: NOTHING });
    expect(heard).toEqual([[1], GrpcStatus.ABORTED, 'no']);
  });

  it('that grows beyond the limit is given up', () => {
    const { id, heard } = start();
    const large = new Uint8Array(MAX_ANSWER_BYTES / 2);
    for (let count = 0; count < 3; count++) table.reply(create(ReplySchema, { id, payload: large, more: true, content: FRAGMENT }));
    expect(heard).toEqual([GrpcStatus.RESOURCE_EXHAUSTED, expect.stringContaining('limit')]);
    expect(sent.at(-1)).toMatchObject({ id, cancel: true });
  });

  it('is cut off with its connection', () => {
    const { id, heard } = start();
    reply(id, [1], { more: true });
    table.fail('the line is cut');
    expect(heard).toEqual([[1], GrpcStatus.UNAVAILABLE, 'the line is cut']);
    expect(reply(id, [2])).toBe(false);
  });
});

describe('the newest mark', () => {
  it('goes with each further call and with giving one up, also when nobody waits for its reply, until the connection ends', () => {
    const { id, giveUp } = start();
    reply(id, [1], { more: true });
    reply(99, [], { mark: 5 });
    start();
    reply(id, [2], { more: true, mark: 7 });
    reply(id, [3], { more: true });
    giveUp();
    table.fail('gone');
    start();
    expect(sent.map(({ mark }) => mark)).toEqual([0, 5, 7, 0]);
  });
});

describe('a call', () => {
  it('that is given up is heard of no more, by either side', () => {
    const { id, heard, giveUp } = start();
    reply(id, [1], { more: true });
    giveUp();
    giveUp();
    reply(id, [2]);
    expect(heard).toEqual([[1]]);
    expect(sent.filter(({ cancel }) => cancel)).toMatchObject([{ id, path: '', payload: new Uint8Array() }]);
    expect(clock.timers).toEqual([]);
  });

  it('may be given up from within, on a message', () => {
    const heard: unknown[] = [];
    const giveUp = table.start(REQUEST, { message: () => giveUp(), end: (code) => void heard.push(code) });
    reply(sent[0]?.id ?? 0, [1]);
    expect(heard).toEqual([]);
  });

  it('ends when nothing comes in time, and the cloud is told', async () => {
    const { id, heard } = start();
    await clock.advance(3000);
    expect(heard).toEqual([GrpcStatus.DEADLINE_EXCEEDED, expect.stringContaining('1000 ms')]);
    expect(sent.at(-1)).toMatchObject({ id, cancel: true });
  });

  it('cannot be started without a connection, nor beyond the places', () => {
    for (let count = 0; count < MAX_GATEWAY_CALLS; count++) start();
    expect(table.places).toBe(0);
    expect(() => start()).toThrow('open already');
    table.fail('gone');
    expect(table.places).toBe(MAX_GATEWAY_CALLS);
    up = false;
    expect(() => start()).toThrow('cut off');
    expect(table.places).toBe(MAX_GATEWAY_CALLS);
  });
});
