import { createRegistry } from '../../core/module/registry.ts';
import { GatewayObject as Gateway } from '../../durable-objects/gateway/gateway-object.ts';
import { NetworkObject as Network } from '../../durable-objects/network/network-object.ts';
import type { ObjectBindings } from '../../durable-objects/ports.ts';
import { modules } from '../../modules/index.ts';
import { beacon } from './beacon.ts';

// The Worker that tests in workerd run against: the doors are the real ones, the objects know one more module.
export { default } from '../../workers/index.ts';

const registry = createRegistry([...modules, beacon]);

export class GatewayObject extends Gateway {
  constructor(state: DurableObjectState, bindings: ObjectBindings) {
    super(state, bindings, registry);
  }
}

export class NetworkObject extends Network {
  constructor(state: DurableObjectState, bindings: ObjectBindings) {
    super(state, bindings, registry);
  }
}
