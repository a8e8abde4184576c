import { invalid, OrcError, refuse } from '../../core/errors.ts';
import { isGuarded, type RawBody, type RawBodySpec, type Route } from '../../core/module/route.ts';
import { checkTags } from '../../core/rest/etag.ts';
import { formFaults } from '../../core/rest/json-form.ts';

/** Largest request body of a REST call, bytes. */
export const MAX_BODY_BYTES = 5 * 1024 * 1024;
/** Most of a body that is taken at once, bytes. */
const MAX_CHUNK_BYTES = 64 * 1024;
/** Longest path and query, characters. */
export const MAX_URL_LENGTH = 8 * 1024;

/**
 * The JSON of a request's body; undefined when there is none. `anyType`: whatever its content type says. Errors: `too_large`,
 * `unsupported_media_type`, `invalid` with the place at which the JSON breaks, or with what its form may not be.
 */
export async function readJson(request: Request, { anyType = false }: { readonly anyType?: boolean } = {}): Promise<unknown> {
  const declared = Number(request.headers.get('content-length') ?? 0);
  if (declared > MAX_BODY_BYTES) throw tooLarge();
  checkCoding(request.headers);
  const text = await readText(request);
  if (text.length === 0) return undefined;
  const type = request.headers.get('content-type') ?? '';
  // A page of anywhere can have a browser send text without asking first, but not without saying where the page is from.
  const typed = !anyType || request.headers.has('origin');
  if (typed && !/^application\/(json|[\w.+-]+\+json)\s*(;|$)/i.test(type)) {
    throw new OrcError(
      'unsupported_media_type',
      `the body has to be JSON with "content-type: application/json", not "${type.slice(0, 100)}"`,
    );
  }
  const value = parsed(text);
  refuse(formFaults(text, value));
  return value;
}

/** Error: `unsupported_media_type` for what would be read as something else: bodies come as they are, in UTF-8. */
function checkCoding(headers: Headers): void {
  const coding = headers.get('content-encoding') ?? 'identity';
  if (!/^identity$/i.test(coding))
    throw new OrcError('unsupported_media_type', `the body has to come as it is, without "content-encoding: ${coding.slice(0, 100)}"`);
  const charset = headers.get('content-type')?.match(/;\s*charset\s*=\s*"?([^";\s]*)/i)?.[1] ?? 'utf-8';
  if (!/^(utf-?8|us-ascii)$/i.test(charset))
    throw new OrcError('unsupported_media_type', `the body has to be in UTF-8, not "charset=${charset.slice(0, 100)}"`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new OrcError('invalid', `the body is not JSON: ${error instanceof Error ? error.message.slice(0, 200) : 'it does not parse'}`, {
      cause: error,
    });
  }
}

async function readText(request: Request): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });
  let text = '';
  let bytes = 0;
  try {
    for await (const chunk of chunksOf(request)) {
      bytes += chunk.byteLength;
      if (bytes > MAX_BODY_BYTES) throw tooLarge();
      text += decoder.decode(chunk, { stream: true });
    }
    return text + decoder.decode();
  } catch (error) {
    if (error instanceof OrcError) throw error;
    throw new OrcError('invalid', 'the body is not valid UTF-8', { cause: error });
  }
}

/**
 * The body of a route that reads it itself, bounded. Errors: `unsupported_media_type`, `too_large` (also while it is read).
 */
export function openRaw(request: Request, spec: RawBodySpec): RawBody {
  const type = request.headers.get('content-type') ?? '';
  const contentType = (type.split(';')[0] ?? '').trim().toLowerCase();
  if (!spec.contentTypes.includes(contentType)) {
    throw new OrcError('unsupported_media_type', `the body has to be ${spec.contentTypes.join(' or ')}, not "${type.slice(0, 100)}"`);
  }
  checkCoding(request.headers);
  if (Number(request.headers.get('content-length') ?? 0) > spec.maxBytes) throw tooLarge(spec.maxBytes);
  return { contentType, chunks: bounded(request, spec.maxBytes) };
}

/** Error: `invalid` for an Idempotency-Key that is none. */
export function idempotencyKeyOf(request: Request): string | undefined {
  const key = request.headers.get('idempotency-key') ?? undefined;
  if (key === undefined || /^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw invalid([{ path: 'header.idempotency-key', message: 'must be 1 to 255 visible ASCII characters' }]);
}

/**
 * The If-Match of a write. Error: `invalid` for one that names no entity tag, and for any where nothing is held to it: whoever sends one
 * believes to be guarded.
 */
export function ifMatchOf(route: Route, request: Request): string | undefined {
  const given = request.headers.get('if-match');
  if (given === null || route.method === 'get') return undefined;
  if (!isGuarded(route))
    throw invalid([{ path: 'header.if-match', message: 'is not taken here: nothing of what this changes has an ETag to hold to' }]);
  checkTags(given);
  return given;
}

async function* bounded(request: Request, maxBytes: number): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of chunksOf(request)) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    yield chunk;
  }
}

/** What of a body comes at once, as long as it is read; what is left stays for `dropUnread`. Without a buffer of ours workerd gives 4 KiB each. */
async function* chunksOf({ body, headers }: Request): AsyncGenerator<Uint8Array> {
  if (!body) return;
  const size = Math.min(Number(headers.get('content-length')) || MAX_CHUNK_BYTES, MAX_CHUNK_BYTES);
  const reader = body.getReader({ mode: 'byob' });
  try {
    for (;;) {
      const { done, value } = await reader.read(new Uint8Array(size));
      if (done) return;
      yield value;
    }
  } finally {
    reader.releaseLock();
  }
}

const tooLarge = (most = MAX_BODY_BYTES): OrcError => new OrcError('too_large', `the body is larger than ${most} bytes`);
