// Bootstrap and registration of services that speak native gRPC, carried to the cloud's bootstrap door, which speaks Connect over HTTPS.
import type { DescMethodUnary } from '@bufbuild/protobuf';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import type { Transport } from '@connectrpc/connect';
import { ConnectError } from '@connectrpc/connect';
import { GrpcError, GrpcStatus, methodPath } from '../../core/wire/grpc.ts';
import { Bootstrapper, Registration } from '../../proto/gen/orc8r/protos/bootstrapper_pb.js';
import { bootstrapFault } from '../bootstrap/cloud.ts';
import { reasonOf } from '../log.ts';
import type { GrpcCall } from './grpc-call.ts';

const { getChallenge, requestSign } = Bootstrapper.method;
const METHODS = new Map(
  [getChallenge, requestSign, Registration.method.register].map((method): [string, DescMethodUnary] => [methodPath(method), method]),
);

export interface BootstrapDoorOptions {
  transport: Transport;
  /** The cloud signed a certificate; magmad will write it. */
  onSigned: () => void;
}

/** Carries one call of the bootstrap services; no other is served here. Throws what `fail` of the call takes. */
export async function carryBootstrap(call: GrpcCall, { transport, onSigned }: BootstrapDoorOptions): Promise<void> {
  const method = METHODS.get(call.path);
  if (!method) throw new GrpcError(GrpcStatus.UNIMPLEMENTED, `the bootstrap door has no method ${call.path.slice(0, 200)}`);
  const payload = await call.request();
  if (!payload) return;
  const request = parsed(() => fromBinary(method.input, payload));
  const answer = await transport.unary(method, call.signal, call.timeLeftMs, undefined, request).catch((error: unknown) => {
    throw refusalOf(error);
  });
  call.send(toBinary(method.output, answer.message));
  call.end(GrpcStatus.OK);
  if (method === requestSign) onSigned();
}

/** The door's own refusal as it is; a door that could not be reached is UNAVAILABLE. */
function refusalOf(error: unknown): GrpcError {
  if (!(error instanceof ConnectError))
    return new GrpcError(GrpcStatus.UNAVAILABLE, `the bootstrap door is not reachable: ${reasonOf(error)}`);
  const onTheWay = error.cause instanceof Error && !(error.cause instanceof ConnectError);
  if (onTheWay) return new GrpcError(GrpcStatus.UNAVAILABLE, `the bootstrap door is not reachable: ${bootstrapFault(error)}`);
  const code = Object.values(GrpcStatus).find((status) => status === Number(error.code)) ?? GrpcStatus.UNKNOWN;
  return new GrpcError(code, error.rawMessage);
}

function parsed<T>(decode: () => T): T {
  try {
    return decode();
  } catch {
    throw new GrpcError(GrpcStatus.INVALID_ARGUMENT, 'the request does not parse as the message of this method');
  }
}
