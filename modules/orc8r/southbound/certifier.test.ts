import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { OrcError } from '../../../core/errors.ts';
import type { GatewayCertificates } from '../../../core/module/facets.ts';
import { Certifier } from '../../../proto/gen/orc8r/cloud/go/services/certifier/protos/certifier_pb.js';
import { type CSR, CSRSchema, CertType } from '../../../proto/gen/orc8r/protos/certifier_pb.js';
import { certifier } from './certifier.ts';
import { call, fakeContext } from './testing/fake-context.ts';

const der = Uint8Array.of(0x30, 1);
const issued = { serial: 'AB', fingerprint: 'f', der, notBefore: 1000, notAfter: 5000, issuer: 'i' };

function setUp(change: Partial<GatewayCertificates> = {}) {
  const asked: CSR[] = [];
  const certificates: GatewayCertificates = {
    authority: async (kind) => new TextEncoder().encode(kind),
    issueVpn: async (csr) => {
      asked.push(csr);
      return issued;
    },
    ...change,
  };
  return { asked, context: { ...fakeContext().context, certificates } };
}

describe('Certifier', () => {
  it.each([
    ['DEFAULT', CertType.DEFAULT, 'client'],
    ['VPN', CertType.VPN, 'vpn'],
  ])('GetCA answers the authority for %s', async (_name, certType, expected) => {
    const [answer] = await call(certifier, Certifier.method.getCA, setUp().context, { certType });
    expect(new TextDecoder().decode(answer?.cert)).toBe(expected);
  });

  it('SignAddCertificate answers the certificate for the VPN', async () => {
    const { asked, context } = setUp();
    const request = { certType: CertType.VPN, csrDer: Uint8Array.of(7) };
    const [answer] = await call(certifier, Certifier.method.signAddCertificate, context, request);
    expect(answer).toMatchObject({ sn: { sn: 'AB' }, notBefore: { seconds: 1n }, notAfter: { seconds: 5n }, certDer: der });
    expect(asked).toEqual([create(CSRSchema, request)]);
  });

  it('signs no certificate that opens this platform, and none of an unknown type', async () => {
    const { asked, context } = setUp();
    await expect(call(certifier, Certifier.method.signAddCertificate, context, {})).rejects.toMatchObject({
      code: 'precondition_failed',
      message: expect.stringContaining('Bootstrapper.RequestSign'),
    });
    await expect(call(certifier, Certifier.method.signAddCertificate, context, { certType: 9 as CertType })).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('9 is no type'),
    });
    expect(asked).toEqual([]);
  });

  it('hands on why there is none', async () => {
    const none = () => Promise.reject(new OrcError('precondition_failed', 'no VPN here'));
    const { context } = setUp({ issueVpn: none });
    await expect(call(certifier, Certifier.method.signAddCertificate, context, { certType: CertType.VPN })).rejects.toThrow('no VPN here');
  });
});
