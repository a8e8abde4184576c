// The deadline of a call as gRPC clients write it (gRPC over HTTP/2, "Timeout").
import { GrpcError, GrpcStatus } from '../../core/wire/grpc.ts';

const MILLISECONDS: Readonly<Record<string, number>> = { H: 3600_000, M: 60_000, S: 1000, m: 1, u: 1e-3, n: 1e-6 };

/** More than a timer can wait; whoever waits longer waits this long. Milliseconds. */
const MAX_MS = 2 ** 31 - 1;

/** Milliseconds of a `grpc-timeout` header, rounded up; undefined without one. Throws GrpcError INVALID_ARGUMENT when it is none. */
export function parseTimeout(header: string | undefined): number | undefined {
  if (header === undefined) return undefined;
  const [, digits, unit] = /^(\d{1,8})([HMSmun])$/.exec(header) ?? [];
  const factor = MILLISECONDS[unit ?? ''];
  if (digits === undefined || factor === undefined) {
    throw new GrpcError(GrpcStatus.INVALID_ARGUMENT, `grpc-timeout ${JSON.stringify(header.slice(0, 40))} is not valid`);
  }
  return Math.min(Math.ceil(Number(digits) * factor), MAX_MS);
}
