import { networkById } from '../../../core/configurator/load.ts';
import { notFound } from '../../../core/errors.ts';
import { type Route, route } from '../../../core/module/route.ts';
import { pathParams } from '../../../core/rest/fields.ts';
import { answers, ok } from '../../../core/rest/reply.ts';
import { convergenceReport } from '../schemas/convergence.ts';
import { toConvergenceReport } from '../services/convergence.ts';

export const convergenceRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/networks/{network_id}/convergence',
    operationId: 'getConvergence',
    tag: 'Networks',
    summary: 'See how far the gateways of a network are with what was configured',
    permission: { action: 'read', scope: 'network' },
    params: pathParams('network_id'),
    responses: answers(convergenceReport, 'Totals, and each gateway'),
    handle: async ({ params: { network_id: id } }, ctx) => {
      const [[network], convergence] = await Promise.all([ctx.read(networkById({ id })), ctx.fleet.convergence(id)]);
      if (!network) throw notFound(`network "${id}"`);
      return ok(toConvergenceReport(convergence, network.version));
    },
  }),
];
