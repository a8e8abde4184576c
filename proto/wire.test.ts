// Bytes worked out by hand from the protobuf encoding rules and the field numbers of the wire facts: a wrong number,
// type or label in a .proto file shows here, also when encoder and decoder agree with each other.
import { create, fromBinary, fromJson, isFieldSet, toBinary, toJson } from '@bufbuild/protobuf';
import { anyPack, anyUnpack, TimestampSchema } from '@bufbuild/protobuf/wkt';
import { describe, expect, it } from 'vitest';
import { LTESubscription_LTESubscriptionState, SubscriberDataSchema } from './gen/lte/protos/subscriberdb_pb.js';
import { MMESchema } from './gen/lte/protos/mconfig/mconfigs_pb.js';
import { MetricFamilySchema, MetricType } from './gen/metrics_pb.js';
import { ResponseSchema } from './gen/orc8r/protos/bootstrapper_pb.js';
import { CertificateSchema } from './gen/orc8r/protos/certifier_pb.js';
import { GatewayConfigsSchema } from './gen/orc8r/protos/mconfig_pb.js';
import { MagmaDSchema } from './gen/orc8r/protos/mconfig/mconfigs_pb.js';
import { StreamUpdateSchema } from './gen/orc8r/sync/v1/frame_pb.js';
import { GatewayRequestSchema, SyncRPCRequestSchema, SyncRPCResponseSchema } from './gen/orc8r/protos/sync_rpc_service_pb.js';
import { mconfigMessage, mconfigRegistry } from './mconfig-registry.ts';

/** Hex with free spacing; 'text' in quotes stands for its UTF-8 bytes. */
function bytes(notation: string): Uint8Array {
  const hex = notation.replace(/'([^']*)'/g, (_, text: string) => Buffer.from(text).toString('hex')).replace(/\s+/g, '');
  return Uint8Array.from(Buffer.from(hex, 'hex'));
}
const hex = (data: Uint8Array): string => Buffer.from(data).toString('hex');

describe('SyncRPC', () => {
  it('writes a heartbeat as field 3', () => {
    const encoded = toBinary(SyncRPCRequestSchema, create(SyncRPCRequestSchema, { heartBeat: true }));
    expect(hex(encoded)).toBe('1801');
    expect(fromBinary(SyncRPCResponseSchema, encoded).heartBeat).toBe(true);
  });

  it('writes a request with headers in field 5 and payload in field 6', () => {
    const request = create(GatewayRequestSchema, {
      gwId: 'hw1',
      authority: 'magmad',
      path: '/a/B',
      headers: { te: 'trailers' },
      payload: bytes('00 00 00 00 00'),
    });
    const expected = bytes("0a 03 'hw1'  12 06 'magmad'  1a 04 '/a/B'  2a 0e  0a 02 'te'  12 08 'trailers'  32 05 00 00 00 00 00");
    expect(hex(toBinary(GatewayRequestSchema, request))).toBe(hex(expected));
    const wrapped = toBinary(SyncRPCRequestSchema, create(SyncRPCRequestSchema, { reqId: 300, reqBody: request }));
    expect(hex(wrapped)).toBe(`08ac0212${expected.length.toString(16)}${hex(expected)}`);
    expect(fromBinary(GatewayRequestSchema, expected)).toEqual(request);
  });

  it('reads a keepConnActive reply', () => {
    const reply = fromBinary(SyncRPCResponseSchema, bytes("08 07  12 07  0a 03 '200'  28 01"));
    expect(reply).toMatchObject({ reqId: 7, heartBeat: false, respBody: { status: '200', keepConnActive: true, err: '' } });
  });
});

describe('bootstrap', () => {
  it('carries an ECDSA answer and the CSR', () => {
    const message = create(ResponseSchema, {
      hwId: { id: 'hw1' },
      challenge: bytes('aa bb'),
      response: { case: 'ecdsaResponse', value: { r: bytes('01'), s: bytes('02 03') } },
      csr: { id: { Value: { case: 'gateway', value: { hardwareId: 'hw1' } } }, validTime: { seconds: 345600n }, csrDer: bytes('30') },
    });
    const expected = bytes(
      `0a 05 0a 03 'hw1'   12 02 aa bb   2a 07  0a 01 01  12 02 02 03
       32 12  0a 07 0a 05 0a 03 'hw1'  12 04 08 80 8c 15  1a 01 30`,
    );
    expect(hex(toBinary(ResponseSchema, message))).toBe(hex(expected));
    const decoded = fromBinary(ResponseSchema, expected);
    expect(decoded.response.case).toBe('ecdsaResponse');
    expect(decoded.csr?.id?.Value.case).toBe('gateway');
  });

  it('reads a certificate with its serial and times', () => {
    const certificate = fromBinary(CertificateSchema, bytes("0a 04 0a 02 'AB'  12 02 08 05  1a 02 10 07  22 01 30"));
    expect(certificate.sn?.sn).toBe('AB');
    expect(certificate.notBefore).toEqual(create(TimestampSchema, { seconds: 5n }));
    expect(certificate.notAfter).toEqual(create(TimestampSchema, { nanos: 7 }));
    expect(hex(certificate.certDer)).toBe('30');
  });
});

describe('Prometheus metrics (proto2)', () => {
  const encoded = bytes(
    `0a 02 '60'  18 01
     22 1a  0a 06 0a 01 'a' 12 01 'b'  12 09 09 00 00 00 00 00 00 00 00  30 fb d0 95 ff bc 31`,
  );

  it('keeps an explicit zero apart from an absent value', () => {
    const family = fromBinary(MetricFamilySchema, encoded);
    expect(family.name).toBe('60');
    expect(family.type).toBe(MetricType.GAUGE);
    expect(isFieldSet(family, MetricFamilySchema.field.help)).toBe(false);
    const [metric] = family.metric;
    expect(metric?.gauge?.value).toBe(0);
    expect(metric?.counter).toBeUndefined();
    expect(metric?.timestampMs).toBe(1_700_000_000_123n);
    expect(hex(toBinary(MetricFamilySchema, family))).toBe(hex(encoded));
  });

  it('writes counter type zero because it was set', () => {
    const family = create(MetricFamilySchema, { name: 'c', type: MetricType.COUNTER, metric: [{ counter: { value: 1 } }] });
    const expected = bytes("0a 01 'c'  18 00  22 0b 1a 09 09 00 00 00 00 00 00 f0 3f");
    expect(hex(toBinary(MetricFamilySchema, family))).toBe(hex(expected));
  });

  it('takes histograms from field 7', () => {
    const encodedHistogram = bytes('18 04  22 11  3a 0f  08 05  1a 0b  08 05  11 00 00 00 00 00 00 f0 7f');
    const family = fromBinary(MetricFamilySchema, encodedHistogram);
    expect(family.metric[0]?.histogram?.bucket[0]).toMatchObject({ cumulativeCount: 5n, upperBound: Infinity });
  });
});

describe('mconfig', () => {
  const json = {
    configsByKey: {
      magmad: { '@type': 'type.googleapis.com/magma.mconfig.MagmaD', checkinInterval: 60, featureFlags: { fast: true } },
      mme: { '@type': 'type.googleapis.com/magma.mconfig.MME', mcc: '001', nonEpsServiceControl: 'NON_EPS_SERVICE_CONTROL_SMS_ORC8R' },
    },
    metadata: { createdAt: '1700000000' },
  };
  const withRegistry = { registry: mconfigRegistry };

  it('goes from JSON to bytes and back unchanged', () => {
    const configs = fromJson(GatewayConfigsSchema, json, withRegistry);
    const magmad = configs.configsByKey['magmad'];
    expect(magmad && hex(magmad.value)).toBe(hex(bytes("10 3c  4a 08 0a 04 'fast' 10 01")));
    const decoded = fromBinary(GatewayConfigsSchema, toBinary(GatewayConfigsSchema, configs));
    expect(toJson(GatewayConfigsSchema, decoded, withRegistry)).toEqual(json);
  });

  it('finds the messages of every module and refuses a foreign one', () => {
    for (const name of ['MagmaD', 'MME', 'SwxConfig', 'CwfGatewayHealthConfig']) {
      expect(mconfigMessage(name)?.typeName).toBe(`magma.mconfig.${name}`);
    }
    expect(mconfigMessage('Nothing')).toBeUndefined();
    const foreign = { configsByKey: { x: { '@type': 'type.googleapis.com/magma.mconfig.Nothing' } } };
    expect(() => fromJson(GatewayConfigsSchema, foreign, withRegistry)).toThrow(/magma\.mconfig\.Nothing/);
  });

  it('packs and unpacks by type', () => {
    const packed = anyPack(MMESchema, create(MMESchema, { mcc: '001', amfName: 'amf' }));
    expect(packed.typeUrl).toBe('type.googleapis.com/magma.mconfig.MME');
    // mcc is field 2, amf_name field 50, whose tag (50 << 3 | 2 = 402) takes two bytes
    expect(hex(packed.value)).toBe(hex(bytes("12 03 '001'  92 03 03 'amf'")));
    expect(anyUnpack(packed, MMESchema)?.amfName).toBe('amf');
    expect(anyUnpack(packed, MagmaDSchema)).toBeUndefined();
  });
});

describe('streams', () => {
  it('carries a subscriber in a stream update', () => {
    const subscriber = create(SubscriberDataSchema, {
      sid: { id: '001010000000001' },
      lte: { state: LTESubscription_LTESubscriptionState.ACTIVE, authKey: bytes('0f') },
      subProfile: 'default',
    });
    const value = bytes("0a 11 0a 0f '001010000000001'  1a 05 08 01 1a 01 0f  32 07 'default'");
    expect(hex(toBinary(SubscriberDataSchema, subscriber))).toBe(hex(value));
    const update = create(StreamUpdateSchema, {
      stream: 's',
      version: 2n,
      batch: { updates: [{ key: 'k', value: bytes('01') }], resync: true },
    });
    const expected = bytes("0a 01 's'  10 02  22 0a  0a 06 0a 01 'k' 12 01 01  10 01");
    expect(hex(toBinary(StreamUpdateSchema, update))).toBe(hex(expected));
  });
});
