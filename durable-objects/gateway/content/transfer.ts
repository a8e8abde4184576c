import { z } from 'zod';
import type { ContentCursor, ContentPosition } from '../../content-ports.ts';

/** An update on its way to the gateway, in one part or many. */
export interface Transfer {
  /** What its changes are counted from; of a whole: where the content stood when its first part was made. Null: not begun. */
  readonly base: ContentPosition | null;
  readonly whole: boolean;
  /** Digest of the gateway's own share that goes into its items. */
  readonly share: string;
  /** Where the next part starts. */
  readonly cursor: ContentCursor;
  /** `resume` of the part before; empty: there was none. */
  readonly follows: string;
  /** What was sent and has to be acknowledged before anything else goes. */
  readonly awaiting?: { readonly version: number; readonly digest: string; readonly resume: string };
}

const token = z.tuple([z.boolean(), z.int(), z.string(), z.string(), z.int(), z.string()]);

/** Names how far a transfer is, for the gateway to keep: whoever has it can go on from there. */
export function resumeToken({ base, whole, share }: Transfer, next: ContentCursor): string {
  return JSON.stringify([whole, base?.version ?? 0, base?.digest ?? '', share, next.version, next.id]);
}

/** The transfer that a gateway's `resume` names; undefined when it is none of ours. Whether it can go on is for the network's object to say. */
export function resumed(resume: string): Transfer | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(resume);
  } catch {
    return undefined;
  }
  const read = token.safeParse(parsed);
  if (!read.success) return undefined;
  const [whole, version, digest, share, cursorVersion, cursorId] = read.data;
  return { whole, base: { version, digest }, share, cursor: { version: cursorVersion, id: cursorId }, follows: resume };
}
