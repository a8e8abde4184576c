// Stream `configs` on the gateway: take the newest update, apply it or refuse it, say which.
import type { FrameBody } from '../../core/wire/frame.ts';
import { MAX_NACK_REASON } from '../../core/wire/limits.ts';
import type { StreamUpdate } from '../../proto/gen/orc8r/sync/v1/frame_pb.js';
import type { Logger } from '../log.ts';
import { reasonOf } from '../log.ts';
import type { Mconfig } from './mconfig.ts';
import { MconfigError, parseMconfig } from './mconfig.ts';
import type { MconfigStore, Position } from './store.ts';
import { NOTHING_HELD } from './store.ts';

export const CONFIGS_STREAM = 'configs';

export interface ConfigsOptions {
  store: MconfigStore;
  /** Sends an ack or nack; a lost one is made good by the position in the next hello. */
  send: (body: FrameBody) => void;
  onApplied: (mconfig: Mconfig, position: Position) => void;
  onRefused: (reason: string, path: string, version: bigint) => void;
  log: Logger;
}

export class Configs {
  private readonly options: ConfigsOptions;
  private held: Position = NOTHING_HELD;
  private applied: Mconfig | undefined;
  private pending: StreamUpdate | undefined;
  private working: Promise<void> | undefined;

  constructor(options: ConfigsOptions) {
    this.options = options;
  }

  /** Finds what an earlier run left. */
  async load(): Promise<void> {
    const { store, log } = this.options;
    const content = await store.content();
    if (!content) return;
    try {
      this.applied = parseMconfig(content);
      this.held = await store.position();
    } catch (error) {
      log('warn', 'the mconfig on disk is not used', { path: store.path, reason: reasonOf(error) });
    }
  }

  /** What is held, for the hello. */
  get position(): Position {
    return this.held;
  }

  /** The mconfig in force, if any. */
  get current(): Mconfig | undefined {
    return this.applied;
  }

  /** Takes an update; of those that wait only the newest is applied and acknowledged. */
  take(update: StreamUpdate): void {
    this.pending = update;
    this.working ??= this.work().finally(() => {
      this.working = undefined;
    });
  }

  /** Resolves when nothing is being written any more. */
  async settled(): Promise<void> {
    await this.working;
  }

  private async work(): Promise<void> {
    while (this.pending) {
      const update = this.pending;
      this.pending = undefined;
      await this.apply(update);
    }
  }

  private async apply({ stream, version, digest, batch }: StreamUpdate): Promise<void> {
    const { store, send, onApplied, onRefused, log } = this.options;
    try {
      const [content, ...rest] = batch?.updates ?? [];
      if (!content || rest.length > 0) throw new MconfigError('', `expected one mconfig, found ${content ? rest.length + 1 : 0}`);
      const mconfig = parseMconfig(content.value);
      const position = { version, digest };
      await store.write(content.value, position);
      this.held = position;
      this.applied = mconfig;
      log('info', 'config applied', {
        version,
        keys: Object.keys(mconfig.configsByKey).length,
        checkin_interval: mconfig.magmad.checkinInterval,
      });
      onApplied(mconfig, position);
      send({ case: 'ack', value: { stream, version, digest } });
    } catch (error) {
      const reason = (error instanceof MconfigError ? error.message : `the mconfig cannot be written: ${reasonOf(error)}`).slice(
        0,
        MAX_NACK_REASON,
      );
      const path = error instanceof MconfigError ? error.path : '';
      log('error', 'config refused', { version, reason, path: path || undefined });
      onRefused(reason, path, version);
      send({ case: 'nack', value: { stream, version, reason, path } });
    }
  }
}
