// How a local service of this gateway is put at the cloud's disposal.
import type { DescMethodServerStreaming, DescMethodUnary, DescService, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';

export interface CallContext {
  /** Fires when the caller has gone or the connection is lost. */
  signal: AbortSignal;
}

type Handler<M> =
  M extends DescMethodUnary<infer I, infer O>
    ? (request: MessageShape<I>, context: CallContext) => Promise<MessageInitShape<O>>
    : M extends DescMethodServerStreaming<infer I, infer O>
      ? (request: MessageShape<I>, context: CallContext) => AsyncIterable<MessageInitShape<O>>
      : never;

/** The methods of a service that are served; the others are UNIMPLEMENTED. */
export type ServiceHandlers<S extends DescService> = { [K in keyof S['method']]?: Handler<S['method'][K]> };

/** A method by its bytes: each message that it gives is one gRPC message of the reply. */
export interface ServedMethod {
  streaming: boolean;
  run: (request: Uint8Array, context: CallContext) => AsyncIterable<Uint8Array>;
}

/** The served methods of a service by gRPC path. */
export function serve<S extends DescService>(service: S, handlers: ServiceHandlers<S>): [string, ServedMethod][] {
  return service.methods.flatMap((method): [string, ServedMethod][] => {
    // The mapped type above ties each handler to its method; a loop over the descriptors cannot carry that.
    const handler = handlers[method.localName as keyof S['method']] as ((request: unknown, context: CallContext) => unknown) | undefined;
    if (!handler) return [];
    const decode = (bytes: Uint8Array) => fromBinary(method.input, bytes);
    const encode = (message: unknown) => toBinary(method.output, create(method.output, message as MessageInitShape<typeof method.output>));
    const path = `/${service.typeName}/${method.name}`;
    if (method.methodKind === 'unary') {
      const run = async function* (bytes: Uint8Array, context: CallContext) {
        yield encode(await handler(decode(bytes), context));
      };
      return [[path, { streaming: false, run }]];
    }
    if (method.methodKind !== 'server_streaming') return [];
    const run = async function* (bytes: Uint8Array, context: CallContext) {
      for await (const message of handler(decode(bytes), context) as AsyncIterable<unknown>) yield encode(message);
    };
    return [[path, { streaming: true, run }]];
  });
}
