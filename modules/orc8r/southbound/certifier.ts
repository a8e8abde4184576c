import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { OrcError } from '../../../core/errors.ts';
import { type SouthboundMethod, unary } from '../../../core/module/facets.ts';
import { Certifier } from '../../../proto/gen/orc8r/cloud/go/services/certifier/protos/certifier_pb.js';
import { CACertSchema, CertificateSchema, CertType } from '../../../proto/gen/orc8r/protos/certifier_pb.js';

/**
 * Certifier: the authorities' certificates (DER), and certificates for the VPN (SOUTHBOUND.md 2). That with which a gateway comes here is the
 * Bootstrapper's to sign, against the challenge key: one that was stolen must not renew itself.
 */
export const certifier: readonly SouthboundMethod[] = [
  unary(Certifier.method.getCA, async ({ certType }, { certificates }) =>
    create(CACertSchema, { cert: await certificates.authority(kindOf(certType)) }),
  ),
  unary(Certifier.method.signAddCertificate, async (csr, { certificates }) => {
    if (kindOf(csr.certType) !== 'vpn')
      throw new OrcError(
        'precondition_failed',
        'only certificates of type VPN are signed here: Bootstrapper.RequestSign signs those of type DEFAULT',
        {
          reason: 'csr_type',
        },
      );
    const { serial, notBefore, notAfter, der } = await certificates.issueVpn(csr);
    return create(CertificateSchema, {
      sn: { sn: serial },
      notBefore: timestampFromMs(notBefore),
      notAfter: timestampFromMs(notAfter),
      certDer: der,
    });
  }),
];

function kindOf(type: CertType): 'client' | 'vpn' {
  switch (type) {
    case CertType.DEFAULT:
      return 'client';
    case CertType.VPN:
      return 'vpn';
    default:
      throw new OrcError('invalid', `cert_type: ${String(type)} is no type of certificate; 0 is DEFAULT, 1 is VPN`);
  }
}
