import { create, type DescService, fromBinary, type Message, toBinary } from '@bufbuild/protobuf';
import { Code, ConnectError, createContextKey, type HandlerContext, type ServiceImpl } from '@connectrpc/connect';
import type { TlsClient } from '../../core/identity/client.ts';
import type { SouthboundMethod } from '../../core/module/facets.ts';
import type { Registry } from '../../core/module/registry.ts';
import { type GatewayClient, gatewayObject, type ObjectBindings } from '../../durable-objects/ports.ts';
import { connectHandler } from '../connect.ts';
import { admitGateway } from '../gateway-identity.ts';

type Caller = { readonly client: GatewayClient; readonly bindings: ObjectBindings } | { readonly refused: unknown };

const callerKey = createContextKey<Caller | undefined>(undefined, { description: 'the gateway that calls' });

export type Streamer = (request: Request, tls: TlsClient | undefined, bindings: ObjectBindings, requestId: string) => Promise<Response>;

/**
 * The southbound methods of all modules over HTTPS (Connect and gRPC-Web), for clients without a socket. The gateway's object answers,
 * as it does on the socket. Errors: the refusals of docs/protocol.md, as Connect errors.
 */
export function createStreamer(registry: Registry): Streamer {
  const services = Map.groupBy(registry.southbound.values(), (method) => method.service);
  const handle = connectHandler((router) => {
    for (const [service, methods] of services) router.service(service, implementation(methods));
  });
  return async (request, tls, bindings, requestId) => {
    const caller = await admitGateway(bindings.DB, tls, requestId, Date.now()).then(
      (client): Caller => ({ client, bindings }),
      (refused: unknown): Caller => {
        if (tellsInBody(request)) return { refused };
        throw refused;
      },
    );
    return handle(request, requestId, (values) => values.set(callerKey, caller));
  };
}

/** Clients of streaming calls and of gRPC-Web look for the outcome in the body: of a bare HTTP status they would tell no reason. */
const tellsInBody = (request: Request): boolean => /^application\/(connect\+|grpc-web)/.test(request.headers.get('content-type') ?? '');

function implementation(methods: readonly SouthboundMethod[]): Partial<ServiceImpl<DescService>> {
  return Object.fromEntries(
    methods.map((method) => {
      const desc = method.service.methods.find((candidate) => candidate.name === method.name);
      const name = desc?.localName ?? method.name;
      if (method.kind === 'unary') {
        return [
          name,
          async (request: Message, context: HandlerContext) => (await answers(method, request, context))[0] ?? create(method.output),
        ];
      }
      return [
        name,
        async function* stream(request: Message, context: HandlerContext) {
          yield* await answers(method, request, context);
        },
      ];
    }),
  ) as Partial<ServiceImpl<DescService>>;
}

async function answers(method: SouthboundMethod, request: Message, context: HandlerContext): Promise<Message[]> {
  const caller = context.values.get(callerKey);
  if (!caller) throw new ConnectError('no gateway was admitted', Code.Internal);
  if ('refused' in caller) throw caller.refused;
  const { client, bindings } = caller;
  const path = `/${method.service.typeName}/${method.name}`;
  const result = await gatewayObject(bindings, client.hardwareId).southbound(client, path, toBinary(method.input, request));
  if (!result.ok) throw new ConnectError(result.message, result.code as number as Code);
  return result.messages.map((message) => fromBinary(method.output, message));
}
