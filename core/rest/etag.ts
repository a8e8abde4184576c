import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { invalid, OrcError } from '../errors.ts';
import type { RequestContext } from '../module/context.ts';

/** What identifies a representation: versions of the entities it shows, and names of edges it shows. */
export type EtagParts = readonly (string | number)[];

/** The strong entity tag of a representation, quotes included. Short ones stay readable. */
export function etagOf(parts: EtagParts): string {
  const text = parts.join('.');
  return /^[\w.-]{1,48}$/.test(text) ? `"${text}"` : `"${bytesToHex(sha256(utf8ToBytes(JSON.stringify(parts))).subarray(0, 16))}"`;
}

/**
 * Holds the caller to an If-Match. Errors: `precondition_failed` when what was read is not what the caller saw, `invalid` for a header
 * that names no entity tag.
 */
export function checkIfMatch(ctx: Pick<RequestContext, 'ifMatch'>, parts: EtagParts): void {
  if (ctx.ifMatch === undefined) return;
  checkTags(ctx.ifMatch);
  const tags = tagsOf(ctx.ifMatch);
  const current = etagOf(parts);
  if (tags.includes('*') || tags.includes(current)) return;
  throw new OrcError(
    'precondition_failed',
    tags.includes(`W/${current}`)
      ? `If-Match takes no weak tag, which something between weakened: without W/ in front ${current} would do`
      : `this has changed since it was read: its ETag is now ${current}; read it again and repeat the change`,
  );
}

const tagsOf = (header: string): string[] => header.split(',').map((tag) => tag.trim());

/** Error: `invalid` for an If-Match that names no entity tag. */
export function checkTags(header: string): void {
  if (tagsOf(header).every((tag) => TAG.test(tag))) return;
  throw invalid([{ path: 'header.if-match', message: 'must be an entity tag with its quotes, as ETag had it: "17", or several, or *' }]);
}

/** `*`, or an entity tag (RFC 9110, 8.8.3); none of ours holds a comma. */
const TAG = /^(?:\*|(?:W\/)?"[^"]*")$/;

const ATTEMPTS = 3;

/**
 * Runs a read-check-commit. Somebody else's commit in between makes it run again from the read, unless the caller sent
 * If-Match and so asked to be told. Errors: those of `write`; `aborted` when it lost every time.
 */
export async function rewrite<T>(ctx: Pick<RequestContext, 'ifMatch'>, write: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await write();
    } catch (error) {
      const raced = error instanceof OrcError && error.code === 'precondition_failed' && ctx.ifMatch === undefined;
      if (!raced) throw error;
      if (attempt === ATTEMPTS)
        throw new OrcError('aborted', 'others keep changing this at the same moment; repeat the change', { cause: error });
    }
  }
}
