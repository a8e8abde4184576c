import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FrameBody } from '../../core/wire/frame.ts';
import { type StreamUpdate, StreamUpdateSchema } from '../../proto/gen/orc8r/sync/v1/frame_pb.js';
import { silent } from '../log.ts';
import { filesOf, StreamStore } from './store.ts';
import { Streams } from './streams.ts';

let folder: string;
let path: string;
let store: StreamStore;
let streams: Streams;
let sent: FrameBody[];
let applied: string[];

const bytes = (text: string) => new TextEncoder().encode(text);
const held = (stream = 'policydb') =>
  Object.fromEntries([...store.items(stream)].map(({ key, value }) => [key, new TextDecoder().decode(value)]));

/** An update, or a part of one. */
function update(fields: Partial<StreamUpdate>, items: Record<string, string> = {}, resync = false) {
  const updates = Object.entries(items).map(([key, value]) => ({ key, value: bytes(value) }));
  const whole: MessageInitShape<typeof StreamUpdateSchema> = { stream: 'policydb', version: 1n, digest: 'd1', batch: { updates, resync } };
  return Object.assign(create(StreamUpdateSchema, whole), fields);
}

async function open(): Promise<void> {
  store = new StreamStore(path);
  streams = new Streams({
    ...{ store, path, streams: ['policydb', 'subscriberdb'], log: silent },
    send: (body) => void sent.push(body),
    onApplied: ({ version }) => void applied.push(String(version)),
  });
  await streams.load();
}

const rightsOf = (database: string) => Promise.all(filesOf(database).map(async (file) => (await stat(file)).mode & 0o777));

/** As after a restart. */
async function reopen(): Promise<void> {
  streams.stop();
  await open();
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'agent-streams-'));
  path = join(folder, 'streams', 'streams.sqlite');
  [sent, applied] = [[], []];
  await open();
});
afterEach(async () => {
  streams.stop();
  await rm(folder, { recursive: true });
});

describe('the streams of a gateway', () => {
  it('hold nothing at first, and are for their owner only', async () => {
    expect(streams.positions).toEqual(['policydb', 'subscriberdb'].map((stream) => ({ stream, version: 0n, digest: '', resume: '' })));
    // The log that SQLite writes ahead has the keys of subscribers before the file itself has them.
    streams.take(update({}, { a: '1' }, true));
    expect(await rightsOf(path)).toEqual([0o600, 0o600, 0o600]);
  });

  it('that an agent left readable for others are so no more', async () => {
    streams.take(update({}, { a: '1' }, true));
    for (const file of filesOf(path)) await chmod(file, 0o644);
    const second = new StreamStore(path);
    expect(second.position('policydb').version).toBe(1n);
    second.close();
    expect(await rightsOf(path)).toEqual([0o600, 0o600, 0o600]);
  });

  it('take the whole, then changes, and say so; what they hold outlives the process', async () => {
    streams.take(update({}, { a: '1', b: '2' }, true));
    streams.take(update({ version: 2n, digest: 'd2', baseDigest: 'd1', deleted: ['a', 'never there'] }, { b: '3', c: '4' }));
    expect([held(), applied]).toEqual([{ b: '3', c: '4' }, ['1', '2']]);
    expect(sent).toEqual([
      { case: 'ack', value: { stream: 'policydb', version: 1n, digest: 'd1', resume: '' } },
      { case: 'ack', value: { stream: 'policydb', version: 2n, digest: 'd2', resume: '' } },
    ]);
    await reopen();
    expect([held(), streams.positions[0]]).toEqual([
      { b: '3', c: '4' },
      { stream: 'policydb', version: 2n, digest: 'd2', resume: '' },
    ]);
    streams.take(update({ version: 3n, digest: 'd3' }, { z: '1' }, true));
    expect([held(), held('subscriberdb')]).toEqual([{ z: '1' }, {}]);
  });

  it('keep parts aside until the last has come, over a restart too', async () => {
    streams.take(update({}, { a: '1' }, true));
    const whole = (fields: Partial<StreamUpdate>, items: Record<string, string>) =>
      update({ version: 2n, digest: 'd2', ...fields }, items, true);
    streams.take(whole({ more: true, resume: 'r1' }, { b: '2', c: '3' }));
    expect([held(), streams.positions[0]]).toMatchObject([{ a: '1' }, { version: 1n, digest: 'd1', resume: 'r1' }]);
    await reopen();
    streams.take(whole({ more: true, resume: 'r2', follows: 'r1' }, { d: '4' }));
    streams.take(whole({ version: 3n, digest: 'd3', follows: 'r2', deleted: ['b'] }, { c: '5' }));
    expect([held(), streams.positions[0]]).toMatchObject([
      { c: '5', d: '4' },
      { version: 3n, digest: 'd3', resume: '' },
    ]);
    expect(sent.map(({ case: kind, value }) => [kind, (value as { resume?: string }).resume])).toEqual([
      ['ack', ''],
      ['ack', 'r1'],
      ['ack', 'r2'],
      ['ack', ''],
    ]);
    expect(applied).toEqual(['1', '3']);
  });

  it('start over when a first part comes again', () => {
    streams.take(update({ more: true, resume: 'r1' }, { a: '1' }, true));
    streams.take(update({ more: true, resume: 's1' }, { b: '1' }, true));
    streams.take(update({ follows: 's1' }, {}, true));
    expect(held()).toEqual({ b: '1' });
  });

  it('refuse a change of something else, and a part that does not follow, and keep what they had', () => {
    streams.take(update({}, { a: '1' }, true));
    streams.take(update({ version: 3n, digest: 'd3', baseDigest: 'd2' }, { a: '2' }));
    streams.take(update({ version: 3n, digest: 'd3', more: true, resume: 'r1' }, { b: '2' }, true));
    streams.take(update({ version: 3n, digest: 'd3', follows: 'r7' }, { c: '2' }, true));
    expect(sent.slice(1)).toEqual([
      { case: 'nack', value: { stream: 'policydb', version: 3n, reason: 'this is a change of other content than what is held', path: '' } },
      { case: 'ack', value: { stream: 'policydb', version: 3n, digest: 'd3', resume: 'r1' } },
      { case: 'nack', value: { stream: 'policydb', version: 3n, reason: 'this part does not go on from the one that is kept', path: '' } },
    ]);
    expect([held(), streams.positions[0]]).toMatchObject([{ a: '1' }, { digest: 'd1', resume: '' }]);
  });

  it('are taken anew when their file cannot be read', async () => {
    streams.take(update({}, { a: '1' }, true));
    streams.stop();
    await writeFile(path, 'x'.repeat(5000));
    await open();
    expect([streams.positions[0]?.digest, held()]).toEqual(['', {}]);
    streams.take(update({}, { a: '1' }, true));
    expect(held()).toEqual({ a: '1' });
  });

  it('refuse what cannot be written', async () => {
    const before = await readFile(path);
    store.take = () => {
      throw new Error('database or disk is full');
    };
    streams.take(update({}, { a: '1' }, true));
    expect(sent).toMatchObject([{ case: 'nack', value: { reason: 'database or disk is full' } }]);
    expect(await readFile(path)).toEqual(before);
  });
});
