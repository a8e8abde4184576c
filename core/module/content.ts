import type { ContentEntity } from '../configurator/content.ts';
import type { GatewayGraph } from './gateway-graph.ts';

/** What an item is made of: plain data. */
export interface ContentInput {
  readonly networkId: string;
  /**
   * The entity that the item is of. For a set of the network itself an entity of type `network` and key '' whose config holds the
   * configs that the set names, by key.
   */
  readonly root: ContentEntity;
  /** The children of the root that the set reads, and theirs, by `entityKey`. */
  readonly below: ReadonlyMap<string, ContentEntity>;
}

/** What one gateway gets beside, or instead of, what all get. */
export interface GatewayShare {
  /** Entity types that it is made of, as in `GatewayStream`. */
  readonly reads: readonly string[];
  /** Deterministic; undefined when the gateway has nothing of its own. At most 1 MB. */
  readonly of: (input: GatewayGraph) => Uint8Array | undefined;
  /** An item as this gateway gets it. */
  readonly apply: (item: Uint8Array, share: Uint8Array) => Uint8Array;
}

/**
 * Content that all gateways of a network share: subscribers, policies. The network's object encodes each item once, keeps it with
 * digests and sends what changed; gateways that poll are answered from the same bytes.
 */
export interface ContentSet {
  /** The stream's name, when it is one. */
  readonly name: string;
  readonly description: string;
  /** Pushed, and answered by the Streamer. Without it only southbound methods read the set. */
  readonly stream: boolean;
  /** To be raised when the same configuration gives other bytes: what is kept is then made anew. */
  readonly encoding: number;
  /** Type of the entities that give an item each, under their key; `network` for a set of one item, made of the network's configs. */
  readonly root: string;
  /** Types of entities below the roots that `encode` looks at. A change of one touches the roots above it. */
  readonly reads: readonly string[];
  /** Types of which it looks at nothing but the keys, in the edges that lead to them. */
  readonly names?: readonly string[];
  /** Keys of the network's configs that a set of the network reads. */
  readonly networkConfigs?: readonly string[];
  /** Pure; undefined when the root gives no item. */
  readonly encode: (input: ContentInput) => Uint8Array | undefined;
  /** Why the content must not leave the cloud; undefined when it may. Looks at the configs of the network, by key. */
  readonly withheld?: (configs: Readonly<Record<string, unknown>>) => string | undefined;
  readonly share?: GatewayShare;
}

/** Where a set stands. */
export interface ContentHead {
  /** Rises with each change of the content. */
  readonly version: number;
  /** Of the whole as this gateway gets it: base64 of an MD5, with that of the gateway's share behind it when the set has shares. */
  readonly digest: string;
  readonly count: number;
  /** Why nothing of it is given out. */
  readonly withheld?: string;
}

export interface ContentItem {
  readonly id: string;
  readonly value: Uint8Array;
}

/** The digest of one item, in the form that gateways are told. */
export interface ContentLeaf {
  readonly id: string;
  readonly digest: string;
}

/** A set as one gateway gets it, for methods that answer polls. Everything comes in pages, in order of id; `after` null: from the start. */
export interface ContentReader {
  head(): Promise<ContentHead>;
  /** Leaves after `after` (exclusive), a few megabytes at most; `next` null: that was the last page. */
  leaves(after: string | null): Promise<{ readonly leaves: readonly ContentLeaf[]; readonly next: string | null }>;
  /** Items after `after`: at most `count`, and at most `bytes` bytes of them but always one. */
  items(
    after: string | null,
    limit: { readonly count: number; readonly bytes: number },
  ): Promise<{ readonly items: readonly ContentItem[]; readonly next: string | null }>;
  /** Those of the items that there are, a thousand ids at most. */
  named(ids: readonly string[]): Promise<readonly ContentItem[]>;
  /** When this gateway last took the whole by pages (unix milliseconds); undefined: never. */
  takenWhole(): number | undefined;
  /** Notes that the gateway has just taken the last page of the whole. */
  tookWhole(): void;
}
