import { describe, expect, it } from 'vitest';
import { MAX_NESTING } from '../../core/rest/json-form.ts';
import { MAX_BODY_BYTES, openRaw, readJson } from './body.ts';

const request = (body: BodyInit | null, type: string | null = 'application/json', headers: Record<string, string> = {}) =>
  new Request('https://x/', {
    method: 'POST',
    body,
    headers: { ...(type ? { 'content-type': type } : {}), ...headers },
    duplex: 'half',
  } as RequestInit);
/** A body that comes in pieces, without a length. */
const pieces = (...chunks: Uint8Array[]) =>
  new ReadableStream({
    type: 'bytes',
    start(controller) {
      for (const chunk of chunks) controller.enqueue(new Uint8Array(chunk));
      controller.close();
    },
  });
const bytes = (text: string) => new TextEncoder().encode(text);

describe('readJson', () => {
  it.each(['application/json', 'application/json; charset=utf-8', 'APPLICATION/JSON', 'application/merge-patch+json'])(
    'reads a body of type %s',
    async (type) => {
      expect(await readJson(request('{"a":[1,"é"]}', type))).toEqual({ a: [1, 'é'] });
    },
  );

  it('reads a body in pieces, cut inside a character', async () => {
    const whole = bytes('{"a":"é"}');
    expect(await readJson(request(pieces(whole.slice(0, 7), whole.slice(7))))).toEqual({ a: 'é' });
  });

  it('is undefined without a body, whatever the type says', async () => {
    expect(await readJson(request(null, null))).toBeUndefined();
    expect(await readJson(request('', 'text/plain'))).toBeUndefined();
  });

  it.each(['text/plain', 'application/jsonp', 'application/x-www-form-urlencoded', 'text/json-application/json'])(
    'refuses type %s',
    async (type) => {
      await expect(readJson(request('{}', type))).rejects.toMatchObject({ code: 'unsupported_media_type' });
    },
  );

  it.each([
    ['application/json', { 'content-encoding': 'gzip' }, 'content-encoding: gzip'],
    ['application/json; charset=utf-16', {}, 'charset=utf-16'],
    ['application/json; a=b; Charset="ISO-8859-1"', {}, 'charset=ISO-8859-1'],
  ])('refuses what it would read as something else: %s %o', async (type, headers, named) => {
    await expect(readJson(request('{}', type, headers))).rejects.toMatchObject({
      code: 'unsupported_media_type',
      message: expect.stringContaining(named),
    });
    const spec = { contentTypes: ['application/json'], examples: {}, maxBytes: 10 };
    expect(() => openRaw(request('{}', type, headers), spec)).toThrow(named);
  });

  it.each(['application/json; charset=UTF8', 'application/json;charset="utf-8"', 'application/json; charset=us-ascii'])(
    'reads %s, which says what it is anyway',
    async (type) => {
      expect(await readJson(request('{}', type, { 'content-encoding': 'identity' }))).toEqual({});
    },
  );

  it('refuses a body without a type', async () => {
    await expect(readJson(request(pieces(bytes('{}')), null))).rejects.toMatchObject({ code: 'unsupported_media_type' });
  });

  it.each([
    ['{"a":', 'the body is not JSON'],
    ['{a:1}', 'the body is not JSON'],
  ])('refuses %s', async (text, message) => {
    await expect(readJson(request(text))).rejects.toMatchObject({ code: 'invalid', message: expect.stringContaining(message) });
  });

  it('refuses bytes that are no UTF-8, also at the very end', async () => {
    for (const body of [Uint8Array.of(0x22, 0xff, 0x22), Uint8Array.of(0x22, 0x22, 0xc3)]) {
      await expect(readJson(request(pieces(body)))).rejects.toMatchObject({ code: 'invalid', message: 'the body is not valid UTF-8' });
    }
  });

  it.each([
    ['lists', (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`],
    ['objects', (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`],
    [
      'lists beside much else',
      (depth: number) => `{"flat":[${'{},'.repeat(5000)}{}],"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`,
    ],
  ])('takes %s that lie 32 levels in one another, and none that lie deeper', async (_, nested) => {
    expect(await readJson(request(nested(MAX_NESTING)))).toBeTypeOf('object');
    for (const depth of [MAX_NESTING + 1, 100_000]) {
      await expect(readJson(request(nested(depth)))).rejects.toMatchObject({
        code: 'invalid',
        message: expect.stringContaining('32 levels'),
      });
    }
  });

  it('refuses halves of characters, in texts and in keys, with their places', async () => {
    const halves = String.raw`{"id":"r\ud800","list":[{"a":"\uDFFF\uD83D"}],"map":{"k\udc00":{"b":"x\ude00"}}}`;
    await expect(readJson(request(halves))).rejects.toMatchObject({
      code: 'invalid',
      faults: [
        ['body.id', /^holds half/],
        ['body.list[0].a', /^holds half/],
        ['body.map.k\ufffd', /^bad key: holds half/],
        ['body.map.k\ufffd.b', /^holds half/],
      ].map(([path, message]) => ({ path, message: expect.stringMatching(message as RegExp) })),
    });
    await expect(readJson(request(String.raw`"\uD800"`))).rejects.toMatchObject({ faults: [{ path: 'body' }] });
    const many = `[${Array.from({ length: 5000 }, () => String.raw`"\ud800"`).join()}]`;
    await expect(readJson(request(many))).rejects.toMatchObject({ faults: { length: 20 } });
  });

  it('refuses a member that would be lost, however its name is written, and takes its name as a text', async () => {
    for (const name of ['__proto__', String.raw`\u005f_proto__`, String.raw`__\u0070roto__`])
      await expect(readJson(request(`{"map":{"${name}":"x"}}`)), name).rejects.toMatchObject({
        faults: [{ path: 'body.map.__proto__', message: expect.stringMatching(/^bad key/) }],
      });
    expect(await readJson(request('["__proto__"]'))).toEqual(['__proto__']);
  });

  it('takes characters of two halves, escaped or not, and what only looks like an escape', async () => {
    expect(await readJson(request(String.raw`["\ud83d\uDE00", "😀", "\\ud800"]`))).toEqual(['😀', '😀', String.raw`\ud800`]);
  });

  it('takes as much as the limit allows, and no byte more, declared or not', async () => {
    const text = (size: number) => `"${'x'.repeat(size - 2)}"`;
    expect(await readJson(request(text(MAX_BODY_BYTES)))).toHaveLength(MAX_BODY_BYTES - 2);
    await expect(readJson(request(pieces(bytes(text(MAX_BODY_BYTES)), bytes(' '))))).rejects.toMatchObject({ code: 'too_large' });
    await expect(readJson(request('{}', 'application/json', { 'content-length': String(MAX_BODY_BYTES + 1) }))).rejects.toMatchObject({
      code: 'too_large',
    });
  });
});
