import { child, type Entity, find } from '../../../core/configurator/model.ts';
import { OrcError } from '../../../core/errors.ts';
import type { GatewayGraph, MconfigEntry } from '../../../core/module/facets.ts';
import { networkConfig } from '../../orc8r/mconfig/configs.ts';
import type { GatewayCellularConfigs } from '../schemas/gateway-cellular-configs.ts';
import type { NetworkCellularConfigs } from '../schemas/network-cellular-configs.ts';

/** A gateway with everything that the LTE builders need of it. */
export interface LteGateway {
  readonly input: GatewayGraph;
  readonly network: NetworkCellularConfigs;
  readonly cellular: Entity;
  readonly gateway: GatewayCellularConfigs;
}

/**
 * The LTE side of a gateway, or undefined when network or gateway have none: then the LTE builders say nothing.
 * Error `aborted` when one of them has no `ran` or `epc`; the gateway keeps what it has. Source: SOUTHBOUND.md 8, last rule.
 */
export function lteGateway(input: GatewayGraph): LteGateway | undefined {
  const network = networkConfig<Partial<NetworkCellularConfigs>>(input, 'cellular_network');
  const key = child(input.gateway, 'cellular_gateway');
  const cellular = key === undefined ? undefined : find(input.graph, 'cellular_gateway', key);
  const gateway = cellular?.config as Partial<GatewayCellularConfigs> | null | undefined;
  if (!network || !cellular || !gateway) return undefined;
  return {
    input,
    network: { ...network, ...complete(network, `network "${input.network.id}"`) },
    cellular,
    gateway: { ...gateway, ...complete(gateway, `gateway "${cellular.key}"`) },
  };
}

function complete<R, P>(config: { ran?: R; epc?: P }, what: string): { ran: NonNullable<R>; epc: NonNullable<P> } {
  const { ran, epc } = config;
  if (!ran || !epc) throw new OrcError('aborted', `the cellular config of ${what} has no ${ran ? 'epc' : 'ran'} part`);
  return { ran, epc };
}

/** A builder that is silent for gateways without an LTE side. */
export const forLte =
  (build: (lte: LteGateway) => readonly MconfigEntry[]) =>
  (input: GatewayGraph): readonly MconfigEntry[] => {
    const lte = lteGateway(input);
    return lte ? build(lte) : [];
  };
