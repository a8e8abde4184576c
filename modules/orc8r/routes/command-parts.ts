import { pathParams } from '../../../core/rest/fields.ts';
import type { ResponseSpec } from '../../../core/module/route.ts';

/** The service on a gateway that carries commands out. */
export const MAGMAD = 'magmad';

/** Every command is a POST by somebody who may write the network, whatever it does, and leaves an audit row. */
export const onGateway = (command: string) =>
  ({
    method: 'post',
    path: `/networks/{network_id}/gateways/{gateway_id}/command/${command}`,
    tag: 'Commands',
    permission: { action: 'write', scope: 'network' },
    params: pathParams('network_id', 'gateway_id'),
  }) as const;

export const empty: Record<number, ResponseSpec> = { 200: { description: 'Done' } };

export const refusals = {
  500: 'The gateway is not connected, or has no hardware yet (`gateway_offline`); or a fault of the platform (`internal`)',
  504: 'The gateway is connected and did not answer in time; whether it acted is not known',
} as const;
