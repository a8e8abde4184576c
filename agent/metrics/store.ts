// Metrics on disk until the cloud has them: one MetricsContainer a file, oldest first, bounded.
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import { MetricFamilySchema } from '../../proto/gen/metrics_pb.js';
import { MetricsContainerSchema } from '../../proto/gen/orc8r/protos/metricsd_pb.js';
import { isNotFound, writeFileAtomic } from '../storage/atomic-file.ts';
import type { Family } from './families.ts';

/** Largest container in bytes (SOUTHBOUND 9). */
export const CHUNK_BYTES = 4 * 1024 * 1024 - 1000;
/** What the folder may hold in bytes. */
export const STORE_BYTES = 64 * 1024 * 1024;

export interface StoredMetrics {
  name: string;
  bytes: Uint8Array;
}

const FILE = /^(\d{16})\.pb$/;

export class MetricsStore {
  /** Files dropped for want of room, since the start. */
  dropped = 0;
  private readonly folder: string;
  private readonly maxBytes: number;
  private next: number | undefined;

  constructor(folder: string, maxBytes: number = STORE_BYTES) {
    this.folder = folder;
    this.maxBytes = maxBytes;
  }

  /** Keeps a round of metrics; when the folder is full the oldest go. */
  async add(gatewayId: string, families: readonly Family[]): Promise<void> {
    const names = await this.names();
    this.next ??= Number(names.at(-1)?.slice(0, 16) ?? 0) + 1;
    for (const bytes of chunks(gatewayId, families)) {
      await writeFileAtomic(join(this.folder, `${String(this.next++).padStart(16, '0')}.pb`), bytes);
    }
    await this.shrink();
  }

  /** The oldest, or undefined when all was sent. */
  async oldest(): Promise<StoredMetrics | undefined> {
    for (const name of await this.names()) {
      try {
        return { name, bytes: await readFile(join(this.folder, name)) };
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    }
    return undefined;
  }

  /** The cloud has it. */
  async remove(name: string): Promise<void> {
    await rm(join(this.folder, name), { force: true });
  }

  private async names(): Promise<string[]> {
    await mkdir(this.folder, { recursive: true });
    return (await readdir(this.folder)).filter((name) => FILE.test(name)).sort();
  }

  private async shrink(): Promise<void> {
    const files = await Promise.all((await this.names()).map(async (name) => ({ name, size: await sizeOf(join(this.folder, name)) })));
    let total = files.reduce((sum, file) => sum + file.size, 0);
    for (const { name, size } of files) {
      if (total <= this.maxBytes) break;
      await this.remove(name);
      total -= size;
      this.dropped++;
    }
  }
}

/** Containers of at most `limit` bytes each; a family that alone is larger is left out. */
export function chunks(gatewayId: string, families: readonly Family[], limit: number = CHUNK_BYTES): Uint8Array[] {
  const whole = (family: Family[]) => toBinary(MetricsContainerSchema, create(MetricsContainerSchema, { gatewayId, family }));
  const empty = whole([]).length;
  const out: Uint8Array[] = [];
  let group: Family[] = [];
  let size = empty;
  for (const family of families) {
    // Tag and length of a repeated field take 6 bytes at most below 4 GiB.
    const own = toBinary(MetricFamilySchema, create(MetricFamilySchema, family)).length + 6;
    if (own + empty > limit) continue;
    if (size + own > limit) {
      out.push(whole(group));
      group = [];
      size = empty;
    }
    group.push(family);
    size += own;
  }
  if (group.length > 0) out.push(whole(group));
  return out;
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if (isNotFound(error)) return 0;
    throw error;
  }
}
