import { create } from '@bufbuild/protobuf';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EnodebDSchema, MMESchema, SubscriberDBSchema } from '../../proto/gen/lte/protos/mconfig/mconfigs_pb.js';
import { LogLevel } from '../../proto/gen/orc8r/protos/common_pb.js';
import { MagmaDSchema, SharedMconfigSchema } from '../../proto/gen/orc8r/protos/mconfig/mconfigs_pb.js';
import type { MconfigEntry } from '../module/facets.ts';
import { md5Hex } from './md5.ts';
import { renderMconfig } from './render.ts';

const configs = (...entries: MconfigEntry[]): string => {
  const document = renderMconfig(entries).document(0);
  return document.slice('{"configsByKey":'.length, -',"metadata":{"created_at":0}}'.length);
};
const magmad = (fields: Parameters<typeof create<typeof MagmaDSchema>>[1]): MconfigEntry => ({
  key: 'magmad',
  schema: MagmaDSchema,
  message: create(MagmaDSchema, fields),
});

describe('mconfig JSON', () => {
  it('is an object by key with metadata in snake case and whole seconds', () => {
    const { document, digest } = renderMconfig([magmad({ checkinInterval: 60 })]);
    const inner = '{"magmad":{"@type":"type.googleapis.com/magma.mconfig.MagmaD","checkinInterval":60}}';
    expect(document(1_700_000_000_999)).toBe(`{"configsByKey":${inner},"metadata":{"created_at":1700000000}}`);
    expect(digest).toBe(md5Hex(inner));
  });

  it('has the same digest whenever it arose, and for no entries at all', () => {
    expect(renderMconfig([]).document(5000)).toBe('{"configsByKey":{},"metadata":{"created_at":5}}');
    expect(renderMconfig([]).digest).toBe('99914b932bd37a50b983c5e7c90ae93b');
  });

  it('omits defaults, names enums, and writes 64-bit integers as strings', () => {
    expect(
      configs(
        magmad({
          logLevel: LogLevel.WARNING,
          autoupgradeEnabled: false,
          images: [
            { name: 'a', order: -9_007_199_254_740_993n },
            { name: '', order: 0n },
          ],
        }),
      ),
    ).toBe(
      '{"magmad":{"@type":"type.googleapis.com/magma.mconfig.MagmaD","logLevel":"WARNING","images":[{"name":"a","order":"-9007199254740993"},{}]}}',
    );
  });

  it('writes bytes as padded standard base64', () => {
    const message = create(SubscriberDBSchema, { lteAuthOp: Uint8Array.of(0xfb, 0xff, 0xfe), lteAuthAmf: Uint8Array.of(0x80, 0) });
    expect(configs({ key: 's', schema: SubscriberDBSchema, message })).toBe(
      '{"s":{"@type":"type.googleapis.com/magma.mconfig.SubscriberDB","lteAuthOp":"+//+","lteAuthAmf":"gAA="}}',
    );
  });

  it('keeps defaults inside maps, where their keys count', () => {
    expect(configs(magmad({ featureFlags: { on: true, off: false } }))).toContain('"featureFlags":{"off":false,"on":true}');
  });

  it('sorts keys and map keys as text, also those that look like numbers, and nested ones', () => {
    const message = create(MMESchema, { serviceAreaMaps: { '10': { tac: [2, 1] }, '9': { tac: [3] }, a: {}, B: {} } });
    expect(configs({ key: 'mme', schema: MMESchema, message })).toContain(
      '"serviceAreaMaps":{"10":{"tac":[2,1]},"9":{"tac":[3]},"B":{},"a":{}}',
    );
    const enodebd = create(EnodebDSchema, { enbConfigsBySerial: { '7': { pci: 1 }, '1202': { pci: 2 } } });
    expect(
      configs({ key: '9', schema: EnodebDSchema, message: enodebd }, magmad({}), {
        key: '10',
        schema: MMESchema,
        message: create(MMESchema),
      }),
    ).toBe(
      '{"10":{"@type":"type.googleapis.com/magma.mconfig.MME"},' +
        '"9":{"@type":"type.googleapis.com/magma.mconfig.EnodebD","enbConfigsBySerial":{"1202":{"pci":2},"7":{"pci":1}}},' +
        '"magmad":{"@type":"type.googleapis.com/magma.mconfig.MagmaD"}}',
    );
  });

  it('writes 32-bit floats with as few digits as read back the same', () => {
    const rate = (sampleRate: number) =>
      configs({ key: 's', schema: SharedMconfigSchema, message: create(SharedMconfigSchema, { sentryConfig: { sampleRate } }) });
    expect(rate(0.1)).toContain('"sampleRate":0.1}');
    expect(rate(Math.fround(0.1))).toContain('"sampleRate":0.1}');
    expect(rate(0.123456789)).toContain('"sampleRate":0.12345679}');
    expect(rate(1)).toContain('"sampleRate":1}');
    fc.assert(
      fc.property(fc.float({ min: Math.fround(1e-7), max: 1, noNaN: true }), (value) => {
        expect(Math.fround(Number(/"sampleRate":([^}]+)/.exec(rate(value))?.[1]))).toBe(value);
      }),
      { seed: 7 },
    );
  });

  it('escapes what JSON must escape, and is UTF-8 otherwise', () => {
    expect(configs(magmad({ tierId: 'a"\\\n\u0001 ü' }))).toContain('"tierId":"a\\"\\\\\\n\\u0001 ü"');
  });
});
