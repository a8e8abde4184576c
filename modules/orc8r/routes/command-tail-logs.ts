import { route } from '../../../core/module/route.ts';
import { textStream } from '../../../core/rest/text-stream.ts';
import { Magmad } from '../../../proto/gen/orc8r/protos/magmad_pb.js';
import { logText, tailLogsRequest } from '../schemas/tail-logs.ts';
import { follow } from '../services/ask.ts';
import { whilePermitted } from '../services/while-permitted.ts';
import { MAGMAD } from '../services/command-kinds.ts';
import { onGateway, refusals } from './command-parts.ts';

export const tailLogs = route({
  ...onGateway('tail_logs'),
  operationId: 'tailGatewayLogs',
  summary: 'Follow the log of a service on a gateway',
  description:
    'The lines come as the service writes them, until the gateway ends the log, the client goes away, or an hour has passed. ' +
    'A quiet log stays open; the answer to one may take ten seconds to begin. ' +
    'When the log breaks off (the gateway disconnects, an hour has passed, the client reads so slowly that 1 MiB waits for it, or whoever follows it ' +
    'may not any more: that is looked at every five seconds), a last line ' +
    'beginning with `-- orc8r:` says why, and the body ends abnormally. A gateway can have ten logs followed at a time.',
  body: tailLogsRequest,
  responses: { 200: { description: 'The lines', schema: logText, contentType: 'text/plain; charset=utf-8' } },
  refusals: {
    ...refusals,
    404: 'There is no such gateway, or it has no log of this service',
    503: 'Ten logs of the gateway are being followed already',
  },
  handle: async ({ params: where, body: { service = '' } }, ctx) => {
    const lines = await follow(ctx, where, 'tail_logs', { service }, (target) =>
      ctx.fleet.stream(target, MAGMAD, Magmad.method.tailLogs, { service }),
    );
    return { status: 200, body: textStream(await whilePermitted(ctx, where.network_id, lines), ({ line }) => line) };
  },
});
