// Collects each minute and sends what is stored, oldest first, until the cloud has acknowledged it.
import { fromBinary } from '@bufbuild/protobuf';
import { GrpcError, GrpcStatus } from '../../core/wire/grpc.ts';
import type { MetricsContainer } from '../../proto/gen/orc8r/protos/metricsd_pb.js';
import { MetricsContainerSchema } from '../../proto/gen/orc8r/protos/metricsd_pb.js';
import type { Clock, Timer } from '../clock.ts';
import type { Logger } from '../log.ts';
import { reasonOf } from '../log.ts';
import type { Family } from './families.ts';
import type { MetricsStore } from './store.ts';

export interface UploaderOptions {
  clock: Clock;
  log: Logger;
  store: MetricsStore;
  hardwareId: string;
  intervalMs: number;
  collect: () => Promise<Family[]>;
  /** Sends one container; rejects when the cloud did not take it. */
  send: (container: MetricsContainer) => Promise<void>;
}

export class Uploader {
  private readonly options: UploaderOptions;
  private timer: Timer | undefined;
  private connected = false;
  private stopped = false;
  /** One thing at a time: rounds and uploads share the folder. */
  private queue: Promise<void> = Promise.resolve();

  constructor(options: UploaderOptions) {
    this.options = options;
  }

  start(): void {
    const { clock, intervalMs } = this.options;
    this.timer = clock.after(intervalMs, () => {
      this.enqueue(() => this.round());
      if (!this.stopped) this.start();
    });
  }

  /** The connection is up: sends what waits. */
  connect(): void {
    this.connected = true;
    this.enqueue(() => this.flush());
  }

  disconnect(): void {
    this.connected = false;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.timer?.cancel();
    await this.queue;
  }

  /** Resolves when everything begun so far is done. */
  settled(): Promise<void> {
    return this.queue;
  }

  private enqueue(task: () => Promise<void>): void {
    this.queue = this.queue.then(async () => {
      try {
        if (!this.stopped) await task();
      } catch (error) {
        this.options.log('error', 'metrics', { reason: reasonOf(error) });
      }
    });
  }

  private async round(): Promise<void> {
    const { store, collect, hardwareId } = this.options;
    await store.add(hardwareId, await collect());
    await this.flush();
  }

  private async flush(): Promise<void> {
    const { store, send, log } = this.options;
    while (this.connected && !this.stopped) {
      const stored = await store.oldest();
      if (!stored) return;
      try {
        await send(decode(stored.bytes));
      } catch (error) {
        if (!isPoison(error)) {
          log('warn', 'metrics wait', { reason: reasonOf(error) });
          return;
        }
        // It would be refused for ever, and everything behind it would wait for ever.
        store.dropped++;
        log('error', 'metrics dropped', { reason: reasonOf(error) });
      }
      await store.remove(stored.name);
    }
  }
}

class DamagedFile extends Error {}

function decode(bytes: Uint8Array): MetricsContainer {
  try {
    return fromBinary(MetricsContainerSchema, bytes);
  } catch (error) {
    throw new DamagedFile('the stored file is damaged', { cause: error });
  }
}

function isPoison(error: unknown): boolean {
  if (!(error instanceof GrpcError)) return error instanceof DamagedFile;
  return error.code === GrpcStatus.INVALID_ARGUMENT || error.code === GrpcStatus.OUT_OF_RANGE;
}
