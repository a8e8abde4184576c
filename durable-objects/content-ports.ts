import type { ContentHead, ContentItem, ContentLeaf } from '../core/module/content.ts';

/** What the objects say to each other of content that all gateways of a network share. Plain data only, as in ports.ts. */

/** Content at some moment, without any gateway's share. */
export interface ContentPosition {
  readonly version: number;
  readonly digest: string;
}

/** A place in the sequence of a set's changes, which is ordered by version, then id. */
export interface ContentCursor {
  readonly version: number;
  readonly id: string;
}

/** Before every item. */
export const BEGINNING: ContentCursor = { version: -1, id: '' };

/** After all changes of a version. */
export const after = (version: number): ContentCursor => ({ version, id: '\u{10ffff}' });

/** Some of the changes after a cursor, encoded once for all gateways that ask for the same. */
export interface ContentPart {
  /** A DataUpdateBatch, encoded, of the items that came or changed. */
  readonly batch: Uint8Array;
  readonly deleted: readonly string[];
  /** Where the next part starts; null: with this one the content is as `head` says. */
  readonly next: ContentCursor | null;
  readonly head: ContentPosition;
}

/** Where a set stands, for one gateway. */
export interface ContentStanding extends ContentPosition {
  readonly name: string;
  /** Why nothing of it may be sent; null when it may. */
  readonly withheld: string | null;
  /** What this gateway has of its own; null in a set without shares, or when the gateway has none. */
  readonly share: Uint8Array | null;
}

/** A set has changed; `delta` is there when the change is small enough to travel along. */
export interface ContentNews extends ContentStanding {
  readonly delta?: { readonly base: ContentPosition; readonly part: ContentPart };
}

export interface ContentRequest {
  readonly networkId: string;
  readonly gatewayId: string;
  readonly name: string;
}

export interface NetworkContentPort {
  /**
   * The part that starts at a cursor. `base`: what the changes are counted from, or for the whole content where it stood when its first
   * part was read. Null: that is too long ago, or was other content, and the gateway has to start over with the whole.
   */
  contentPart(networkId: string, name: string, base: ContentPosition | null, cursor: ContentCursor): Promise<ContentPart | null>;
  contentHead(request: ContentRequest): Promise<ContentHead>;
  contentLeaves(request: ContentRequest, after: string | null): Promise<{ leaves: readonly ContentLeaf[]; next: string | null }>;
  contentItems(
    request: ContentRequest,
    after: string | null,
    limit: { readonly count: number; readonly bytes: number },
  ): Promise<{ items: readonly ContentItem[]; next: string | null }>;
  contentNamed(request: ContentRequest, ids: readonly string[]): Promise<readonly ContentItem[]>;
}
