import { RefusedError } from './rest-client.ts';

const UNREACHED: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
]);

/** An error of a REST client on a command line: one line, with what to do about it. Others stay as they are. */
export function plainError(error: unknown, base: string): unknown {
  if (error instanceof RefusedError) return new Error(`The platform refuses this: ${sentence(error.answer.body)}`);
  if (!(error instanceof Error && 'code' in error)) return error;
  const code = String(error.code);
  if (UNREACHED.has(code))
    return new Error(`No platform answers at ${base} (${code}): start it with npm start, or say with --api where it is.`);
  // What OpenSSL and Node call a certificate that they do not trust.
  if (/CERT|SIGNATURE|ISSUER/.test(code))
    return new Error(
      `The certificate shown at ${base} is not to be trusted (${code}): say with --ca, or --data, whose authority signed it.`,
    );
  return error;
}

/** The text of the envelope that every refusal has; whatever else answered may say anything. */
function sentence(body: unknown): string {
  const { message } = (typeof body === 'object' && body !== null ? body : {}) as { message?: unknown };
  return typeof message === 'string' ? message : String(JSON.stringify(body)).slice(0, 300);
}
