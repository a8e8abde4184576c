import { create } from '@bufbuild/protobuf';
import { beforeEach, describe, expect, it } from 'vitest';
import { decodeFrame } from '../../core/wire/frame.ts';
import { StreamAckSchema, StreamNackSchema, StreamPositionSchema } from '../../proto/gen/orc8r/sync/v1/frame_pb.js';
import { objectSql } from '../../test/support/object-sql.ts';
import { gatewayMigrations } from './schema.ts';
import { PATIENCE_MS, Streams } from './streams.ts';

let now: number;
let streams: Streams;
let sql: SqlStorage;
/** What is to be done in a moment. */
let later: (() => void)[];
const make = () =>
  new Streams(
    sql,
    () => now,
    (work) => later.push(work),
  );

const content = (version: number, digest = `d${version}`) => ({
  stream: 's',
  version,
  digest,
  updates: [{ key: 'g', value: Uint8Array.of(version) }],
});
const position = (digest: string, version = 0n) => [create(StreamPositionSchema, { stream: 's', digest, version })];
const ack = (version: number, digest = `d${version}`) =>
  streams.acked(create(StreamAckSchema, { stream: 's', version: BigInt(version), digest }));
const nack = (version: number, more: { reason?: string; path?: string } = {}) =>
  streams.nacked(create(StreamNackSchema, { stream: 's', version: BigInt(version), reason: 'no', ...more }));
const progress = () => streams.progress()[0];
/** The bytes in the update that a frame carries. */
const contentOf = (frame: Uint8Array | ArrayBuffer | undefined) => {
  const { body } = decodeFrame(frame ?? new Uint8Array());
  return body.case === 'update' ? [...(body.value.batch?.updates[0]?.value ?? [])] : undefined;
};

beforeEach(() => {
  now = 100;
  sql = objectSql(gatewayMigrations);
  later = [];
  streams = make();
});

describe('content', () => {
  it('is taken when it is new, newer, or other content of the same version', () => {
    expect([content(2), content(2), content(1), content(2, 'other'), content(3)].map((given) => streams.store(given))).toEqual([
      true,
      false,
      false,
      true,
      true,
    ]);
    expect(streams.digests()).toEqual({ s: 'd3' });
  });

  it('is a frame with everything in it, and is sent once a connection', () => {
    streams.store(content(2));
    const frame = streams.unsent('s');
    expect(decodeFrame(frame ?? new Uint8Array()).body).toMatchObject({
      case: 'update',
      value: { stream: 's', version: 2n, digest: 'd2', batch: { resync: true, updates: [{ key: 'g', value: Uint8Array.of(2) }] } },
    });
    streams.sent('s');
    expect(streams.unsent('s')).toBeUndefined();
    expect(streams.unsent('nothing')).toBeUndefined();
    streams.forgetSent();
    expect(streams.unsent('s')).toBeDefined();
  });

  it('is gone when it is cleared', () => {
    streams.store(content(9));
    streams.clear();
    expect(streams.progress()).toEqual([]);
    expect(streams.store(content(1))).toBe(true);
  });
});

describe('what a gateway says it holds', () => {
  it('is due when it differs, and counts as acknowledged when it does not', () => {
    streams.store(content(2));
    expect(streams.due(position('d1'))).toEqual(['s']);
    expect(streams.due(position('d2'))).toEqual([]);
    expect(progress()).toMatchObject({ sentVersion: 2, ackedVersion: 2, ackedAt: 100, roundTripMs: null });
    now = 200;
    streams.due(position('d2'));
    expect(progress()).toMatchObject({ ackedAt: 100 });
    expect(streams.due([create(StreamPositionSchema, { stream: 'unknown' })])).toEqual([]);
  });

  it('is acknowledged now, not when an older version was', () => {
    streams.store(content(2));
    ack(2);
    now = 200;
    streams.store(content(3));
    streams.due(position('d3'));
    expect(progress()).toMatchObject({ ackedVersion: 3, ackedAt: 200 });
  });

  it('outweighs an old ACK, but not what was sent on this connection', () => {
    streams.store(content(2));
    streams.sent('s');
    ack(2);
    expect(streams.due(position(''))).toEqual([]);
    expect(progress()).toMatchObject({ ackedVersion: 2 });
    streams.forgetSent();
    expect(streams.due(position(''))).toEqual(['s']);
    expect(progress()).toMatchObject({ ackedVersion: null, ackedAt: null });
  });
});

describe('what is held', () => {
  it('is written a moment later, once, with all that happened since', () => {
    streams.store(content(2));
    streams.sent('s');
    ack(2);
    expect(make().progress()).toEqual([]);
    expect(later).toHaveLength(1);
    later[0]?.();
    const woken = make();
    expect(woken.progress()).toEqual(streams.progress());
    expect(woken.digests()).toEqual({ s: 'd2' });
    woken.forgetSent();
    expect(contentOf(woken.unsent('s'))).toEqual([2]);
    expect(later).toHaveLength(2);
  });

  it('is written again when it changes again, content included', () => {
    streams.store(content(2));
    later[0]?.();
    nack(2);
    later[1]?.();
    expect(make().progress()).toMatchObject([{ version: 2, nack: { version: 2, reason: 'no' } }]);
    streams.store(content(3));
    later[2]?.();
    expect(contentOf(make().unsent('s'))).toEqual([3]);
  });

  it('is gone from disk as well when it is cleared, and does not come back', () => {
    streams.store(content(2));
    later[0]?.();
    streams.store(content(3));
    streams.clear();
    later[1]?.();
    expect(make().progress()).toEqual([]);
  });

  it('and lost is not pressed on a gateway that holds something newer, unless the network says so', () => {
    streams.store(content(2));
    expect(streams.due(position('d3', 3n), true)).toEqual([]);
    expect(streams.due(position('d1', 1n), true)).toEqual(['s']);
    expect(streams.due(position('d3', 3n))).toEqual(['s']);
  });
});

describe('an ACK', () => {
  it('of what was sent last settles it, with its round trip', () => {
    streams.store(content(2));
    streams.sent('s');
    now = 142;
    expect(ack(2)).toBe(true);
    expect(progress()).toEqual({ stream: 's', version: 2, sentVersion: 2, ackedVersion: 2, ackedAt: 142, roundTripMs: 42, nack: null });
  });

  it('of an overtaken version moves the acked version only', () => {
    streams.store(content(2));
    streams.store(content(5));
    streams.sent('s');
    expect(ack(2)).toBe(true);
    expect(progress()).toMatchObject({ version: 5, sentVersion: 5, ackedVersion: 2, roundTripMs: null });
    ack(5);
    expect(ack(2)).toBe(false);
    expect(progress()).toMatchObject({ ackedVersion: 5 });
  });

  it('of the future, of another stream, or of other content of the same version says nothing', () => {
    streams.store(content(5));
    expect([ack(6), ack(2 ** 53), ack(5, 'other')]).toEqual([false, false, false]);
    expect(streams.acked(create(StreamAckSchema, { stream: 'x', version: 1n }))).toBe(false);
    expect(progress()).toMatchObject({ ackedVersion: null });
    ack(5);
    streams.store(content(5, 'other'));
    expect(progress()).toMatchObject({ version: 5, sentVersion: null, ackedVersion: null });
    expect(ack(5)).toBe(false);
    expect(ack(5, 'other')).toBe(true);
  });
});

describe('what is under way', () => {
  const send = () => {
    const frame = streams.unsent('s');
    if (frame) streams.sent('s');
    return frame && contentOf(frame);
  };
  const write = (version: number) => {
    streams.store(content(version));
    return send();
  };

  it('is one update; the newest of those that came meanwhile follows its ACK', () => {
    expect([write(1), write(2), write(3)]).toEqual([[1], undefined, undefined]);
    expect(progress()).toMatchObject({ version: 3, sentVersion: 1 });
    expect(ack(1)).toBe(true);
    expect(progress()).toMatchObject({ sentVersion: 1, ackedVersion: 1 });
    expect([send(), send()]).toEqual([[3], undefined]);
    ack(3);
    expect(write(4)).toEqual([4]);
  });

  it('is over with a NACK as well, and the refused version is not sent again', () => {
    write(1);
    write(2);
    nack(1);
    expect([send(), nack(2), send()]).toEqual([[2], true, undefined]);
    expect(write(3)).toEqual([3]);
  });

  it('may be other content of the same version', () => {
    write(5);
    streams.store(content(5, 'other'));
    expect(send()).toBeUndefined();
    expect(ack(5)).toBe(false);
    expect(progress()).toMatchObject({ sentVersion: null, ackedVersion: null });
    expect(send()).toEqual([5]);
    expect(ack(5, 'other')).toBe(true);
    expect(progress()).toMatchObject({ ackedVersion: 5 });
  });

  it('is not ended by the ACK of anything else', () => {
    write(4);
    ack(4);
    write(5);
    write(6);
    expect([ack(4), ack(6, 'guessed'), nack(6)]).toEqual([true, false, true]);
    expect(send()).toBeUndefined();
  });

  it('is given up after a while, but not for ever', () => {
    write(1);
    write(2);
    expect(streams.waiting()).toEqual([{ stream: 's', until: 100 + PATIENCE_MS }]);
    const sent: number[] = [];
    for (let version = 3; version < 20; version += 1) {
      now += PATIENCE_MS - 1;
      expect(write(version)).toBeUndefined();
      now += 1;
      sent.push(...(send() ?? []));
    }
    expect(sent).toEqual([3, 4, 5]);
    expect(streams.waiting()).toEqual([]);
    // Only the answer to the newest of them says that it reads again.
    ack(4);
    expect(send()).toBeUndefined();
    ack(5);
    expect(send()).toEqual([19]);
  });

  it('is known after an eviction, and forgotten with the connection', () => {
    write(1);
    write(2);
    later[0]?.();
    streams = make();
    expect(send()).toBeUndefined();
    streams.forgetSent();
    expect([streams.waiting(), send()]).toEqual([[], [2]]);
  });

  it('has no round trip when the gateway has the version from elsewhere', () => {
    write(1);
    streams.store(content(2));
    now = 200;
    ack(2);
    expect(progress()).toMatchObject({ version: 2, sentVersion: 2, ackedVersion: 2, roundTripMs: null });
  });
});

describe('a NACK', () => {
  it('keeps why and where, within limits, until the next settled version', () => {
    streams.store(content(5));
    streams.sent('s');
    expect(nack(5, { reason: 'r'.repeat(5000), path: 'p'.repeat(5000) })).toBe(true);
    expect(progress()).toMatchObject({
      ackedVersion: null,
      nack: { version: 5, reason: 'r'.repeat(1024), path: 'p'.repeat(256), at: 100 },
    });
    expect(streams.unsent('s')).toBeUndefined();
    streams.store(content(6));
    expect(progress()?.nack).toMatchObject({ version: 5 });
    ack(6);
    expect(progress()?.nack).toBeNull();
  });

  it('of the future, of what was acknowledged since, or of another stream says nothing', () => {
    streams.store(content(4));
    ack(4);
    streams.store(content(5));
    expect([nack(6), nack(3)]).toEqual([false, false]);
    expect(streams.nacked(create(StreamNackSchema, { stream: 'x' }))).toBe(false);
    expect(progress()?.nack).toBeNull();
  });
});
