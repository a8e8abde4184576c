import { type Route, route } from '../../../core/module/route.ts';
import { answers, ok } from '../../../core/rest/reply.ts';
import { CheckStatelessResponse_AGWMode, Magmad } from '../../../proto/gen/orc8r/protos/magmad_pb.js';
import { Service303 } from '../../../proto/gen/orc8r/protos/service303_pb.js';
import { checkStatelessResponse, gatewayIdResponse } from '../schemas/gateway-calls.ts';
import { gatewayConfigs } from '../schemas/gateway-configs.ts';
import { gatewayMetrics, serviceInfo, serviceRequest } from '../schemas/gateway-services.ts';
import { ask } from '../services/ask.ts';
import { toGatewayConfigs } from '../services/gateway-configs.ts';
import { toGatewayMetrics, toServiceInfo } from '../services/gateway-services.ts';
import { MAGMAD } from '../services/command-kinds.ts';
import { onGateway, refusals } from './command-parts.ts';

// What asks a gateway and changes nothing there. They are POST and take the right to write like all commands: a gateway works for each of them.

const getGatewayId = route({
  ...onGateway('get_gateway_id'),
  operationId: 'askGatewayId',
  summary: 'Ask a gateway for its id',
  description: 'Shows that the gateway is reached, and which hardware answers.',
  responses: answers(gatewayIdResponse, 'What the gateway calls itself'),
  refusals,
  handle: async ({ params }, ctx) => {
    const { gatewayId } = await ask(ctx, params, 'get_gateway_id', { service: MAGMAD, method: Magmad.method.getGatewayId, request: {} });
    return ok({ gateway_id: gatewayId });
  },
});

const getConfigs = route({
  ...onGateway('get_configs'),
  operationId: 'askGatewayConfigs',
  summary: 'Ask a gateway for the configuration that it holds',
  description:
    'What the gateway itself has, which may differ from what it should have while it has not taken the newest (`convergence` shows that). ' +
    'It holds keys of the network; the audit row does not.',
  responses: answers(gatewayConfigs, 'The configuration that the gateway holds'),
  refusals: { ...refusals, 404: 'There is no such gateway, or it holds no configuration yet' },
  handle: async ({ params }, ctx) =>
    ok(toGatewayConfigs(await ask(ctx, params, 'get_configs', { service: MAGMAD, method: Magmad.method.getConfigs, request: {} }))),
});

const checkStateless = route({
  ...onGateway('check_stateless'),
  operationId: 'checkGatewayStateless',
  summary: 'Ask a gateway where it keeps the state of its sessions',
  responses: answers(checkStatelessResponse, 'Where it is kept'),
  refusals,
  handle: async ({ params }, ctx) => {
    const { agwMode } = await ask(ctx, params, 'check_stateless', { service: MAGMAD, method: Magmad.method.checkStateless, request: {} });
    return ok({ agw_mode: CheckStatelessResponse_AGWMode[agwMode] ?? 'INVALID' });
  },
});

const service303 = {
  body: serviceRequest,
  refusals: { ...refusals, 400: 'The gateway has no such service, or the service does not tell; or the request is wrong' },
};

const getServiceInfo = route({
  ...onGateway('get_service_info'),
  ...service303,
  operationId: 'askGatewayServiceInfo',
  summary: 'Ask a service of a gateway what it is and how it does',
  responses: answers(serviceInfo, 'What the service says of itself'),
  handle: async ({ params, body: { service = MAGMAD } }, ctx) => {
    const question = { service, method: Service303.method.getServiceInfo, request: {}, detail: { service } };
    return ok(toServiceInfo(await ask(ctx, params, 'get_service_info', question)));
  },
});

const getMetrics = route({
  ...onGateway('get_metrics'),
  ...service303,
  operationId: 'askGatewayMetrics',
  summary: 'Ask a service of a gateway for its metrics, as they are now',
  responses: answers(gatewayMetrics, 'The metrics of the service'),
  handle: async ({ params, body: { service = MAGMAD } }, ctx) => {
    const question = { service, method: Service303.method.getMetrics, request: {}, detail: { service } };
    return ok(toGatewayMetrics(await ask(ctx, params, 'get_metrics', question)));
  },
});

export const commandQuestionRoutes: readonly Route[] = [getGatewayId, getConfigs, checkStateless, getServiceInfo, getMetrics];
