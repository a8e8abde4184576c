import type { StreamConvergence } from '../../../core/module/context.ts';
import { nackOf, type ProgressColumns, progressValues, SET_PROGRESS } from '../../lib/progress.ts';
import type { StreamProgress } from '../../ports.ts';
import type { StreamRow } from '../desired.ts';

interface Row extends ProgressColumns, Record<string, SqlStorageValue> {
  readonly gateway_id: string;
  readonly content: string;
  readonly version: number;
  readonly fault_id: string | null;
  readonly fault_reason: string | null;
  readonly fault_at: number | null;
}

/**
 * Which gateways take which sets by push, and how far each got. What they should hold is the set's own version, so a change of the
 * content writes nothing here; only what gateways confirm does.
 */
export class Takers {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Makes these the sets that a gateway takes. */
  set(gatewayId: string, names: readonly string[]): void {
    const json = JSON.stringify(names);
    this.#sql.exec('DELETE FROM content_takers WHERE gateway_id = ? AND content NOT IN (SELECT value FROM json_each(?))', gatewayId, json);
    this.#sql.exec('INSERT OR IGNORE INTO content_takers (gateway_id, content) SELECT ?, value FROM json_each(?)', gatewayId, json);
  }

  remove(gatewayId: string): void {
    this.#sql.exec('DELETE FROM content_takers WHERE gateway_id = ?', gatewayId);
  }

  /** Connected gateways that take any of the sets, with the sets they take. */
  connected(names: readonly string[]): Map<string, string[]> {
    return this.#grouped(
      `SELECT t.gateway_id, t.content FROM content_takers AS t JOIN gateways AS g USING (gateway_id)
       WHERE g.connected_since IS NOT NULL AND t.content IN (SELECT value FROM json_each(?)) ORDER BY t.gateway_id`,
      JSON.stringify(names),
    );
  }

  /** Connected gateways that have not confirmed the newest version of what they take, with what that is. */
  behind(): Map<string, string[]> {
    return this.#grouped(
      `SELECT t.gateway_id, t.content FROM content_takers AS t JOIN gateways AS g USING (gateway_id) JOIN content_sets AS s ON s.name = t.content
       WHERE g.connected_since IS NOT NULL AND s.withheld IS NULL AND t.acked_version IS NOT s.version ORDER BY t.gateway_id`,
    );
  }

  progress(gatewayId: string, streams: readonly StreamProgress[]): void {
    for (const one of streams) {
      const sql = `UPDATE content_takers SET ${SET_PROGRESS} WHERE gateway_id = ? AND content = ?`;
      this.#sql.exec(sql, ...progressValues(one), gatewayId, one.stream);
    }
  }

  /** All that may be sent to whoever takes it, for the convergence view. */
  all(): StreamRow[] {
    return this.#sql
      .exec<Row>(
        `SELECT t.*, s.version AS version, f.id AS fault_id, f.reason AS fault_reason, f.at AS fault_at
         FROM content_takers AS t JOIN content_sets AS s ON s.name = t.content
         LEFT JOIN content_faults AS f ON f.content = t.content AND f.id = (SELECT MIN(id) FROM content_faults WHERE content = t.content)
         WHERE s.withheld IS NULL ORDER BY t.gateway_id, t.content`,
      )
      .toArray()
      .map((row) => ({
        gatewayId: row.gateway_id,
        roundTripMs: row.round_trip_ms,
        convergence: {
          stream: row.content,
          desiredVersion: row.version,
          sentVersion: row.sent_version,
          ackedVersion: row.acked_version,
          ackedAt: row.acked_at,
          nack: refusalOf(row),
        },
      }));
  }

  #grouped(sql: string, ...values: string[]): Map<string, string[]> {
    const found = new Map<string, string[]>();
    for (const row of this.#sql.exec<{ gateway_id: string; content: string }>(sql, ...values)) {
      found.set(row.gateway_id, [...(found.get(row.gateway_id) ?? []), row.content]);
    }
    return found;
  }
}

/** Why not all is with the gateway: an item could not be encoded, or the gateway refused. */
function refusalOf(row: Row): StreamConvergence['nack'] {
  if (row.fault_id === null) return nackOf(row);
  return { version: row.version, reason: `cannot be encoded: ${row.fault_reason ?? ''}`, path: row.fault_id, at: row.fault_at ?? 0 };
}
