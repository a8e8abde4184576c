// Shared content on the gateway: take what comes, keep it, say so (docs/protocol.md, "Streams").
import { rm } from 'node:fs/promises';
import type { FrameBody } from '../../core/wire/frame.ts';
import { MAX_NACK_REASON } from '../../core/wire/limits.ts';
import type { StreamUpdate } from '../../proto/gen/orc8r/sync/v1/frame_pb.js';
import type { Logger } from '../log.ts';
import { reasonOf } from '../log.ts';
import { filesOf, type Position, type StreamStore } from './store.ts';

/** The streams that gateways of today know (SOUTHBOUND.md 7). */
export const SHARED_STREAMS = [
  'subscriberdb',
  'policydb',
  'base_names',
  'rating_groups',
  'apn_rule_mappings',
  'network_wide_rules',
] as const;

export interface StreamsOptions {
  store: StreamStore;
  path: string;
  /** Which are taken. */
  streams: readonly string[];
  /** Sends an ack or nack; a lost one is made good by the position in the next hello. */
  send: (body: FrameBody) => void;
  onApplied: (position: Position) => void;
  log: Logger;
}

export class Streams {
  private readonly options: StreamsOptions;

  constructor(options: StreamsOptions) {
    this.options = options;
  }

  /** Finds what an earlier run left. A file that cannot be read is given up: the cloud has everything and sends it again. */
  async load(): Promise<void> {
    const { store, path, log } = this.options;
    try {
      store.held();
    } catch (error) {
      log('warn', 'the streams on disk are not used', { path, reason: reasonOf(error) });
      store.close();
      for (const file of filesOf(path)) await rm(file, { force: true });
      store.held();
    }
  }

  /** What is held, for the hello. */
  get positions(): Position[] {
    return this.options.streams.map((stream) => this.options.store.position(stream));
  }

  takes(stream: string): boolean {
    return this.options.streams.includes(stream);
  }

  /** Takes an update or a part of one; what is acknowledged is on the disk. */
  take(update: StreamUpdate): void {
    const { store, send, onApplied, log } = this.options;
    const { stream, version, digest, more, resume } = update;
    try {
      store.take(update);
    } catch (error) {
      const reason = reasonOf(error).slice(0, MAX_NACK_REASON);
      log('error', 'stream refused', { stream, version, reason });
      send({ case: 'nack', value: { stream, version, reason, path: '' } });
      return;
    }
    send({ case: 'ack', value: { stream, version, digest, resume } });
    if (more) return;
    log('info', 'stream applied', { stream, version, updates: update.batch?.updates.length ?? 0, deleted: update.deleted.length });
    onApplied({ stream, version, digest, resume: '' });
  }

  stop(): void {
    this.options.store.close();
  }
}
