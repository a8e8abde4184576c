import { create } from '@bufbuild/protobuf';
import { encodeFrame, type FrameBody } from '../../core/wire/frame.ts';
import { MAX_NACK_PATH, MAX_NACK_REASON } from '../../core/wire/limits.ts';
import { DataUpdateBatchSchema } from '../../proto/gen/orc8r/protos/streamer_pb.js';
import type { StreamAck, StreamNack, StreamPosition } from '../../proto/gen/orc8r/sync/v1/frame_pb.js';
import { progressOf } from '../lib/progress.ts';
import type { DesiredStream, StreamProgress } from '../ports.ts';
import { type StreamRow, StreamRows } from './stream-rows.ts';

const NO_NACK = { nack_version: null, nack_reason: null, nack_path: null, nack_at: null };
const NEVER_SENT = { sent_version: null, sent_at: null };
const NOTHING_AWAITED = { awaited_version: null, unanswered: 0 };
/** A gateway that has not answered an update for so long is sent the newest all the same: perhaps it lost that one. */
export const PATIENCE_MS = 30_000;
/** Of one stream: a gateway that answers nothing gets no more than these, and the newest after a reconnect. */
const MAX_UNANSWERED = 4;

/**
 * What the gateway should hold of each stream, and how far it got: desired, sent, then acked or nacked.
 * State advances on the gateway's word only; what was sent and not answered is sent again after a reconnect.
 * One update of a stream is under way at a time and the newest follows its answer, so a gateway that does not read costs no memory here.
 */
export class Streams {
  readonly #rows: StreamRows;
  readonly #now: () => number;

  /** `later` does work in a moment: what is here is written so. */
  constructor(sql: SqlStorage, now: () => number, later: (work: () => void) => void) {
    this.#rows = new StreamRows(sql, later);
    this.#now = now;
  }

  digests(): Record<string, string> {
    return Object.fromEntries(this.#rows.all().map((row) => [row.stream, row.digest]));
  }

  progress(): StreamProgress[] {
    return this.#rows.all().map((row) => progressOf(row.stream, row.version, row));
  }

  /** Takes new content; false when what is here is as new or newer, or the very same. Calls between objects may overtake each other. */
  store({ stream, version, digest, updates }: DesiredStream): boolean {
    const old = this.#rows.get(stream);
    if (old && (old.version > version || (old.version === version && old.digest === digest))) return false;
    const body: FrameBody = {
      case: 'update',
      value: {
        stream,
        version: BigInt(version),
        digest,
        batch: create(DataUpdateBatchSchema, { resync: true, updates: updates.map(({ key, value }) => ({ key, value })) }),
      },
    };
    // Other content of the same version is not what was acknowledged under its number.
    const acked = old && old.version !== version ? old.acked_version : null;
    const kept = old ?? { acked_at: null, round_trip_ms: null, ...NO_NACK, ...NEVER_SENT, ...NOTHING_AWAITED };
    const sent = kept.sent_version === version ? null : kept.sent_version;
    this.#rows.put({ ...kept, stream, version, digest, acked_version: acked, sent_version: sent }, encodeFrame(body));
    return true;
  }

  /**
   * Takes a gateway's word for what it holds: the desired digest counts as acknowledged. Answers the streams of which it holds
   * something else, whatever it acknowledged before. `behind`: the network could not be asked, so that what is newer there than here
   * is no reason to send it back to what is here.
   */
  due(positions: readonly StreamPosition[], behind = false): string[] {
    const due: string[] = [];
    for (const position of positions) {
      const row = this.#rows.get(position.stream);
      if (!row) continue;
      const acked = row.acked_version === row.version;
      if (position.digest === row.digest) this.#settle(row, (acked ? row.acked_at : null) ?? this.#now(), null);
      else if (row.sent_version !== row.version && !(behind && position.version > row.version)) {
        if (acked) this.#rows.put({ ...row, acked_version: null, acked_at: null });
        due.push(row.stream);
      }
    }
    return due;
  }

  /** The newest frame of one stream, unless it was sent on this connection already or has to wait for an answer. */
  unsent(stream: string): Uint8Array | ArrayBuffer | undefined {
    const row = this.#rows.get(stream);
    return row && this.#mayGoAt(row) <= this.#now() ? this.#rows.frame(stream) : undefined;
  }

  sent(stream: string): void {
    const row = this.#rows.get(stream);
    if (!row) return;
    const awaited = { awaited_version: row.version, unanswered: row.unanswered + 1 };
    this.#rows.put({ ...row, sent_version: row.version, sent_at: this.#now(), ...awaited });
  }

  /** The streams whose newest content waits for an answer to the one before, and when it goes without; unix milliseconds. */
  waiting(): { readonly stream: string; readonly until: number }[] {
    const rows = this.#rows.all().filter(({ unanswered }) => unanswered > 0);
    return rows.map((row) => ({ stream: row.stream, until: this.#mayGoAt(row) })).filter(({ until }) => Number.isFinite(until));
  }

  /** Marks nothing as sent: a new connection starts from what the gateway says it holds. */
  forgetSent(): void {
    for (const row of this.#rows.all()) {
      if (row.sent_version !== null || row.unanswered > 0) this.#rows.put({ ...row, ...NEVER_SENT, ...NOTHING_AWAITED });
    }
  }

  /** A gateway's ACK; false when it says nothing new. One of an older version moves the acked version only. */
  acked(ack: StreamAck): boolean {
    const version = Number(ack.version);
    const row = this.#answered(ack.stream, version);
    if (!row) return false;
    if (version > row.version || (row.acked_version ?? 0) > version) return false;
    const at = this.#now();
    if (version < row.version) {
      this.#rows.put({ ...row, acked_version: version, acked_at: at });
      return true;
    }
    // Other content of the same version, as another release of this code rendered it.
    if (ack.digest !== row.digest) return false;
    this.#settle(row, at, row.sent_version !== version || row.sent_at === null ? null : at - row.sent_at);
    return true;
  }

  /** A gateway's refusal; false when it is of a version that is unknown, or older than what the gateway has acknowledged. */
  nacked(nack: StreamNack): boolean {
    const version = Number(nack.version);
    const row = this.#answered(nack.stream, version);
    if (!row || version > row.version || version < (row.acked_version ?? 0)) return false;
    this.#rows.put({
      ...row,
      nack_version: version,
      nack_reason: nack.reason.slice(0, MAX_NACK_REASON),
      nack_path: nack.path.slice(0, MAX_NACK_PATH),
      nack_at: this.#now(),
    });
    return true;
  }

  clear(): void {
    this.#rows.clear();
  }

  /** The row of a stream whose update of that version is answered; only the answer to what was sent last lets the next one go. */
  #answered(stream: string, version: number): StreamRow | undefined {
    const row = this.#rows.get(stream);
    if (row?.awaited_version !== version) return row;
    const answered = { ...row, ...NOTHING_AWAITED };
    this.#rows.put(answered);
    return answered;
  }

  /** When the newest content may be sent; never when it was on this connection. */
  #mayGoAt(row: StreamRow): number {
    if (row.sent_version === row.version || row.unanswered >= MAX_UNANSWERED) return Number.POSITIVE_INFINITY;
    return row.unanswered === 0 ? 0 : (row.sent_at ?? 0) + PATIENCE_MS;
  }

  #settle(row: StreamRow, at: number, roundTripMs: number | null): void {
    const settled = { sent_version: row.version, acked_version: row.version, acked_at: at, ...NO_NACK };
    this.#rows.put({ ...row, ...settled, round_trip_ms: roundTripMs ?? row.round_trip_ms });
  }
}
