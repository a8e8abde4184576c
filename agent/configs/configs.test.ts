import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FrameBody } from '../../core/wire/frame.ts';
import type { StreamUpdate } from '../../proto/gen/orc8r/sync/v1/frame_pb.js';
import { StreamUpdateSchema } from '../../proto/gen/orc8r/sync/v1/frame_pb.js';
import { silent } from '../log.ts';
import { Configs } from './configs.ts';
import { parseMconfig } from './mconfig.ts';
import { MconfigStore } from './store.ts';

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'agent-configs-'));
  path = join(folder, 'configs', 'gateway.mconfig');
});
afterEach(async () => rm(folder, { recursive: true }));

const magmad = (interval: number | string) => ({
  '@type': 'type.googleapis.com/magma.mconfig.MagmaD',
  logLevel: 'INFO',
  checkinInterval: interval,
});
const mconfig = (interval: number | string) =>
  JSON.stringify({ configsByKey: { magmad: magmad(interval) }, metadata: { created_at: 1_700_000_000 } });

function update(version: number, ...values: (string | Uint8Array)[]): StreamUpdate {
  const updates = values.map((value) => ({ key: 'gw1', value: typeof value === 'string' ? new TextEncoder().encode(value) : value }));
  return create(StreamUpdateSchema, {
    stream: 'configs',
    version: BigInt(version),
    digest: `d${version}`,
    batch: { updates, resync: true },
  });
}

async function gateway() {
  const sent: FrameBody[] = [];
  const applied: number[] = [];
  const configs = new Configs({
    store: new MconfigStore(path),
    send: (body) => void sent.push(body),
    onApplied: (config) => void applied.push(config.magmad.checkinInterval),
    onRefused: () => undefined,
    log: silent,
  });
  await configs.load();
  const take = async (...updates: StreamUpdate[]) => {
    for (const one of updates) configs.take(one);
    await configs.settled();
  };
  return { configs, sent, applied, take };
}

describe('configs on the gateway', () => {
  it('writes the mconfig byte for byte, then acknowledges with version and digest', async () => {
    const { configs, sent, applied, take } = await gateway();
    expect(configs.position).toEqual({ version: 0n, digest: '' });
    await take(update(3, mconfig(15)));
    expect(await readFile(path, 'utf8')).toBe(mconfig(15));
    expect(sent).toEqual([{ case: 'ack', value: { stream: 'configs', version: 3n, digest: 'd3' } }]);
    expect(applied).toEqual([15]);
    expect(configs.current?.createdAt).toBe(1_700_000_000);
  });

  it('claims what it holds after a restart', async () => {
    const { take } = await gateway();
    await take(update(7, mconfig(15)));
    const restarted = await gateway();
    expect(restarted.configs.position).toEqual({ version: 7n, digest: 'd7' });
    expect(restarted.configs.current?.magmad.checkinInterval).toBe(15);
  });

  const bad: [string, string | Uint8Array, string, string][] = [
    ['broken JSON', '{"configsByKey": {', 'not JSON', ''],
    ['no UTF-8', Uint8Array.of(0xff, 0xfe), 'not UTF-8', ''],
    ['no object', '[]', 'not a JSON object', ''],
    ['no configsByKey', '{}', 'configsByKey', 'configsByKey'],
    ['no magmad', '{"configsByKey":{}}', 'no magmad', 'configsByKey.magmad'],
    [
      'magmad of another type',
      '{"configsByKey":{"magmad":{"@type":"type.googleapis.com/magma.mconfig.State"}}}',
      'magma.mconfig.State',
      'configsByKey.magmad.@type',
    ],
    [
      'a service without a type',
      `{"configsByKey":{"magmad":${JSON.stringify(magmad(5))},"mme":{}}}`,
      'does not name its type',
      'configsByKey.mme.@type',
    ],
    ['a wrong value in magmad', mconfig('often'), 'magmad cannot be read', 'configsByKey.magmad'],
  ];
  it.each(bad)('%s: refused with reason and path, and the old file stays', async (_name, value, reason, at) => {
    const { configs, sent, applied, take } = await gateway();
    await take(update(1, mconfig(15)));
    await take(update(2, value));
    expect(sent[1]).toMatchObject({
      case: 'nack',
      value: { stream: 'configs', version: 2n, path: at, reason: expect.stringContaining(reason) },
    });
    expect(await readFile(path, 'utf8')).toBe(mconfig(15));
    expect(configs.position).toEqual({ version: 1n, digest: 'd1' });
    expect(applied).toEqual([15]);
  });

  it('refuses an empty batch and one with two mconfigs', async () => {
    const { sent, take } = await gateway();
    await take(update(1));
    await take(update(2, mconfig(1), mconfig(2)));
    expect(sent.map((body) => body.case)).toEqual(['nack', 'nack']);
    expect(sent[1]?.value).toMatchObject({ reason: 'expected one mconfig, found 2' });
  });

  it('refuses with the reason when the file cannot be written', async () => {
    const { configs, sent, take } = await gateway();
    await mkdir(path, { recursive: true });
    await writeFile(join(path, 'in-the-way'), '');
    await take(update(1, mconfig(15)));
    expect(sent[0]).toMatchObject({ case: 'nack', value: { reason: expect.stringContaining('cannot be written') } });
    expect(configs.position.version).toBe(0n);
    expect((await readdir(join(folder, 'configs'))).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  it('applies only the newest of those that wait', async () => {
    const { sent, applied, take } = await gateway();
    await take(...Array.from({ length: 50 }, (_, index) => update(index + 1, mconfig(index + 10))));
    const acked = sent.map((body) => (body.case === 'ack' ? body.value.version : undefined));
    expect(acked).toEqual([1n, 50n]);
    expect(applied).toEqual([10, 59]);
    expect(await readFile(path, 'utf8')).toBe(mconfig(59));
  });

  it('claims nothing when it crashed between the mconfig and its position', async () => {
    const { take } = await gateway();
    await take(update(1, mconfig(15)));
    // The content of version 2 arrived on disk, its position did not.
    await writeFile(path, mconfig(30));
    const restarted = await gateway();
    expect(restarted.configs.position).toEqual({ version: 0n, digest: '' });
    expect(restarted.configs.current?.magmad.checkinInterval).toBe(30);
  });

  it('claims nothing when a file is damaged', async () => {
    const { take } = await gateway();
    await take(update(1, mconfig(15)));
    await writeFile(`${path}.position`, '{');
    expect((await gateway()).configs.position.version).toBe(0n);
    await writeFile(path, '{"configsByKey"');
    const damaged = await gateway();
    expect(damaged.configs.position.version).toBe(0n);
    expect(damaged.configs.current).toBeUndefined();
  });
});

describe('parseMconfig', () => {
  it('ignores fields and services that it does not know', () => {
    const text = JSON.stringify({
      configsByKey: { magmad: { ...magmad(5), newField: [1] }, other: { '@type': 'type.googleapis.com/x.Y', z: 1 } },
    });
    const parsed = parseMconfig(new TextEncoder().encode(text));
    expect(parsed.magmad.checkinInterval).toBe(5);
    expect(Object.keys(parsed.configsByKey)).toEqual(['magmad', 'other']);
    expect(parsed.createdAt).toBe(0);
  });
});
