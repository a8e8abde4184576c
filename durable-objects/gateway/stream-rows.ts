/** What the gateway should hold of one stream, and how far it got. Times are unix milliseconds. */
export interface StreamRow extends Record<string, SqlStorageValue> {
  stream: string;
  version: number;
  digest: string;
  sent_version: number | null;
  sent_at: number | null;
  /** The newest version that was sent on this connection, until it is answered. */
  awaited_version: number | null;
  /** Updates that were sent on this connection since the gateway last answered the newest of them. */
  unanswered: number;
  acked_version: number | null;
  acked_at: number | null;
  round_trip_ms: number | null;
  nack_version: number | null;
  nack_reason: string | null;
  nack_path: string | null;
  nack_at: number | null;
}

const WRITE = `
  INSERT OR REPLACE INTO streams (stream, version, digest, sent_version, sent_at, acked_version, acked_at, round_trip_ms,
    nack_version, nack_reason, nack_path, nack_at, awaited_version, unanswered) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

/**
 * The rows of an object's streams and their frames: read once, changed in memory, written by `flush` a moment later. So a push waits for
 * no disk, and its content, its sending and its ACK are one write. Nothing is lost that cannot be had again: the content is in D1, the
 * network object says at each attach what is missing here, and the gateway says in its hello what it holds. An object with a timer set
 * does not hibernate, so memory goes only with the socket.
 */
export class StreamRows {
  readonly #sql: SqlStorage;
  readonly #later: (work: () => void) => void;
  readonly #frames = new Map<string, Uint8Array>();
  readonly #unwritten = new Set<string>();
  #rows: Map<string, StreamRow> | undefined;

  /** `later` does work in a moment. */
  constructor(sql: SqlStorage, later: (work: () => void) => void) {
    this.#sql = sql;
    this.#later = later;
  }

  get(stream: string): StreamRow | undefined {
    return this.#held().get(stream);
  }

  /** In order of name. */
  all(): StreamRow[] {
    return [...this.#held().values()].sort((left, right) => (left.stream < right.stream ? -1 : 1));
  }

  /** Keeps a row; with `frame`, new content. */
  put(row: StreamRow, frame?: Uint8Array): void {
    this.#held().set(row.stream, row);
    if (frame) this.#frames.set(row.stream, frame);
    if (this.#unwritten.size === 0) this.#later(() => this.flush());
    this.#unwritten.add(row.stream);
  }

  frame(stream: string): Uint8Array | ArrayBuffer | undefined {
    return (
      this.#frames.get(stream) ??
      this.#sql.exec<{ bytes: ArrayBuffer }>('SELECT bytes FROM frames WHERE stream = ?', stream).toArray()[0]?.bytes
    );
  }

  /** Forgets everything, on disk at once. */
  clear(): void {
    this.#rows = new Map();
    this.#frames.clear();
    this.#unwritten.clear();
    this.#sql.exec('DELETE FROM streams');
    this.#sql.exec('DELETE FROM frames');
  }

  /** Writes what is in memory only, as one transaction: nothing is awaited in it. */
  flush(): void {
    for (const stream of this.#unwritten) {
      const row = this.get(stream);
      if (row) this.#write(row);
      const frame = this.#frames.get(stream);
      if (frame) this.#sql.exec('INSERT OR REPLACE INTO frames (stream, bytes) VALUES (?, ?)', stream, frame);
    }
    this.#unwritten.clear();
    this.#frames.clear();
  }

  #write(row: StreamRow): void {
    const { stream, version, digest, sent_version, sent_at, acked_version, acked_at, round_trip_ms } = row;
    const { nack_version, nack_reason, nack_path, nack_at, awaited_version, unanswered } = row;
    const values = [stream, version, digest, sent_version, sent_at, acked_version, acked_at, round_trip_ms];
    this.#sql.exec(WRITE, ...values, nack_version, nack_reason, nack_path, nack_at, awaited_version, unanswered);
  }

  #held(): Map<string, StreamRow> {
    this.#rows ??= new Map(
      this.#sql
        .exec<StreamRow>('SELECT * FROM streams')
        .toArray()
        .map((row) => [row.stream, row]),
    );
    return this.#rows;
  }
}
