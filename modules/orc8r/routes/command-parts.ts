import type { z } from 'zod';
import type { ResponseSpec } from '../../../core/module/route.ts';
import { pathParams } from '../../../core/rest/fields.ts';
import { command as record, waitingCommand } from '../schemas/command-history.ts';
import { commandQuery } from '../schemas/command-query.ts';

/** Every command is a POST by somebody who may write the network, whatever it does, and leaves an audit row. */
export const onGateway = (command: string) =>
  ({
    method: 'post',
    path: `/networks/{network_id}/gateways/{gateway_id}/command/${command}`,
    tag: 'Commands',
    permission: { action: 'write', scope: 'network' },
    params: pathParams('network_id', 'gateway_id'),
    noDryRun: true,
  }) as const;

export const refusals = {
  500: {
    description: 'The gateway is not connected, or has no hardware yet (`gateway_offline`); or a fault of the platform (`internal`)',
    code: 'gateway_offline',
    message: 'gateway agw1 is not connected',
  },
  504: 'The gateway is connected and did not answer in time; whether it acted is not known',
} as const;

/** What a command has in common with others that are answered at once, or may wait. */
export const given = (name: string) =>
  ({
    ...onGateway(name),
    query: commandQuery,
    idempotent:
      'the same command under it is given once, and answered again as it was for as long as its record is kept; one that failed before it was sent leaves it free',
    refusals: {
      ...refusals,
      409: {
        description: 'The `Idempotency-Key` came with another command before, or with one whose answer was too large to keep',
        code: 'conflict',
        message: 'this Idempotency-Key came with another command before; take a new one',
      },
      413: 'The body is larger than 5242880 bytes, or the parameters of a command that is to wait are larger than 262144',
      429: {
        description: '32 commands wait for this gateway already; time alone does not help',
        code: 'too_many',
        message:
          '32 commands wait for this gateway already: cancel some (DELETE .../commands/{command_id}), or wait until it has connected',
      },
    },
  }) as const;

export const replies = (name: string, description: string, schema?: z.ZodType): Record<number, ResponseSpec> => ({
  200: { description, ...(schema ? { schema } : {}), headers: ['X-Command-Id'] },
  202: {
    description: 'The gateway is not connected; with `queue` the command waits for it',
    schema: record,
    example: waitingCommand(name),
    headers: ['X-Command-Id'],
  },
});
