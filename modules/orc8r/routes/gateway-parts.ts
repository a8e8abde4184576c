import { byPhysicalId, loadEntities } from '../../../core/configurator/load.ts';
import { find, type Graph } from '../../../core/configurator/model.ts';
import type { Query } from '../../../core/db/statement.ts';
import { notFound } from '../../../core/errors.ts';
import { type Route, route } from '../../../core/module/route.ts';
import { entityPart } from '../../../core/rest/entity-part.ts';
import { pathParams } from '../../../core/rest/fields.ts';
import { answers, ok } from '../../../core/rest/reply.ts';
import { gatewayDescription, gatewayName } from '../schemas/gateway.ts';
import { gatewayDevice } from '../schemas/gateway-device.ts';
import { gatewayStatus } from '../schemas/gateway-status.ts';
import { type MagmadGatewayConfigs, magmadGatewayConfigs } from '../schemas/magmad-gateway-configs.ts';
import { tierId } from '../schemas/tier-id.ts';
import { challengeKeyFaults } from '../services/gateway/challenge-key.ts';
import { checkHardwareFree, foundGateway, unknownTier } from '../services/gateway/checks.ts';
import { deviceOf, MAGMAD_GATEWAY, magmadId, tierEntityId, tierOf, UPGRADE_TIER } from '../services/gateway/model.ts';
import { statusOf } from '../services/gateway/status.ts';
import { moveToTier, setDevice } from '../services/gateway/write.ts';
import type { GatewayFamily } from './families.ts';

/** Name, description, agent settings, device, tier and status, which every family of gateways serves. */
export function sharedGatewayParts({ base, name, tag }: GatewayFamily): Route[] {
  const path = (part: string) => `${base}/{network_id}/gateways/{gateway_id}/${part}`;
  const shared = { param: 'gateway_id', tag, noun: 'gateway', type: MAGMAD_GATEWAY } as const;
  return [
    ...entityPart({
      ...shared,
      path: path('name'),
      name: `${name}Name`,
      what: 'name of a gateway',
      schema: gatewayName,
      read: (gateway) => gateway.name,
      write: (value, { key }) => [{ do: 'update_entity', id: magmadId(key), name: value }],
    }),
    ...entityPart({
      ...shared,
      path: path('description'),
      name: `${name}Description`,
      what: 'description of a gateway',
      schema: gatewayDescription,
      read: (gateway) => gateway.description,
      write: (value, { key }) => [{ do: 'update_entity', id: magmadId(key), description: value }],
    }),
    ...entityPart({
      ...shared,
      path: path('magmad'),
      name: `${name}Magmad`,
      what: 'agent settings of a gateway',
      schema: magmadGatewayConfigs,
      read: (gateway) => (gateway.config ?? undefined) as MagmadGatewayConfigs | undefined,
      write: (value, { key }) => [{ do: 'update_entity', id: magmadId(key), config: value }],
    }),
    ...entityPart({
      ...shared,
      path: path('device'),
      name: `${name}Device`,
      what: 'device of a gateway',
      schema: gatewayDevice,
      validate: (device) => challengeKeyFaults(device.key, 'body.key'),
      read: deviceOf,
      needs: (device, networkId) => ownerIn(networkId, device.hardware_id),
      write: (device, gateway, { owner, networkId }: HardwareOwner) => {
        checkHardwareFree(networkId, gateway.key, device.hardware_id, owner);
        return setDevice(gateway, device);
      },
      merges: true,
    }),
    ...entityPart({
      ...shared,
      path: path('tier'),
      name: `${name}Tier`,
      what: 'tier of a gateway',
      schema: tierId,
      read: tierOf,
      needs: (tier, networkId) => loadEntities(networkId, [tierEntityId(tier)]),
      write: (tier, gateway, tiers: Graph) => {
        if (!find(tiers, UPGRADE_TIER, tier)) throw unknownTier(tier, 'body');
        return moveToTier(tier, [gateway]);
      },
      merges: true,
    }),
    gatewayStatusRoute({ base, name, tag }),
  ];
}

/** What a gateway last reported, for a family that serves this part alone. */
export function gatewayStatusRoute({ base, name, tag }: GatewayFamily): Route {
  return route({
    method: 'get',
    path: `${base}/{network_id}/gateways/{gateway_id}/status`,
    operationId: `get${name}Status`,
    tag,
    summary: 'Read what a gateway last reported about itself',
    permission: { action: 'read', scope: 'network' },
    params: pathParams('network_id', 'gateway_id'),
    responses: answers(gatewayStatus, 'The status'),
    handle: async ({ params: { network_id: networkId, gateway_id: id } }, ctx) => {
      const [[graph], report] = await Promise.all([
        ctx.read(loadEntities(networkId, [magmadId(id)], { withConfig: false })),
        ctx.fleet.status(networkId, id),
      ]);
      foundGateway(graph, id);
      const status = statusOf(report);
      if (!status) throw notFound(`status of gateway "${id}", which has not reported yet,`);
      return ok(status);
    },
  });
}

interface HardwareOwner {
  readonly networkId: string;
  readonly owner: ReturnType<ReturnType<typeof byPhysicalId>['read']>;
}

/** Who has a hardware id, told together with the network that the question came from. */
function ownerIn(networkId: string, hardwareId: string): Query<HardwareOwner> {
  const owner = byPhysicalId({ physicalId: hardwareId });
  return { ...owner, read: (rows) => ({ networkId, owner: owner.read(rows) }) };
}

export const gatewayPartRoutes: readonly Route[] = sharedGatewayParts({ base: '/networks', name: 'Gateway', tag: 'Gateways' });
