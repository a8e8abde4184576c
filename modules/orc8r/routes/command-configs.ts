import { type Route, route } from '../../../core/module/route.ts';
import { gatewayConfigs } from '../schemas/gateway-configs.ts';
import { command } from '../services/command.ts';
import * as kinds from '../services/command-kinds.ts';
import { fromGatewayConfigs } from '../services/gateway-configs.ts';
import { onGateway, refusals, replies } from './command-parts.ts';

const { 200: done } = replies('set_configs', 'Done');

/** It cannot wait for a gateway: by the time that is there, the configuration would be an old one. */
const setConfigs = route({
  ...onGateway('set_configs'),
  operationId: 'setGatewayConfigs',
  summary: 'Hand a gateway another configuration than its own, until the next one comes',
  description:
    'For trials on a Magma gateway, whose magmad takes it until it hears the configuration of this platform again, within a minute. ' +
    'A gateway on the agent alone refuses: it takes its configuration from the platform only. To change a configuration for good, change what it is made of. ' +
    'The audit row and the history name the services, not what they are configured with.',
  body: gatewayConfigs,
  responses: done ? { 200: done } : {},
  refusals: { ...refusals, 400: 'A config is no message of its type, or the gateway takes none this way; or the request is wrong' },
  handle: ({ params, body }, ctx) => {
    const request = fromGatewayConfigs(body);
    return command(ctx, params, { kind: kinds.setConfigs, request, detail: { services: Object.keys(body.configs_by_key).sort() } });
  },
});

export const configRoutes: readonly Route[] = [setConfigs];
