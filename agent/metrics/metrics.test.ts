import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import os, { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GrpcError, GrpcStatus } from '../../core/wire/grpc.ts';
import type { MetricsContainer } from '../../proto/gen/orc8r/protos/metricsd_pb.js';
import { MetricsContainerSchema } from '../../proto/gen/orc8r/protos/metricsd_pb.js';
import { silent } from '../log.ts';
import { ManualClock } from '../testing/manual-clock.ts';
import { Collector } from './collector.ts';
import { newCounters } from './counters.ts';
import { family } from './families.ts';
import { CHUNK_BYTES, chunks, MetricsStore } from './store.ts';
import { Uploader } from './uploader.ts';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'agent-metrics-'))));
afterEach(async () => rm(folder, { recursive: true }));

const round = (value: number) => [family('gauge', 'g', 'help', value, 1000)];
const gaugeOf = (bytes: Uint8Array) => fromBinary(MetricsContainerSchema, bytes).family[0]?.metric[0]?.gauge?.value;

describe('metrics store', () => {
  it('gives back the oldest first, also after a restart, until it is removed', async () => {
    const store = new MetricsStore(folder);
    await store.add('hw', round(1));
    await store.add('hw', round(2));
    const restarted = new MetricsStore(folder);
    await restarted.add('hw', round(3));
    const seen: (number | undefined)[] = [];
    for (let stored = await restarted.oldest(); stored; stored = await restarted.oldest()) {
      seen.push(gaugeOf(stored.bytes));
      await restarted.remove(stored.name);
    }
    expect(seen).toEqual([1, 2, 3]);
    expect(await readdir(folder)).toEqual([]);
  });

  it('drops the oldest when it is full, and counts them', async () => {
    const size = chunks('hw', round(1))[0]?.length ?? 0;
    const store = new MetricsStore(folder, 3 * size);
    for (let value = 1; value <= 5; value++) await store.add('hw', round(value));
    expect(store.dropped).toBe(2);
    expect(gaugeOf((await store.oldest())?.bytes ?? new Uint8Array())).toBe(3);
  });

  it('leaves alone what is not its own', async () => {
    await writeFile(join(folder, '0000000000000009.pb.1-ab.tmp'), 'half');
    const store = new MetricsStore(folder);
    expect(await store.oldest()).toBeUndefined();
  });

  it('cuts a large round into containers of at most 4 MB less 1,000 bytes, losing nothing', () => {
    const help = 'h'.repeat(100_000);
    const families = Array.from({ length: 100 }, (_, index) => family('gauge', `g${index}`, help, index, 1));
    const parts = chunks('hw', families);
    expect(parts.length).toBe(3);
    for (const part of parts) expect(part.length).toBeLessThanOrEqual(CHUNK_BYTES);
    const names = parts.flatMap((part) => fromBinary(MetricsContainerSchema, part).family.map(({ name }) => name));
    expect(names).toEqual(families.map(({ name }) => name));
  });
});

describe('uploader', () => {
  function setUp(store = new MetricsStore(folder)) {
    const clock = new ManualClock();
    const sent: (number | undefined)[] = [];
    const cloud = { error: undefined as Error | undefined };
    let value = 0;
    const uploader = new Uploader({
      clock,
      log: silent,
      store,
      hardwareId: 'hw',
      intervalMs: 60_000,
      collect: async () => round(++value),
      send: async (container: MetricsContainer) => {
        if (cloud.error) throw cloud.error;
        sent.push(container.family[0]?.metric[0]?.gauge?.value);
      },
    });
    uploader.start();
    const minute = async () => {
      await clock.advance(60_000);
      await uploader.settled();
    };
    return { uploader, sent, cloud, store, minute };
  }

  it('keeps what it cannot send and sends it in order after the reconnect, each once', async () => {
    const { uploader, sent, minute, store } = setUp();
    await minute();
    await minute();
    expect(sent).toEqual([]);
    uploader.connect();
    await uploader.settled();
    expect(sent).toEqual([1, 2]);
    await minute();
    expect(sent).toEqual([1, 2, 3]);
    expect(await store.oldest()).toBeUndefined();
    await uploader.stop();
  });

  it('sends again what was not acknowledged, also from a new process', async () => {
    const first = setUp();
    first.uploader.connect();
    first.cloud.error = new GrpcError(GrpcStatus.UNAVAILABLE, 'lost');
    await first.minute();
    await first.uploader.stop();
    const second = setUp(new MetricsStore(folder));
    second.uploader.connect();
    await second.uploader.settled();
    expect(second.sent).toEqual([1]);
    await second.uploader.stop();
  });

  it('drops what the cloud will never take, so that the rest gets through', async () => {
    const { uploader, sent, cloud, minute, store } = setUp();
    uploader.connect();
    cloud.error = new GrpcError(GrpcStatus.INVALID_ARGUMENT, 'bad');
    await minute();
    expect(store.dropped).toBe(1);
    cloud.error = undefined;
    await writeFile(join(folder, '0000000000000000.pb'), Uint8Array.of(0xff, 0xff));
    await minute();
    expect(store.dropped).toBe(2);
    expect(sent).toEqual([2]);
    await uploader.stop();
  });
});

describe('collector', () => {
  it('measures this process and this host', async () => {
    const clock = new ManualClock();
    const counters = { ...newCounters(), connects: 3, checkinStatus: 1 };
    const collector = new Collector(clock, counters, () => 7);
    const families = await collector.collect();
    collector.stop();
    const value = (name: string) => {
      const metric = families.find((one) => one.name === name)?.metric?.[0];
      return metric?.gauge?.value ?? metric?.counter?.value;
    };
    expect(value('mem_total')).toBe(os.totalmem());
    expect(value('process_resident_memory_bytes')).toBeGreaterThan(1e6);
    expect(value('process_cpu_seconds_total')).toBeGreaterThan(0);
    expect(value('process_open_fds')).toBeGreaterThan(3);
    expect(value('checkin_status')).toBe(1);
    expect(value('controller_connects_total')).toBe(3);
    expect(value('metrics_dropped_files_total')).toBe(7);
    expect(value('service_metrics_collected')).toBe(families.length);
    const loop = families.find((one) => one.name === 'nodejs_eventloop_delay_seconds')?.metric?.[0]?.summary;
    expect(loop?.quantile).toHaveLength(3);
    expect(new Set(families.map((one) => one.name)).size).toBe(families.length);
    // Every point is dated and says its service; the whole round survives the wire.
    const [bytes] = chunks('hw', families);
    for (const { metric } of fromBinary(MetricsContainerSchema, bytes ?? new Uint8Array()).family) {
      for (const point of metric) {
        expect(point.timestampMs).toBe(BigInt(clock.now()));
        expect(point.label[0]).toMatchObject({ name: 'service', value: 'magmad' });
      }
    }
  });
});
