import { create } from '@bufbuild/protobuf';
import { invalid } from '../../core/errors.ts';
import { type SouthboundMethod, unary } from '../../core/module/facets.ts';
import { Hello, HelloReplySchema } from '../../proto/gen/feg/protos/hello_pb.js';

const MAX_GREETING = 1024;

/** What gateways can call: by the socket, and over HTTPS, with the same code. */
export const southbound: readonly SouthboundMethod[] = [
  unary(Hello.method.sayHello, async ({ greeting }, context) => {
    if (greeting.length > MAX_GREETING) throw invalid(`greeting: at most ${MAX_GREETING} characters`);
    return create(HelloReplySchema, { greeting: `${greeting} (${context.gatewayId} of ${context.networkId})` });
  }),
];
