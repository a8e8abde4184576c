import fc from 'fast-check';
import { decodeFrame, encodeFrame, type FrameBody, FrameError } from '../../core/wire/frame.ts';

type Bytes = Uint8Array<ArrayBuffer>;

const concat = (...parts: readonly Uint8Array[]): Bytes => Uint8Array.from(Buffer.concat(parts));

/** A number as protobuf writes it, seven bits a byte. */
function varint(value: bigint): Bytes {
  const bytes: number[] = [];
  for (let left = value; ; left >>= 7n) {
    if (left < 0x80n) return Uint8Array.from([...bytes, Number(left)]);
    bytes.push(Number(left & 0x7fn) | 0x80);
  }
}

const tag = (field: number, wireType: number): Bytes => varint(BigInt(field) * 8n + BigInt(wireType));
const delimited = (field: number, bytes: Uint8Array): Bytes => concat(tag(field, 2), varint(BigInt(bytes.length)), bytes);

/** The field numbers that the messages on the socket use, so that most fields meet one that is known, often of another type. */
const fieldNumber = fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 1, max: 10 }) }, fc.integer({ min: 1, max: 2 ** 29 - 1 }));
const number = fc.oneof(
  fc.bigInt({ min: 0n, max: 200n }),
  fc.constantFrom(2n ** 31n, 2n ** 32n - 1n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
);
const ofLength = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const text = fc.string({ unit: 'binary', maxLength: 40 }).map((value) => new TextEncoder().encode(value));

/** Well-formed protobuf of no particular message: fields of every wire type, nested. */
const tree = fc.letrec<{ message: Bytes; field: Bytes }>((tie) => ({
  message: fc.array(tie('field'), { maxLength: 6, depthIdentifier: 'tree' }).map((fields) => concat(...fields)),
  field: fc.oneof(
    { depthIdentifier: 'tree', maxDepth: 4 },
    fc.tuple(fieldNumber, number).map(([field, value]) => concat(tag(field, 0), varint(value))),
    fc.tuple(fieldNumber, ofLength(8)).map(([field, bytes]) => concat(tag(field, 1), bytes)),
    fc.tuple(fieldNumber, ofLength(4)).map(([field, bytes]) => concat(tag(field, 5), bytes)),
    fc.tuple(fieldNumber, fc.oneof(text, fc.uint8Array({ maxLength: 60 }))).map(([field, bytes]) => delimited(field, bytes)),
    fc.tuple(fieldNumber, tie('message')).map(([field, bytes]) => delimited(field, bytes)),
    fc.tuple(fieldNumber, tie('message')).map(([field, bytes]) => concat(tag(field, 3), bytes, tag(field, 4))),
  ),
})).message;

/** One message within another, or one group within another, thousands deep. */
const deep = fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 4000 }), fc.boolean()).map(([field, depth, groups]) => {
  if (groups) return concat(...Array.from({ length: depth }, () => tag(field, 3)));
  let inner: Bytes = Uint8Array.of();
  for (let level = 0; level < Math.min(depth, 600); level += 1) inner = delimited(field, inner);
  return inner;
});

/** A field that says it is far longer than what follows, or than anything there may be. */
const endless = fc
  .tuple(fieldNumber, fc.constantFrom(2n ** 20n, 2n ** 31n - 1n, 2n ** 32n - 1n, 2n ** 63n), fc.uint8Array({ maxLength: 20 }))
  .map(([field, length, bytes]) => concat(tag(field, 2), varint(length), bytes));

function changed(bytes: Bytes, at: number, change: (byte: number) => number): Bytes {
  const copy = bytes.slice();
  if (at < copy.length) copy[at] = change(copy[at] ?? 0);
  return copy;
}

type Damage = (bytes: Bytes, at: number, value: number, more: Bytes) => Bytes;
const damages: readonly Damage[] = [
  // Cut short.
  (bytes, at) => bytes.slice(0, at),
  // One byte changed: a tag, a wire type, a length, a character.
  (bytes, at, value) => changed(bytes, at, (byte) => byte ^ (value || 1)),
  // A wire type changed, the field kept.
  (bytes, at, value) => changed(bytes, at, (byte) => (byte & 0xf8) | (value & 7)),
  // A piece taken out, said twice, or put in.
  (bytes, at, value) => concat(bytes.subarray(0, at), bytes.subarray(at + (value % 16))),
  (bytes, at, value) => concat(bytes, bytes.subarray(at, at + value)),
  (bytes, at, _, more) => concat(bytes.subarray(0, at), more, bytes.subarray(at)),
  (bytes, _, __, more) => concat(bytes, more),
];

const damaged = (whole: fc.Arbitrary<Bytes>): fc.Arbitrary<Bytes> =>
  fc
    .tuple(whole, fc.array(fc.tuple(fc.constantFrom(...damages), fc.nat(), fc.nat(255), tree), { minLength: 1, maxLength: 3 }))
    .map(([bytes, steps]) =>
      steps.reduce((before, [damage, at, value, more]) => damage(before, at % (before.length + 1), value, more), bytes),
    );

export interface Noise {
  /** What a gateway may call: gRPC paths, each with a request that is good. */
  readonly calls: readonly { readonly path: string; readonly payload: Uint8Array }[];
  /** Streams that it may speak of. */
  readonly streams: readonly string[];
}

/** Frames that a gateway may send: good, strange but within the rules, damaged, and no frames at all. */
export function frameNoise({ calls, streams }: Noise): fc.Arbitrary<Bytes> {
  const id = fc.integer({ min: 1, max: 2 ** 32 - 1 });
  const version = fc.oneof(fc.bigInt({ min: 0n, max: 40n }), number);
  const stream = fc.oneof(fc.constantFrom(...streams), fc.string({ maxLength: 20 }));
  const word = fc.string({ maxLength: 30 });
  const payload = (good: Uint8Array): fc.Arbitrary<Uint8Array> => {
    const whole = fc.constant(Uint8Array.from(good));
    return fc.oneof(whole, damaged(whole), tree, deep, endless, fc.uint8Array({ maxLength: 100 }));
  };
  const called = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.constantFrom(...calls).chain((one) => fc.record({ path: fc.constant(one.path), payload: payload(one.payload) })),
    },
    fc.record({ path: fc.string({ maxLength: 60 }), payload: tree }),
  );
  const call = fc
    .record({ id, called, timeoutMs: fc.constantFrom(0, 1, 1000, 2 ** 32 - 1), parts: fc.boolean(), mark: fc.nat() })
    .map(({ called: what, ...head }) => ({ case: 'call', value: { ...head, ...what } }) satisfies FrameBody);
  const cancel = id.map((open) => ({ case: 'call', value: { id: open, cancel: true } }) satisfies FrameBody);
  const ack = fc.record({ stream, version, digest: word, resume: word }).map((value) => ({ case: 'ack', value }) satisfies FrameBody);
  const nack = fc
    .record({ stream, version, reason: fc.string({ maxLength: 2000 }), path: fc.string({ maxLength: 400 }) })
    .map((value) => ({ case: 'nack', value }) satisfies FrameBody);
  const syncResponse = fc
    .record({
      reqId: fc.nat(2 ** 32 - 1),
      heartBeat: fc.boolean(),
      respBody: fc.option(
        fc.record({
          status: word,
          headers: fc.dictionary(word, word, { maxKeys: 3 }),
          payload: fc.uint8Array({ maxLength: 50 }),
          keepConnActive: fc.boolean(),
        }),
        { nil: undefined },
      ),
    })
    .map(({ respBody, ...head }) => ({ case: 'syncResponse', value: { ...head, ...(respBody ? { respBody } : {}) } }) satisfies FrameBody);
  const good = fc
    .oneof({ weight: 5, arbitrary: call }, cancel, ack, nack, syncResponse)
    .map((body: FrameBody) => encodeFrame(body) as Bytes);
  const hello = fc
    .array(fc.record({ stream, version, digest: word, resume: word }), { maxLength: 3 })
    .map((positions) => encodeFrame({ case: 'hello', value: { positions } }) as Bytes);
  // Mostly what goes on: a frame that ends the connection costs another one.
  return fc.oneof(
    { weight: 320, arbitrary: good },
    { weight: 16, arbitrary: damaged(good) },
    { weight: 4, arbitrary: tree },
    // A known body around anything.
    {
      weight: 4,
      arbitrary: fc.tuple(fc.integer({ min: 1, max: 9 }), fc.oneof(tree, deep, endless)).map(([body, bytes]) => delimited(body, bytes)),
    },
    { weight: 1, arbitrary: hello },
    { weight: 2, arbitrary: deep },
    { weight: 1, arbitrary: endless },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Uint8Array.from(bytes)) },
  );
}

/** What a frame comes to once the gateway has said hello: the code that it ends the connection with, or what it asks for. */
export function comesTo(frame: Uint8Array): { readonly ends: number } | { readonly asks?: number; readonly cancels?: number } {
  try {
    const { body } = decodeFrame(frame);
    if (body.case === 'call') {
      if (body.value.id === 0) return { ends: 4400 };
      return body.value.cancel ? { cancels: body.value.id } : { asks: body.value.id };
    }
    return body.case === 'ack' || body.case === 'nack' || body.case === 'syncResponse' ? {} : { ends: 4400 };
  } catch (error) {
    if (error instanceof FrameError) return { ends: error.closeCode };
    throw error;
  }
}
