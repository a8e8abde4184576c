import { type Route, route } from '../../../core/module/route.ts';
import { ConfigureStatelessRequest_Cmd } from '../../../proto/gen/orc8r/protos/magmad_pb.js';
import { queueSeconds } from '../schemas/command-query.ts';
import { configureStatelessRequest } from '../schemas/gateway-calls.ts';
import { command } from '../services/command.ts';
import * as kinds from '../services/command-kinds.ts';
import { given, replies } from './command-parts.ts';

const start = route({
  ...given('start_services'),
  operationId: 'startGatewayServices',
  summary: 'Start all services of a gateway',
  responses: replies('start_services', 'Done'),
  handle: ({ params, query }, ctx) => command(ctx, params, { kind: kinds.startServices, request: {}, queueFor: queueSeconds(query) }),
});

const stop = route({
  ...given('stop_services'),
  operationId: 'stopGatewayServices',
  summary: 'Stop all services of a gateway',
  description:
    'Subscribers lose their sessions. A gateway that stops what carries its connection too goes offline before it has answered, and then nobody can start it again from here.',
  responses: replies('stop_services', 'Done'),
  handle: ({ params, query }, ctx) => command(ctx, params, { kind: kinds.stopServices, request: {}, queueFor: queueSeconds(query) }),
});

const configureStateless = route({
  ...given('configure_stateless'),
  operationId: 'configureGatewayStateless',
  summary: 'Have a gateway keep the state of its sessions outside its services, or no longer',
  description: 'Services are restarted, which takes about half a minute and ends sessions.',
  body: configureStatelessRequest,
  responses: replies('configure_stateless', 'Done'),
  handle: ({ params, query, body: { config_cmd } }, ctx) => {
    const request = { configCmd: ConfigureStatelessRequest_Cmd[config_cmd] };
    return command(ctx, params, { kind: kinds.configureStateless, request, detail: { config_cmd }, queueFor: queueSeconds(query) });
  },
});

export const serviceRoutes: readonly Route[] = [start, stop, configureStateless];
