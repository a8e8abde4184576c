import { OrcError } from '../../core/errors.ts';

/** Largest request body of a REST call, bytes. */
export const MAX_BODY_BYTES = 5 * 1024 * 1024;
/** Longest path and query, characters. */
export const MAX_URL_LENGTH = 8 * 1024;

/**
 * The JSON of a request's body; undefined when there is none. Errors: `too_large`, `unsupported_media_type`, `invalid`
 * with the place at which the JSON breaks.
 */
export async function readJson(request: Request): Promise<unknown> {
  const declared = Number(request.headers.get('content-length') ?? 0);
  if (declared > MAX_BODY_BYTES) throw tooLarge();
  const text = await readText(request);
  if (text.length === 0) return undefined;
  const type = request.headers.get('content-type') ?? '';
  if (!/^application\/(json|[\w.+-]+\+json)\s*(;|$)/i.test(type)) {
    throw new OrcError('unsupported_media_type', `the body has to be JSON with "content-type: application/json", not "${type.slice(0, 100)}"`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new OrcError('invalid', `the body is not JSON: ${error instanceof Error ? error.message.slice(0, 200) : 'it does not parse'}`, { cause: error });
  }
}

async function readText(request: Request): Promise<string> {
  if (!request.body) return '';
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });
  let text = '';
  let bytes = 0;
  try {
    for await (const chunk of request.body) {
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

const tooLarge = (): OrcError => new OrcError('too_large', `the body is larger than ${MAX_BODY_BYTES} bytes`);
