import type { Entity } from '../../../../core/configurator/model.ts';
import type { GatewayReport, PlatformInfo } from '../../../../core/module/context.ts';
import type { MagmadGateway } from '../../schemas/gateway.ts';
import type { RegistrationInfo } from '../../schemas/gateway-device.ts';
import type { MagmadGatewayConfigs } from '../../schemas/magmad-gateway-configs.ts';
import { deviceOf, tierOf } from './model.ts';
import { statusOf } from './status.ts';

/** A base gateway as readers see it; a kind spreads this and adds to it. One without hardware gets a fresh registration token. */
export async function readGateway(gateway: Entity, report: GatewayReport | undefined, platform: PlatformInfo): Promise<MagmadGateway> {
  const device = deviceOf(gateway);
  const status = statusOf(report);
  return {
    ...(device ? { device } : { registration_info: await registrationInfoOf(gateway, platform) }),
    id: gateway.key,
    name: gateway.name,
    description: gateway.description,
    magmad: gateway.config as MagmadGatewayConfigs,
    tier: tierOf(gateway),
    ...(status ? { status } : {}),
  };
}

async function registrationInfoOf(gateway: Entity, platform: PlatformInfo): Promise<RegistrationInfo> {
  return { registration_token: await platform.registrationToken(gateway.id), root_ca: platform.rootCa, domain_name: platform.domain };
}
