import { describe, expect, it } from 'vitest';
import { openRaw } from './body.ts';

const spec = { contentTypes: ['text/csv', 'application/x-ndjson'], maxBytes: 10, idempotent: true };
const post = (body: BodyInit | null, headers: Record<string, string> = {}) =>
  new Request('http://x/', { method: 'POST', body, headers: { 'content-type': 'text/csv', ...headers }, duplex: 'half' } as RequestInit);
const pieces = (...sizes: number[]) =>
  new ReadableStream<Uint8Array>({
    start(controller) {
      for (const size of sizes) controller.enqueue(new Uint8Array(size));
      controller.close();
    },
  });
async function sizeOf(request: Request): Promise<number> {
  let bytes = 0;
  for await (const chunk of openRaw(request, spec).chunks) bytes += chunk.byteLength;
  return bytes;
}

describe('a raw body', () => {
  it('is handed on as it comes, up to its bound', async () => {
    expect(await sizeOf(post(pieces(4, 6)))).toBe(10);
    expect(await sizeOf(post(null))).toBe(0);
    await expect(sizeOf(post(pieces(4, 7)))).rejects.toMatchObject({ code: 'too_large' });
  });

  it('is refused before it is read when it says that it is too large, or is of another kind', () => {
    expect(() => openRaw(post('x', { 'content-length': '11' }), spec)).toThrow('larger than 10 bytes');
    expect(() => openRaw(post('x', { 'content-type': 'application/json' }), spec)).toThrow('text/csv or application/x-ndjson');
    expect(openRaw(post('x', { 'content-type': 'Text/CSV; charset=utf-8' }), spec).contentType).toBe('text/csv');
  });

  it('may come with an Idempotency-Key, where the route knows one', () => {
    const request = post('x', { 'idempotency-key': 'a-1' });
    expect(openRaw(request, spec).idempotencyKey).toBe('a-1');
    expect(openRaw(request, { ...spec, idempotent: false }).idempotencyKey).toBeUndefined();
    expect(() => openRaw(post('x', { 'idempotency-key': 'a b' }), spec)).toThrow('idempotency-key');
    expect(() => openRaw(post('x', { 'idempotency-key': 'a'.repeat(256) }), spec)).toThrow('idempotency-key');
  });
});
