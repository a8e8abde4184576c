import { type Certifier, certifierOf } from '../../core/certifier/certifier.ts';
import { issueVpnCertificate } from '../../core/certifier/vpn.ts';
import type { Database } from '../../core/db/database.ts';
import { OrcError } from '../../core/errors.ts';
import type { GatewayCertificates } from '../../core/module/facets.ts';
import type { AuthorityBindings, GatewayClient } from '../ports.ts';

/** The authorities, for a gateway that is calling. */
export function gatewayCertificates(
  bindings: AuthorityBindings,
  db: Database,
  gateway: GatewayClient,
  now: () => number,
): GatewayCertificates {
  const vpn = async (): Promise<Certifier> => {
    if (bindings.VPN_CERT && bindings.VPN_KEY) return certifierOf(bindings.VPN_CERT, bindings.VPN_KEY, 'VPN');
    throw new OrcError(
      'precondition_failed',
      'this platform has no authority for VPNs: its operator makes one with `npm run ca -- create vpn` (docs/operations.md, "VPN")',
      { reason: 'vpn_missing' },
    );
  };
  return {
    authority: async (kind) =>
      (kind === 'vpn' ? await vpn() : await certifierOf(bindings.CERTIFIER_CERT, bindings.CERTIFIER_KEY)).certificate,
    issueVpn: async (csr) => issueVpnCertificate({ db, certifier: await vpn(), gateway, csr, requestId: crypto.randomUUID(), now: now() }),
  };
}
