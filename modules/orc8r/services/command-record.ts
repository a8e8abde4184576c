import { fromBinary } from '@bufbuild/protobuf';
import type { CommandRecord, WholeCommand } from '../../../core/module/commands.ts';
import { complete } from '../../../core/rest/complete.ts';
import type { Command } from '../schemas/command-history.ts';
import { commandKinds } from './command-kinds.ts';

/** A command as REST shows it. Its answer, and what the gateway said when it refused, only to those who may give it. */
export function toCommand(record: CommandRecord | WholeCommand, mayGive: boolean): Command {
  const { id, name, detail, actor, requestId, state, error, answerBytes } = record;
  const shown = mayGive ? answerOf(record) : undefined;
  return {
    id,
    name,
    state,
    detail: detail ?? {},
    actor,
    request_id: requestId,
    given_at: record.givenAt,
    expires_at: record.expiresAt,
    sent_at: record.sentAt,
    ended_at: record.endedAt,
    error: error && { code: error.code, message: mayGive ? error.message : '' },
    answer_bytes: answerBytes,
    ...(shown === undefined ? {} : { answer: shown }),
  };
}

function answerOf(record: CommandRecord | WholeCommand): unknown {
  const answer = 'answer' in record ? record.answer : null;
  const { method, reply } = commandKinds.get(record.name) ?? {};
  if (answer === null || !method || !reply) return undefined;
  try {
    return complete(reply.schema, reply.of(fromBinary(method.output, answer)));
  } catch {
    // Kept by another version, or never what it should have been.
    return undefined;
  }
}
