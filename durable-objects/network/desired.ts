import type { StreamConvergence } from '../../core/module/context.ts';
import { nackOf, progressValues, SET_PROGRESS } from '../lib/progress.ts';
import type { StreamProgress } from '../ports.ts';

/** What a gateway should hold of a stream, without the content: that is rendered again when it is needed. */
export interface Desired {
  readonly version: number;
  readonly digest: string;
  /** Unix milliseconds at which this content arose; it stands in the content, so it is kept. */
  readonly at: number;
}

interface Row extends Record<string, SqlStorageValue> {
  gateway_id: string;
  stream: string;
  desired_version: number;
  desired_digest: string;
  desired_at: number;
  sent_version: number | null;
  acked_version: number | null;
  acked_at: number | null;
  round_trip_ms: number | null;
  nack_version: number | null;
  nack_reason: string | null;
  nack_path: string | null;
  nack_at: number | null;
  render_error: string | null;
  render_error_at: number | null;
}

export interface StreamRow {
  readonly gatewayId: string;
  readonly roundTripMs: number | null;
  readonly convergence: StreamConvergence;
}

/** Desired content and progress of every gateway of the network, by stream. */
export class DesiredTable {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  get(gatewayId: string, stream: string): Desired | undefined {
    const row = this.#sql.exec<Row>('SELECT * FROM streams WHERE gateway_id = ? AND stream = ?', gatewayId, stream).toArray()[0];
    return row && { version: row.desired_version, digest: row.desired_digest, at: row.desired_at };
  }

  set(gatewayId: string, stream: string, desired: Desired): void {
    this.#sql.exec(
      `INSERT INTO streams (gateway_id, stream, desired_version, desired_digest, desired_at) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET desired_version = excluded.desired_version, desired_digest = excluded.desired_digest,
         desired_at = excluded.desired_at, delivered_version = NULL, render_error = NULL, render_error_at = NULL`,
      gatewayId,
      stream,
      desired.version,
      desired.digest,
      desired.at,
    );
  }

  /** The configuration cannot be rendered: what was desired before stays, and the convergence view says why. */
  unrenderable(gatewayId: string, stream: string, version: number, reason: string, at: number): void {
    this.#sql.exec(
      `INSERT INTO streams (gateway_id, stream, desired_version, desired_digest, desired_at, delivered_version, render_error, render_error_at)
         VALUES (?1, ?2, ?3, '', ?5, ?3, ?4, ?5)
       ON CONFLICT DO UPDATE SET render_error = excluded.render_error, render_error_at = excluded.render_error_at`,
      gatewayId,
      stream,
      version,
      reason,
      at,
    );
  }

  rendered(gatewayId: string, stream: string): void {
    this.#sql.exec(
      'UPDATE streams SET render_error = NULL, render_error_at = NULL WHERE gateway_id = ? AND stream = ? AND render_error IS NOT NULL',
      gatewayId,
      stream,
    );
  }

  /** The gateway's object has taken this content; it counts only while the same is still desired. */
  delivered(
    gatewayId: string,
    { stream, version, digest }: { readonly stream: string; readonly version: number; readonly digest: string },
  ): void {
    this.#sql.exec(
      `UPDATE streams SET delivered_version = desired_version
       WHERE gateway_id = ? AND stream = ? AND desired_version = ? AND desired_digest = ? AND delivered_version IS NOT desired_version`,
      gatewayId,
      stream,
      version,
      digest,
    );
  }

  /** Gateways with hardware whose object has not been told yet, those that are connected first. */
  undelivered(): string[] {
    return this.#sql
      .exec<{ gateway_id: string }>(
        `SELECT s.gateway_id FROM streams AS s JOIN gateways AS g USING (gateway_id)
         WHERE g.hardware_id IS NOT NULL AND (s.delivered_version IS NULL OR s.delivered_version < s.desired_version)
         GROUP BY s.gateway_id ORDER BY g.connected_since IS NULL`,
      )
      .toArray()
      .map((row) => row.gateway_id);
  }

  /** The gateway has new hardware: nothing has been delivered to it, and what the old one said does not count. */
  startOver(gatewayId: string): void {
    this.#sql.exec(
      `UPDATE streams SET delivered_version = NULL, sent_version = NULL, acked_version = NULL, acked_at = NULL, round_trip_ms = NULL,
         nack_version = NULL, nack_reason = NULL, nack_path = NULL, nack_at = NULL WHERE gateway_id = ?`,
      gatewayId,
    );
  }

  progress(gatewayId: string, streams: readonly StreamProgress[]): void {
    for (const one of streams) {
      const sql = `UPDATE streams SET ${SET_PROGRESS} WHERE gateway_id = ? AND stream = ?`;
      this.#sql.exec(sql, ...progressValues(one), gatewayId, one.stream);
    }
  }

  remove(gatewayId: string): void {
    this.#sql.exec('DELETE FROM streams WHERE gateway_id = ?', gatewayId);
  }

  all(): StreamRow[] {
    return this.#sql
      .exec<Row>('SELECT * FROM streams ORDER BY gateway_id, stream')
      .toArray()
      .map((row) => ({
        gatewayId: row.gateway_id,
        roundTripMs: row.round_trip_ms,
        convergence: {
          stream: row.stream,
          desiredVersion: row.desired_version,
          sentVersion: row.sent_version,
          ackedVersion: row.acked_version,
          ackedAt: row.acked_at,
          nack: refusalOf(row),
        },
      }));
  }
}

/** Why the newest configuration is not with the gateway: it could not be rendered, or the gateway refused it. */
function refusalOf(row: Row): StreamConvergence['nack'] {
  if (row.render_error === null) return nackOf(row);
  return { version: row.desired_version, reason: `cannot be rendered: ${row.render_error}`, path: '', at: row.render_error_at ?? 0 };
}
