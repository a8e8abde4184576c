import { networkById } from '../../../core/configurator/load.ts';
import { notFound } from '../../../core/errors.ts';
import { type Route, route } from '../../../core/module/route.ts';
import { pathParams } from '../../../core/rest/fields.ts';
import { answers, ok } from '../../../core/rest/reply.ts';
import { DIRECTORY_RECORD } from '../../orc8r/states/directory-record.ts';
import { cwfSubscriberDirectoryRecord } from '../schemas/reported.ts';
import { readDirectoryRecord } from '../services/directory-record.ts';
import { checkCwfNetwork } from '../services/network.ts';

/** Where subscribers are, as gateways report it. */
export const directoryRecordRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/cwf/{network_id}/subscribers/{subscriber_id}/directory_record',
    operationId: 'getCwfSubscriberDirectoryRecord',
    tag: 'Carrier Wifi Networks',
    summary: 'Read where a subscriber is',
    description: 'Not found as long as no gateway has reported the subscriber.',
    permission: { action: 'read', scope: 'network' },
    params: pathParams('network_id', 'subscriber_id'),
    responses: answers(cwfSubscriberDirectoryRecord, 'Where the subscriber is'),
    handle: async ({ params: { network_id: id, subscriber_id: subscriber } }, ctx) => {
      const [network] = await ctx.read(networkById({ id }));
      if (!network) throw notFound(`network "${id}"`);
      checkCwfNetwork(network);
      const subjects = await ctx.fleet.states(id, { types: [DIRECTORY_RECORD], subjects: [subscriber] });
      const [newest] = subjects.get(subscriber)?.states ?? [];
      if (newest) return ok(readDirectoryRecord(newest.value));
      throw notFound(`directory record of subscriber "${subscriber}"`);
    },
  }),
];
