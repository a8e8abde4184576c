import { MAX_NACK_PATH, MAX_NACK_REASON } from '../../../core/wire/limits.ts';
import type { StreamNack, StreamPosition } from '../../../proto/gen/orc8r/sync/v1/frame_pb.js';
import type { ContentPosition, ContentStanding } from '../../content-ports.ts';
import { type ProgressColumns, progressOf } from '../../lib/progress.ts';
import type { StreamProgress } from '../../ports.ts';
import type { Transfer } from './transfer.ts';

interface Row extends ProgressColumns, Record<string, SqlStorageValue> {
  readonly stream: string;
  readonly head_version: number;
  readonly head_digest: string;
  readonly withheld: string | null;
  readonly share: ArrayBuffer | null;
  readonly held_version: number | null;
  readonly held_digest: string | null;
  readonly transfer: string | null;
  readonly refused_version: number | null;
}

/** Where one gateway is with one stream of shared content. */
export interface Place {
  readonly stream: string;
  /** The content as the network has it, as far as is known here. */
  readonly head: ContentPosition;
  readonly withheld: boolean;
  readonly share: Uint8Array | undefined;
  /** What the gateway says it holds, under the digest that it was told; undefined: nothing. */
  readonly held: ContentPosition | undefined;
  readonly transfer: Transfer | undefined;
  /** Version of the content that the gateway refused on this connection. */
  readonly refused: number | undefined;
  readonly acked: number | undefined;
}

/** The positions of one gateway in streams of shared content. */
export class Positions {
  readonly #sql: SqlStorage;
  readonly #now: () => number;

  constructor(sql: SqlStorage, now: () => number) {
    this.#sql = sql;
    this.#now = now;
  }

  get(stream: string): Place | undefined {
    const row = this.#sql.exec<Row>('SELECT * FROM content_positions WHERE stream = ?', stream).toArray()[0];
    return row && placeOf(row);
  }

  /** Takes where a stream stands; what is here may be newer, as calls between objects overtake each other. */
  stand({ name, version, digest, withheld, share }: ContentStanding): void {
    this.#sql.exec(
      `INSERT INTO content_positions (stream, head_version, head_digest, withheld, share) VALUES (?1, ?2, ?3, ?4, ?5)
       ON CONFLICT DO UPDATE SET head_version = ?2, head_digest = ?3, withheld = ?4, share = ?5,
         transfer = CASE WHEN share IS ?5 THEN transfer END, acked_version = CASE WHEN share IS ?5 THEN acked_version END
       WHERE ?2 >= head_version`,
      name,
      version,
      digest,
      withheld,
      share,
    );
  }

  /** The network went on while a part was made. */
  moved(stream: string, { version, digest }: ContentPosition): void {
    this.#sql.exec(
      'UPDATE content_positions SET head_version = ?, head_digest = ? WHERE stream = ? AND head_version < ?',
      version,
      digest,
      stream,
      version,
    );
  }

  /** A new connection: what the gateway holds is not known, nothing was sent on it, nothing refused. */
  begin(): void {
    this.#sql.exec(
      'UPDATE content_positions SET held_version = NULL, held_digest = NULL, transfer = NULL, refused_version = NULL, sent_version = NULL, sent_at = NULL',
    );
  }

  /** The gateway's word for what it holds; nothing when the digest is empty. */
  holds({ stream, version, digest }: Pick<StreamPosition, 'stream' | 'version' | 'digest'>): void {
    this.#sql.exec(
      `INSERT INTO content_positions (stream, head_version, head_digest, held_version, held_digest) VALUES (?1, -1, '', ?2, ?3)
       ON CONFLICT DO UPDATE SET held_version = ?2, held_digest = ?3`,
      stream,
      digest === '' ? null : Number(version),
      digest === '' ? null : digest,
    );
  }

  transfer(stream: string, transfer: Transfer | undefined): void {
    this.#sql.exec('UPDATE content_positions SET transfer = ? WHERE stream = ?', transfer ? JSON.stringify(transfer) : null, stream);
  }

  /** A part was sent; `last`: with it the gateway has the version named. */
  sent(stream: string, transfer: Transfer, last: number | undefined): void {
    this.#sql.exec(
      'UPDATE content_positions SET transfer = ?, sent_at = ?, sent_version = COALESCE(?, sent_version) WHERE stream = ?',
      JSON.stringify(transfer),
      this.#now(),
      last ?? null,
      stream,
    );
  }

  /** The gateway has put this in force. */
  acked(stream: string, { version, digest }: ContentPosition): void {
    const at = this.#now();
    this.#sql.exec(
      `UPDATE content_positions SET held_version = ?1, held_digest = ?2, transfer = NULL, refused_version = NULL, sent_version = ?1, acked_version = ?1,
         acked_at = ?3, round_trip_ms = COALESCE(?3 - sent_at, round_trip_ms), nack_version = NULL, nack_reason = NULL, nack_path = NULL, nack_at = NULL
       WHERE stream = ?4`,
      version,
      digest,
      at,
      stream,
    );
  }

  /** The gateway holds what it should, as it said itself. Nothing was sent, so there is no round trip. */
  settled(stream: string): void {
    this.#sql.exec(
      `UPDATE content_positions SET sent_version = head_version, acked_version = head_version, acked_at = COALESCE(acked_at, ?),
         nack_version = NULL, nack_reason = NULL, nack_path = NULL, nack_at = NULL WHERE stream = ?`,
      this.#now(),
      stream,
    );
  }

  /** The gateway refused what was sent. After a change it is offered the whole; after the whole, nothing until there is something newer. */
  nacked({ stream, reason, path }: StreamNack, version: number, whole: boolean): void {
    this.#sql.exec(
      `UPDATE content_positions SET nack_version = ?1, nack_reason = ?2, nack_path = ?3, nack_at = ?4, transfer = NULL, held_version = NULL,
         held_digest = NULL, refused_version = CASE WHEN ?5 THEN head_version ELSE refused_version END WHERE stream = ?6`,
      version,
      reason.slice(0, MAX_NACK_REASON),
      path.slice(0, MAX_NACK_PATH),
      this.#now(),
      whole ? 1 : 0,
      stream,
    );
  }

  progress(streams: readonly string[]): StreamProgress[] {
    return this.#sql
      .exec<Row>(
        'SELECT * FROM content_positions WHERE head_version >= 0 AND stream IN (SELECT value FROM json_each(?)) ORDER BY stream',
        JSON.stringify(streams),
      )
      .toArray()
      .map((row) => progressOf(row.stream, row.head_version, row));
  }

  clear(): void {
    this.#sql.exec('DELETE FROM content_positions');
    this.#sql.exec('DELETE FROM content_taken');
  }
}

const placeOf = (row: Row): Place => ({
  stream: row.stream,
  head: { version: row.head_version, digest: row.head_digest },
  withheld: row.withheld !== null,
  share: row.share === null ? undefined : new Uint8Array(row.share),
  held: row.held_digest === null ? undefined : { version: row.held_version ?? 0, digest: row.held_digest },
  transfer: row.transfer === null ? undefined : (JSON.parse(row.transfer) as Transfer),
  refused: row.refused_version ?? undefined,
  acked: row.acked_version ?? undefined,
});
