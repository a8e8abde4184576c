import { create } from '@bufbuild/protobuf';
import { encodeFrame, type FrameBody } from '../../core/wire/frame.ts';
import { MAX_NACK_PATH, MAX_NACK_REASON } from '../../core/wire/limits.ts';
import { DataUpdateBatchSchema } from '../../proto/gen/orc8r/protos/streamer_pb.js';
import type { StreamAck, StreamNack, StreamPosition } from '../../proto/gen/orc8r/sync/v1/frame_pb.js';
import type { DesiredStream, StreamProgress } from '../ports.ts';

interface Row extends Record<string, SqlStorageValue> {
  stream: string;
  version: number;
  digest: string;
  sent_version: number | null;
  sent_at: number | null;
  acked_version: number | null;
  acked_at: number | null;
  round_trip_ms: number | null;
  nack_version: number | null;
  nack_reason: string | null;
  nack_path: string | null;
  nack_at: number | null;
}

/**
 * What the gateway should hold of each stream, and how far it got: desired, sent, then acked or nacked.
 * State advances on the gateway's word only; what was sent and not answered is sent again after a reconnect.
 */
export class Streams {
  readonly #sql: SqlStorage;
  readonly #now: () => number;

  constructor(sql: SqlStorage, now: () => number) {
    this.#sql = sql;
    this.#now = now;
  }

  digests(): Record<string, string> {
    return Object.fromEntries(this.#rows().map((row) => [row.stream, row.digest]));
  }

  progress(): StreamProgress[] {
    return this.#rows().map(progress);
  }

  /** Takes new content; false when what is here is as new or newer, or the very same. Calls between objects may overtake each other. */
  store(desired: DesiredStream): boolean {
    const old = this.#row(desired.stream);
    if (old && (old.version > desired.version || (old.version === desired.version && old.digest === desired.digest))) return false;
    const body: FrameBody = {
      case: 'update',
      value: {
        stream: desired.stream,
        version: BigInt(desired.version),
        digest: desired.digest,
        batch: create(DataUpdateBatchSchema, { resync: true, updates: desired.updates.map(({ key, value }) => ({ key, value })) }),
      },
    };
    this.#sql.exec(
      `INSERT INTO streams (stream, version, digest) VALUES (?, ?, ?)
       ON CONFLICT DO UPDATE SET version = excluded.version, digest = excluded.digest, sent_version = NULL, sent_at = NULL,
         acked_version = CASE WHEN streams.version = excluded.version THEN NULL ELSE acked_version END`,
      desired.stream,
      desired.version,
      desired.digest,
    );
    this.#sql.exec('INSERT OR REPLACE INTO frames (stream, bytes) VALUES (?, ?)', desired.stream, encodeFrame(body));
    return true;
  }

  /**
   * Takes a gateway's word for what it holds: the desired digest counts as acknowledged. Answers the streams of which it holds
   * something else, whatever it acknowledged before.
   */
  due(positions: readonly StreamPosition[]): string[] {
    const due: string[] = [];
    for (const position of positions) {
      const row = this.#row(position.stream);
      if (!row) continue;
      const acked = row.acked_version === row.version;
      if (position.digest === row.digest) this.#settle(row, (acked ? row.acked_at : null) ?? this.#now(), null);
      else if (row.sent_version !== row.version) {
        if (acked) this.#sql.exec('UPDATE streams SET acked_version = NULL, acked_at = NULL WHERE stream = ?', row.stream);
        due.push(row.stream);
      }
    }
    return due;
  }

  /** The newest frame of one stream, unless it was sent on this connection already. */
  unsent(stream: string): ArrayBuffer | undefined {
    const row = this.#row(stream);
    if (!row || row.sent_version === row.version) return undefined;
    return this.#sql.exec<{ bytes: ArrayBuffer }>('SELECT bytes FROM frames WHERE stream = ?', stream).toArray()[0]?.bytes;
  }

  sent(stream: string): void {
    this.#sql.exec('UPDATE streams SET sent_version = version, sent_at = ? WHERE stream = ?', this.#now(), stream);
  }

  /** Marks nothing as sent: a new connection starts from what the gateway says it holds. */
  forgetSent(): void {
    this.#sql.exec('UPDATE streams SET sent_version = NULL, sent_at = NULL');
  }

  /** A gateway's ACK; false when it says nothing new. One of an older version moves the acked version only. */
  acked(ack: StreamAck): boolean {
    const row = this.#row(ack.stream);
    if (!row) return false;
    const version = Number(ack.version);
    if (version > row.version || (row.acked_version ?? 0) > version) return false;
    const at = this.#now();
    if (version < row.version) {
      this.#sql.exec('UPDATE streams SET acked_version = ?, acked_at = ? WHERE stream = ?', version, at, row.stream);
      return true;
    }
    // Other content of the same version, as another release of this code rendered it.
    if (ack.digest !== row.digest) return false;
    this.#settle(row, at, row.sent_at === null ? null : at - row.sent_at);
    return true;
  }

  /** A gateway's refusal; false when it is of a version that is unknown, or older than what the gateway has acknowledged. */
  nacked(nack: StreamNack): boolean {
    const row = this.#row(nack.stream);
    const version = Number(nack.version);
    if (!row || version > row.version || version < (row.acked_version ?? 0)) return false;
    this.#sql.exec(
      'UPDATE streams SET nack_version = ?, nack_reason = ?, nack_path = ?, nack_at = ? WHERE stream = ?',
      version,
      nack.reason.slice(0, MAX_NACK_REASON),
      nack.path.slice(0, MAX_NACK_PATH),
      this.#now(),
      row.stream,
    );
    return true;
  }

  clear(): void {
    this.#sql.exec('DELETE FROM streams');
    this.#sql.exec('DELETE FROM frames');
  }

  #settle(row: Row, at: number, roundTripMs: number | null): void {
    this.#sql.exec(
      `UPDATE streams SET sent_version = version, acked_version = version, acked_at = ?, round_trip_ms = COALESCE(?, round_trip_ms),
         nack_version = NULL, nack_reason = NULL, nack_path = NULL, nack_at = NULL WHERE stream = ?`,
      at,
      roundTripMs,
      row.stream,
    );
  }

  #row(stream: string): Row | undefined {
    return this.#sql.exec<Row>('SELECT * FROM streams WHERE stream = ?', stream).toArray()[0];
  }

  #rows(): Row[] {
    return this.#sql.exec<Row>('SELECT * FROM streams ORDER BY stream').toArray();
  }
}

function progress(row: Row): StreamProgress {
  return {
    stream: row.stream,
    version: row.version,
    sentVersion: row.sent_version,
    ackedVersion: row.acked_version,
    ackedAt: row.acked_at,
    roundTripMs: row.round_trip_ms,
    nack:
      row.nack_version === null
        ? null
        : { version: row.nack_version, reason: row.nack_reason ?? '', path: row.nack_path ?? '', at: row.nack_at ?? 0 },
  };
}
