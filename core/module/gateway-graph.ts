import type { Entity, Graph, Network } from '../configurator/model.ts';

/** What a builder and a stream see of a network: plain data, so that a module may one day live in another Worker. */
export interface GatewayGraph {
  readonly network: Network;
  /** The base gateway (`magmad_gateway`). */
  readonly gateway: Entity;
  /**
   * The gateway, everything below it, everything above any of those, and all entities of the network-wide types; only types
   * that some builder or stream declares.
   */
  readonly graph: Graph;
}
