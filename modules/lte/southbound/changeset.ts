import type { MessageInitShape } from '@bufbuild/protobuf';
import type { ContentHead, ContentLeaf, ContentReader } from '../../../core/module/content.ts';
import type { DigestTreeSchema, LeafDigest } from '../../../proto/gen/orc8r/protos/digest_pb.js';

/** More than so many subscribers to renew, and the gateway is told to take everything page by page (SOUTHBOUND.md 7). */
export const MAX_CHANGES = 500;
/** Leaves in one answer: with more of them it would not fit the 4 MB that gRPC clients take. A leaf has about 75 bytes. */
export const MAX_LEAVES = 25_000;

export interface Changes {
  /** Ids to be sent. */
  readonly renew: readonly string[];
  readonly deleted: readonly string[];
  /** What the gateway holds when it has applied these. */
  readonly leaves: readonly ContentLeaf[];
}

/**
 * What turns the gateway's set into ours: a merge of two lists in order of id, the gateway's in whatever order it came. Undefined when
 * it is too much.
 */
export async function changesetOf(content: ContentReader, held: readonly LeafDigest[]): Promise<Changes | undefined> {
  const theirs = held
    .map(({ id, digest }) => ({ id, digest: digest?.md5Base64Digest ?? '' }))
    .sort((left, right) => (left.id < right.id ? -1 : left.id > right.id ? 1 : 0));
  const leaves: ContentLeaf[] = [];
  const renew: string[] = [];
  const deleted: string[] = [];
  let at = 0;
  for (let after: string | null = null; ; ) {
    const page = await content.leaves(after);
    for (const leaf of page.leaves) {
      leaves.push(leaf);
      for (let their = theirs[at]; their && their.id < leaf.id; their = theirs[at]) {
        deleted.push(their.id);
        at += 1;
      }
      const their = theirs[at];
      if (their?.id === leaf.id) at += 1;
      if (their?.id !== leaf.id || their.digest !== leaf.digest) renew.push(leaf.id);
      if (renew.length > MAX_CHANGES) return undefined;
    }
    if (page.next === null) break;
    after = page.next;
  }
  for (const { id } of theirs.slice(at)) deleted.push(id);
  return { renew, deleted, leaves };
}

/**
 * The digests as gateways keep them. Leaves that do not fit are left out, and then the gateway asks for everything when the root differs:
 * slower, but it ends with the same.
 */
export function digestTree({ digest }: ContentHead, leaves: readonly ContentLeaf[]): MessageInitShape<typeof DigestTreeSchema> {
  const told = leaves.length > MAX_LEAVES ? [] : leaves;
  return {
    rootDigest: { md5Base64Digest: digest },
    leafDigests: told.map(({ id, digest: leaf }) => ({ id, digest: { md5Base64Digest: leaf } })),
  };
}
