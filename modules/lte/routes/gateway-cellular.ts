import type { z } from 'zod';
import type { Entity, Graph } from '../../../core/configurator/model.ts';
import type { Query } from '../../../core/db/statement.ts';
import { invalid, refuse } from '../../../core/errors.ts';
import type { Route } from '../../../core/module/route.ts';
import { entityPart } from '../../../core/rest/entity-part.ts';
import { cellularGatewayPoolRecords } from '../schemas/cellular-gateway-pool.ts';
import { gatewayCellularConfigs, type GatewayCellularConfigs } from '../schemas/gateway-cellular-configs.ts';
import { gatewayDnsConfigs, gatewayDnsRecords } from '../schemas/gateway-dns-configs.ts';
import { gatewayEpcConfigs } from '../schemas/gateway-epc-configs.ts';
import { gatewayNgcConfigs } from '../schemas/gateway-ngc-configs.ts';
import { gatewayNonEpsConfigs } from '../schemas/gateway-non-eps-configs.ts';
import { gatewayRanConfigs } from '../schemas/gateway-ran-configs.ts';
import { CELLULAR_GATEWAY } from '../services/entity-types.ts';
import { setCellularConfig, withPools } from '../services/gateway/cellular.ts';
import { namedPools, poolFaults } from '../services/gateway/references.ts';

const common = { param: 'gateway_id', tag: 'LTE Gateways', noun: 'LTE gateway', type: CELLULAR_GATEWAY, action: 'gateway.update' } as const;
const path = '/lte/{network_id}/gateways/{gateway_id}/cellular';

const configOf = (entity: Entity): GatewayCellularConfigs => entity.config as GatewayCellularConfigs;

interface Block<S extends z.ZodType> {
  /** Below `cellular`: `/epc`. */
  readonly at: string;
  readonly name: string;
  readonly what: string;
  readonly schema: S;
  readonly read: (config: GatewayCellularConfigs) => z.output<S> | undefined;
  readonly write: (config: GatewayCellularConfigs, value: z.output<S>) => GatewayCellularConfigs;
}

/** GET and PUT of one block of a gateway's cellular settings. */
const block = <S extends z.ZodType>({ at, name, what, schema, read, write }: Block<S>): Route[] =>
  entityPart({
    ...common,
    path: `${path}${at}`,
    name: `LteGateway${name}`,
    what: `${what} of an LTE gateway`,
    schema,
    read: (entity) => read(configOf(entity)),
    write: (value, entity) => setCellularConfig(entity.key, write(configOf(entity), value)),
    merges: true,
  });

/** The cellular settings of a gateway, and each part of them. */
export const gatewayCellularRoutes: readonly Route[] = [
  ...entityPart({
    ...common,
    path,
    name: 'LteGatewayCellular',
    what: 'cellular settings of an LTE gateway',
    schema: gatewayCellularConfigs,
    read: configOf,
    needs: (config, networkId): Query<Graph> => namedPools(networkId, config.pooling),
    write: (config, entity, pools) => {
      refuse(poolFaults(config.pooling ?? [], pools, 'body.pooling'));
      return setCellularConfig(entity.key, config);
    },
  }),
  ...block({
    at: '/epc',
    name: 'Epc',
    what: 'packet core settings',
    schema: gatewayEpcConfigs,
    read: (config) => config.epc,
    write: (config, epc) => ({ ...config, epc }),
  }),
  ...block({
    at: '/ran',
    name: 'Ran',
    what: 'radio settings',
    schema: gatewayRanConfigs,
    read: (config) => config.ran,
    write: (config, ran) => ({ ...config, ran }),
  }),
  ...block({
    at: '/ngc',
    name: 'Ngc',
    what: '5G core settings',
    schema: gatewayNgcConfigs,
    read: (config) => config.ngc ?? {},
    write: (config, ngc) => ({ ...config, ngc }),
  }),
  ...block({
    at: '/non_eps',
    name: 'NonEps',
    what: 'circuit-switched fallback settings',
    schema: gatewayNonEpsConfigs,
    read: (config) => config.non_eps_service,
    write: (config, non_eps_service) => ({ ...config, non_eps_service }),
  }),
  ...block({
    at: '/dns',
    name: 'Dns',
    what: 'DNS settings',
    schema: gatewayDnsConfigs,
    // Never set reads as a block with nothing in it, which is how the contract has it.
    read: (config) => config.dns ?? ({} as z.output<typeof gatewayDnsConfigs>),
    write: (config, dns) => ({ ...config, dns }),
  }),
  ...block({
    at: '/dns/records',
    name: 'DnsRecords',
    what: 'DNS records',
    schema: gatewayDnsRecords,
    read: (config) => config.dns?.records ?? [],
    write: (config, records) => {
      if (!config.dns) throw invalid('this gateway has no DNS settings yet; put cellular/dns first');
      return { ...config, dns: { ...config.dns, records } };
    },
  }),
  ...entityPart({
    ...common,
    path: `${path}/pooling`,
    name: 'LteGatewayPooling',
    what: 'pools of an LTE gateway',
    schema: cellularGatewayPoolRecords,
    read: (entity) => configOf(entity).pooling ?? [],
    needs: (records, networkId): Query<Graph> => namedPools(networkId, records),
    write: (records, entity, pools) => {
      refuse(poolFaults(records, pools, 'body'));
      return setCellularConfig(entity.key, withPools(configOf(entity), records));
    },
    merges: true,
  }),
];
