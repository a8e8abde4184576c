import type { ErrorCode, OrcError } from '../../../core/errors.ts';
import { fromGrpc } from '../../../core/grpc-errors.ts';
import type { GivenCommand, WholeCommand } from '../../../core/module/commands.ts';
import type { GatewayCallResult } from '../../ports.ts';
import { type CommandCall, type Ending, MAX_ANSWER_BYTES } from './log.ts';

/** How a command ends that was sent, or was to be, with this result. */
export function endingOf(gatewayId: string, result: GatewayCallResult, sent: boolean, codes: CommandCall['codes'] = {}): Ending {
  if (result.ok) {
    const [answer] = result.messages;
    if (answer) return { state: 'done', answer };
    return failure('failed', 'internal', `gateway ${gatewayId} answered without a message`);
  }
  switch (result.reason) {
    case 'offline':
      if (sent) return failure('unknown', 'gateway_offline', `gateway ${gatewayId}: ${result.message}`);
      return {
        ...failure('failed', 'gateway_offline', `gateway ${gatewayId} is not connected; with ?queue=true a command waits until it is`),
        unsent: true,
      };
    case 'overloaded':
      return { ...failure('failed', 'unavailable', `gateway ${gatewayId}: ${result.message}`), unsent: true };
    case 'timeout':
      return failure('unknown', 'timeout', `gateway ${gatewayId}: ${result.message}`);
    case 'gateway': {
      const { code, message } = fromGrpc(result.code, result.message);
      return failure(stateOf(code), codes[code] ?? code, message);
    }
  }
}

export const INTERRUPTED: Ending = {
  state: 'unknown',
  error: { code: 'interrupted', message: 'the platform was interrupted before the gateway answered; whether it acted is not known' },
};

const failure = (state: Ending['state'], code: ErrorCode, message: string): Ending => ({ state, error: { code, message } });

function stateOf(code: ErrorCode): Ending['state'] {
  if (code === 'timeout') return 'unknown';
  return code === 'invalid' || code === 'forbidden' || code === 'not_found' ? 'refused' : 'failed';
}

/** What the one who gave a command is told of how it ended. */
export function told(id: string, { state, error, answer }: Ending): GivenCommand {
  if (state === 'done') return { outcome: 'done', id, answer: answer ?? new Uint8Array() };
  const { code, message } = error ?? { code: 'internal', message: `the command is ${state}` };
  if (code === 'interrupted') return { outcome: 'failed', id, code: 'timeout', reason: code, message };
  return { outcome: 'failed', id, code, message };
}

/** What is told again, from the history, to one who repeats an Idempotency-Key. */
export function toldAgain(command: WholeCommand): GivenCommand {
  const { id, state, error, answer, answerBytes } = command;
  if (command.expiresAt !== null) return { outcome: 'queued', id, record: command };
  if (state === 'done' && answer === null) {
    const message = `this was done, as command ${id}; its answer of ${answerBytes ?? 0} bytes is larger than the ${MAX_ANSWER_BYTES} that are kept`;
    return { outcome: 'failed', id, code: 'conflict', message };
  }
  const known = error && { code: error.code as ErrorCode, message: error.message };
  return told(id, { state: state as Ending['state'], ...(known ? { error: known } : {}), ...(answer ? { answer } : {}) });
}

/** A command that left no record. */
export const notTaken = ({ code, message }: OrcError): GivenCommand => ({ outcome: 'failed', id: null, code, message });
