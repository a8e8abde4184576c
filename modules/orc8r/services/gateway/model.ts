import type { Entity } from '../../../../core/configurator/model.ts';
import { parents } from '../../../../core/configurator/model.ts';
import type { EtagParts } from '../../../../core/rest/etag.ts';
import type { GatewayDevice } from '../../schemas/gateway-device.ts';
import type { MagmadGateway } from '../../schemas/gateway.ts';

/** Entity types of the base module, as they stand in the store. */
export const MAGMAD_GATEWAY = 'magmad_gateway';
export const UPGRADE_TIER = 'upgrade_tier';
/** The type of device records. */
export const GATEWAY_DEVICE = 'access_gateway_record';

/** What an operator writes of a gateway, whatever its kind. */
export type GatewayInput = Pick<MagmadGateway, 'id' | 'name' | 'description' | 'magmad' | 'tier' | 'device'>;

export const magmadId = (key: string) => ({ type: MAGMAD_GATEWAY, key });
export const tierEntityId = (key: string) => ({ type: UPGRADE_TIER, key });

/** The tier a gateway is in; '' when it is in none. */
export const tierOf = (gateway: Entity): string => parents(gateway, UPGRADE_TIER)[0] ?? '';

export const deviceOf = (gateway: Entity): GatewayDevice | undefined => gateway.device as GatewayDevice | undefined;

/** What tells one reading of a base gateway from another. */
export const gatewayEtag = (gateway: Entity): EtagParts => [gateway.version, tierOf(gateway)];
