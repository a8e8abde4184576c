// What follows from the end of a connection, or from a refusal to open one (docs/protocol.md, "Refusals" and "Close codes").
import { GrpcStatus } from '../../core/wire/grpc.ts';
import { CloseCode } from '../../core/wire/limits.ts';
import type { ReconnectTimes } from './backoff.ts';

/** How a connection ended. */
export type End =
  | { kind: 'refused'; status: number; code: string; message: string; retryAfterMs: number | undefined }
  | { kind: 'closed'; code: number; reason: string }
  | { kind: 'failed'; reason: string; tlsAlert: boolean };

export interface Verdict {
  /** Get a new certificate before the next attempt. */
  bootstrap: boolean;
  /** Wait at least this long, in milliseconds, on top of which comes the back-off. */
  leastMs: number;
  /** A fault of this agent or of the cloud, not of the network: worth an error line. */
  bug: boolean;
  /**
   * How calls are refused meanwhile: PERMISSION_DENIED when the cloud refuses this gateway or its certificate, which is what makes
   * magmad bootstrap again (SOUTHBOUND 1), otherwise UNAVAILABLE.
   */
  code: GrpcStatus;
  /** For the log, and for who calls meanwhile. */
  reason: string;
}

const BUGS: readonly number[] = [CloseCode.unexpectedText, CloseCode.frameTooLarge, CloseCode.badFrame, CloseCode.unread];

export function judge(end: End, times: ReconnectTimes): Verdict {
  const code = isRefusal(end) ? GrpcStatus.PERMISSION_DENIED : GrpcStatus.UNAVAILABLE;
  const verdict: Verdict = { bootstrap: false, leastMs: 0, bug: false, code, reason: describe(end) };
  switch (end.kind) {
    case 'failed':
      return { ...verdict, bootstrap: end.tlsAlert };
    case 'refused':
      if (end.code.startsWith('certificate_')) return { ...verdict, bootstrap: true };
      if (end.code === 'unregistered_gateway' || end.code === 'not_a_gateway') return { ...verdict, leastMs: times.slowMs };
      if (end.status === 400) return { ...verdict, bug: true };
      return { ...verdict, leastMs: end.retryAfterMs ?? 0 };
    case 'closed':
      if (end.code === CloseCode.certificateRefused) return { ...verdict, bootstrap: true };
      if (end.code === CloseCode.gatewayRemoved) return { ...verdict, leastMs: times.slowMs };
      if (end.code === CloseCode.replaced) return { ...verdict, leastMs: times.replacedMs };
      return { ...verdict, bug: BUGS.includes(end.code) };
  }
}

function isRefusal(end: End): boolean {
  switch (end.kind) {
    case 'failed':
      return end.tlsAlert;
    case 'refused':
      return end.status === 401 || end.status === 403;
    case 'closed':
      return end.code === CloseCode.certificateRefused || end.code === CloseCode.gatewayRemoved;
  }
}

function describe(end: End): string {
  switch (end.kind) {
    case 'failed':
      return end.reason;
    case 'refused':
      return `refused with ${end.status} ${end.code}: ${end.message}`;
    case 'closed':
      // Not a code that anybody sent: the peer or the way to it is gone.
      if (end.code === 1006) return 'the connection broke';
      return `closed with ${end.code}${end.reason ? `: ${end.reason}` : ''}`;
  }
}
