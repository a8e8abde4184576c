import type { Entity } from '../../../../core/configurator/model.ts';
import type { GatewayReport } from '../../../../core/module/context.ts';
import type { MagmadGateway } from '../../schemas/gateway.ts';
import type { MagmadGatewayConfigs } from '../../schemas/magmad-gateway-configs.ts';
import { deviceOf, tierOf } from './model.ts';
import type { Registration } from './registration.ts';
import { statusOf } from './status.ts';

/** A base gateway as readers see it; a kind spreads this and adds to it. One without hardware shows what lets hardware join. */
export async function readGateway(gateway: Entity, report: GatewayReport | undefined, registration: Registration): Promise<MagmadGateway> {
  const device = deviceOf(gateway);
  const info = device ? undefined : await registration(gateway);
  const status = statusOf(report);
  return {
    ...(device ? { device } : {}),
    ...(info ? { registration_info: info } : {}),
    id: gateway.key,
    name: gateway.name,
    description: gateway.description,
    magmad: gateway.config as MagmadGatewayConfigs,
    tier: tierOf(gateway),
    ...(status ? { status } : {}),
  };
}
