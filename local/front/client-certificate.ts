import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';

/** `request.cf.tlsClientAuth` as Cloudflare fills it: strings throughout, flags as "1" and "0". */
export interface TlsClientAuth {
  certPresented: '0' | '1';
  /** `SUCCESS`, `NONE` or `FAILED:<reason>`. */
  certVerified: string;
  /** Always "0" here: what is revoked stands in the platform's own table of certificates. */
  certRevoked: '0';
  certIssuerDN: string;
  certSubjectDN: string;
  certIssuerDNRFC2253: string;
  certSubjectDNRFC2253: string;
  certIssuerDNLegacy: string;
  certSubjectDNLegacy: string;
  /** Upper-case hex. */
  certSerial: string;
  certIssuerSerial: string;
  certSKI: string;
  certIssuerSKI: string;
  /** Lower-case hex without colons. */
  certFingerprintSHA1: string;
  certFingerprintSHA256: string;
  /** As OpenSSL prints it: `Dec 22 19:39:00 2018 GMT`. */
  certNotBefore: string;
  certNotAfter: string;
}

/** What a connection presented. */
export interface Presented {
  /** Judged anew for each request: a connection may outlive its certificate. */
  auth(now: Date): TlsClientAuth;
}

const NOTHING: TlsClientAuth = {
  certPresented: '0',
  certVerified: 'NONE',
  certRevoked: '0',
  certIssuerDN: '',
  certSubjectDN: '',
  certIssuerDNRFC2253: '',
  certSubjectDNRFC2253: '',
  certIssuerDNLegacy: '',
  certSubjectDNLegacy: '',
  certSerial: '',
  certIssuerSerial: '',
  certSKI: '',
  certIssuerSKI: '',
  certFingerprintSHA1: '',
  certFingerprintSHA256: '',
  certNotBefore: '',
  certNotAfter: '',
};

const REASONS: Record<string, string> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'self signed certificate',
  SELF_SIGNED_CERT_IN_CHAIN: 'self signed certificate in certificate chain',
  UNABLE_TO_GET_ISSUER_CERT: 'unable to get issuer certificate',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'unable to get local issuer certificate',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'unable to verify the first certificate',
  CERT_SIGNATURE_FAILURE: 'certificate signature failure',
  INVALID_PURPOSE: 'unsupported certificate purpose',
};

/** Reads what the client of a TLS connection presented; undefined when it presented nothing. */
export function presentedOn(socket: TLSSocket, certifiers: readonly X509Certificate[]): Presented | undefined {
  const certificate = socket.getPeerX509Certificate();
  if (!certificate) return undefined;
  // OpenSSL reports only its last complaint, and "expired" may hide "of a stranger": the signature is checked by itself.
  const issuer = certifiers.find((each) => certificate.checkIssued(each) && certificate.verify(each.publicKey));
  const ours = issuer !== undefined;
  const complaint = String(socket.authorizationError ?? '');
  const onlyDates = socket.authorized || complaint === 'CERT_HAS_EXPIRED' || complaint === 'CERT_NOT_YET_VALID';
  const facts = describe(certificate, issuer);
  return {
    auth(now) {
      if (!ours || !onlyDates) {
        const hidden = ours || !onlyDates ? complaint : 'UNABLE_TO_VERIFY_LEAF_SIGNATURE';
        return {
          ...facts,
          certVerified: `FAILED:${REASONS[hidden] ?? (hidden.toLowerCase().replaceAll('_', ' ') || 'certificate rejected')}`,
        };
      }
      if (now < certificate.validFromDate) return { ...facts, certVerified: 'FAILED:certificate is not yet valid' };
      if (now > certificate.validToDate) return { ...facts, certVerified: 'FAILED:certificate has expired' };
      return { ...facts, certVerified: 'SUCCESS' };
    },
  };
}

export function nothingPresented(): TlsClientAuth {
  return NOTHING;
}

function describe(certificate: X509Certificate, authority: X509Certificate | undefined): TlsClientAuth {
  const subject = names(certificate.subject);
  const issuer = names(certificate.issuer);
  return {
    ...NOTHING,
    certPresented: '1',
    certIssuerDN: rfc2253(issuer),
    certSubjectDN: rfc2253(subject),
    certIssuerDNRFC2253: rfc2253(issuer),
    certSubjectDNRFC2253: rfc2253(subject),
    certIssuerDNLegacy: legacy(issuer),
    certSubjectDNLegacy: legacy(subject),
    certSerial: certificate.serialNumber.toUpperCase(),
    certIssuerSerial: authority?.serialNumber.toUpperCase() ?? '',
    certFingerprintSHA1: hex(certificate.fingerprint),
    certFingerprintSHA256: hex(certificate.fingerprint256),
    certNotBefore: certificate.validFrom,
    certNotAfter: certificate.validTo,
  };
}

/** Node prints one part of a name a line, special characters already escaped as RFC 2253 asks. */
function names(text: string | undefined): string[] {
  return (text ?? '').split('\n').filter((line) => line !== '');
}

function rfc2253(parts: readonly string[]): string {
  return parts.toReversed().join(',');
}

function legacy(parts: readonly string[]): string {
  return parts.map((part) => `/${part}`).join('');
}

function hex(fingerprint: string): string {
  return fingerprint.replaceAll(':', '').toLowerCase();
}
