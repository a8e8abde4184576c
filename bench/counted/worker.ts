import type { ObjectBindings } from '../../durable-objects/ports.ts';
import product, { GatewayObject as Gateway, NetworkObject as Network } from '../../workers/index.ts';
import { counted, take } from './d1.ts';

// The product's Worker with a counter at its database. It is started by benchmarks alone, and so is the path that tells the count.
type Environment = Parameters<typeof product.fetch>[1];

const environments = new WeakMap<object, Environment>();

function withCount(env: Environment): Environment {
  const known = environments.get(env) ?? { ...env, DB: counted(env.DB) };
  environments.set(env, known);
  return known;
}

export class GatewayObject extends Gateway {
  constructor(state: DurableObjectState, bindings: ObjectBindings) {
    super(state, { ...bindings, DB: counted(bindings.DB) });
  }
}

export class NetworkObject extends Network {
  constructor(state: DurableObjectState, bindings: ObjectBindings) {
    super(state, { ...bindings, DB: counted(bindings.DB) });
  }
}

export default {
  fetch: (request, env, context) =>
    new URL(request.url).pathname === '/bench/d1'
      ? Promise.resolve(Response.json(take()))
      : product.fetch(request, withCount(env), context),
  scheduled: (controller, env) => product.scheduled(controller, withCount(env)),
} satisfies ExportedHandler<Environment>;
