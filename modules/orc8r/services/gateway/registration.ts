import type { Entity } from '../../../../core/configurator/model.ts';
import { mayAccess } from '../../../../core/identity/access.ts';
import type { RequestContext } from '../../../../core/module/context.ts';
import type { RegistrationInfo } from '../../schemas/gateway-device.ts';

/** What brings hardware in as a gateway that has none; undefined: the caller is not to know. */
export type Registration = (gateway: Entity) => Promise<RegistrationInfo | undefined>;

/**
 * A fresh token for each gateway that the caller may write where he reads it: below `/networks`, `/lte`... Whoever has a token puts
 * hardware of his own in the gateway's place, which is no business of who may only read.
 */
export function registrations(ctx: Pick<RequestContext, 'principal' | 'platform'>, family: string, networkId: string): Registration {
  const path = `/magma/v1${family}/${encodeURIComponent(networkId)}/gateways`;
  return async ({ id, key }) => {
    const need = { action: 'write', scope: 'network', networkId, uri: `${path}/${encodeURIComponent(key)}` } as const;
    if (!mayAccess(await ctx.principal(), need)) return undefined;
    const { rootCa, domain, registrationToken } = ctx.platform;
    return { registration_token: await registrationToken(id), root_ca: rootCa, domain_name: domain };
  };
}
