/** A reported state as the whole network sees it. */
export interface NetworkState {
  readonly type: string;
  /** What it is about: the device id, without the reporter's hardware id where a gateway puts that in front of it. */
  readonly subject: string;
  /** Of the gateway that reported it. */
  readonly hardwareId: string;
  readonly gatewayId: string;
  /** The JSON that was reported; undefined when it does not parse. */
  readonly value: unknown;
  /** When the cloud received it, unix milliseconds. */
  readonly receivedAt: number;
}

/** An entry of an index: found under its key, it answers its value. */
export interface IndexEntry {
  readonly index: string;
  readonly key: string;
  readonly value: string;
}

/** Which reported states, and which entries of which indexes, somebody wants to see. */
export interface StateQuery {
  /** States whose subject it is. */
  readonly types?: readonly string[];
  /** Indexes in which it is the key. */
  readonly indexes?: readonly string[];
  /** Absent: every subject of those types and every key of those indexes, in order. */
  readonly subjects?: readonly string[];
  /** Without `subjects`: only those that begin so. */
  readonly prefix?: string;
  /** Without `subjects`: at most so many, from the one after `after` on. */
  readonly limit?: number;
  readonly after?: string;
  /** Also states of which another gateway has reported a newer one. */
  readonly everyReporter?: true;
}

/** What is known of one subject. */
export interface Subject {
  /** Of each type the newest; with `everyReporter` all, the newest first. */
  readonly states: readonly NetworkState[];
  /** The values found under it, by index, those of the newest report first. */
  readonly indexed: Readonly<Record<string, readonly string[]>>;
}

/** What the gateways of a network reported, by subject; subjects of which nothing is known are left out. */
export type Subjects = ReadonlyMap<string, Subject>;

/** How far the indexes of a network are, and what they could not read. */
export interface StateIndexReport {
  readonly indexers: readonly {
    readonly name: string;
    /** Of the entries that are there; while `reindexing` that of the entries that were there before. 0: none. */
    readonly version: number;
    readonly types: readonly string[];
    /** Null: up to date. */
    readonly reindexing: { readonly toVersion: number; readonly done: number; readonly total: number } | null;
  }[];
  readonly types: readonly { readonly type: string; readonly states: number; readonly faulty: number }[];
  /** States whose value is not what their type says, at most a hundred, the newest first. */
  readonly faulty: readonly {
    readonly type: string;
    readonly deviceId: string;
    readonly hardwareId: string;
    readonly receivedAt: number;
    readonly fault: string;
  }[];
}
