import type { StreamProgress } from '../ports.ts';

/** The columns of a row that say how far a gateway is with a stream, and what it refused last. Times are unix milliseconds. */
export interface ProgressColumns {
  readonly sent_version: number | null;
  readonly acked_version: number | null;
  readonly acked_at: number | null;
  readonly round_trip_ms: number | null;
  readonly nack_version: number | null;
  readonly nack_reason: string | null;
  readonly nack_path: string | null;
  readonly nack_at: number | null;
}

/** The last refusal, unless something newer was confirmed since. */
export const nackOf = (row: ProgressColumns): StreamProgress['nack'] =>
  row.nack_version === null
    ? null
    : { version: row.nack_version, reason: row.nack_reason ?? '', path: row.nack_path ?? '', at: row.nack_at ?? 0 };

export const progressOf = (stream: string, version: number, row: ProgressColumns): StreamProgress => ({
  stream,
  version,
  sentVersion: row.sent_version,
  ackedVersion: row.acked_version,
  ackedAt: row.acked_at,
  roundTripMs: row.round_trip_ms,
  nack: nackOf(row),
});

/** To be set in the table of what the network's gateways reported; the values go with `progressValues`. */
export const SET_PROGRESS = `sent_version = ?, acked_version = ?, acked_at = ?, round_trip_ms = ?,
  nack_version = ?, nack_reason = ?, nack_path = ?, nack_at = ?`;

export const progressValues = ({ sentVersion, ackedVersion, ackedAt, roundTripMs, nack }: StreamProgress): SqlStorageValue[] => [
  sentVersion,
  ackedVersion,
  ackedAt,
  roundTripMs,
  nack?.version ?? null,
  nack?.reason ?? null,
  nack?.path ?? null,
  nack?.at ?? null,
];
