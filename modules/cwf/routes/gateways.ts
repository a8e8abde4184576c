import { loadEntities } from '../../../core/configurator/load.ts';
import { find } from '../../../core/configurator/model.ts';
import { notFound, OrcError } from '../../../core/errors.ts';
import { type Route, route } from '../../../core/module/route.ts';
import { entityPart } from '../../../core/rest/entity-part.ts';
import { pathParams } from '../../../core/rest/fields.ts';
import { answers, ok } from '../../../core/rest/reply.ts';
import { sharedGatewayParts } from '../../orc8r/routes/gateway-parts.ts';
import { typedGatewayRoutes } from '../../orc8r/routes/typed-gateways.ts';
import { MAGMAD_GATEWAY, magmadId } from '../../orc8r/services/gateway/index.ts';
import { cwfGateway, type MutableCwfGateway, mutableCwfGateway } from '../schemas/cwf-gateway.ts';
import { type GatewayCwfConfigs, gatewayCwfConfigs } from '../schemas/gateway-cwf-configs.ts';
import { carrierWifiGatewayHealthStatus } from '../schemas/reported.ts';
import { CWF_GATEWAY } from '../services/entity-types.ts';
import { gatewayHealth, statesOf } from '../services/reported.ts';

const family = { base: '/cwf', name: 'CwfGateway', tag: 'Carrier Wifi Gateways' } as const;
const noun = 'carrier Wi-Fi gateway';
const one = '/cwf/{network_id}/gateways/{gateway_id}';

const healthStatus = route({
  method: 'get',
  path: `${one}/health_status`,
  operationId: 'getCwfGatewayHealth',
  tag: family.tag,
  summary: 'Read the health of a carrier Wi-Fi gateway',
  description: 'Not found as long as the gateway has not reported its health.',
  permission: { action: 'read', scope: 'network' },
  params: pathParams('network_id', 'gateway_id'),
  responses: answers(carrierWifiGatewayHealthStatus, 'The health of the gateway'),
  handle: async ({ params: { network_id: networkId, gateway_id: id } }, ctx) => {
    const [graph] = await ctx.read(loadEntities(networkId, [magmadId(id)], { down: 1, withConfig: false }));
    const magmad = find(graph, MAGMAD_GATEWAY, id);
    if (!magmad || !find(graph, CWF_GATEWAY, id)) throw notFound(`${noun} "${id}"`);
    const health = gatewayHealth(await ctx.fleet.states(networkId, statesOf([id])), id);
    if (magmad.physicalId !== null && health) return ok(health);
    const why = magmad.physicalId === null ? 'it has no hardware yet' : 'it has not reported any';
    throw new OrcError('not_found', `health of ${noun} "${id}" was not found: ${why}`);
  },
});

/** Carrier Wi-Fi gateways and all their parts. */
export const gatewayRoutes: readonly Route[] = [
  ...typedGatewayRoutes<MutableCwfGateway>({
    ...family,
    noun,
    type: CWF_GATEWAY,
    schema: mutableCwfGateway,
    shows: cwfGateway,
    config: (body) => body.carrier_wifi,
    read: (config) => ({ carrier_wifi: config }),
  }),
  ...sharedGatewayParts(family),
  ...entityPart({
    path: `${one}/carrier_wifi`,
    param: 'gateway_id',
    name: `${family.name}CarrierWifi`,
    tag: family.tag,
    what: 'carrier Wi-Fi settings of a gateway',
    noun,
    type: CWF_GATEWAY,
    action: 'gateway.update',
    schema: gatewayCwfConfigs,
    read: (gateway) => gateway.config as GatewayCwfConfigs,
    write: (config, { key }) => [{ do: 'update_entity', id: { type: CWF_GATEWAY, key }, config }],
  }),
  healthStatus,
];
