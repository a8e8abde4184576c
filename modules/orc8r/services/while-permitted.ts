import { OrcError } from '../../../core/errors.ts';
import { stillHeld } from '../../../core/identity/still-held.ts';
import type { MessageStream, RequestContext } from '../../../core/module/context.ts';
import { watchedStream } from '../../../core/rest/watched-stream.ts';

/** 720 looks in the hour that a stream lasts at most: D1 lets one invocation of a Worker ask it 1,000 times. */
const EVERY_MS = 5000;

/** A stream that breaks off when whoever asked for it has lost the right to write to its network, by which it was opened. */
export async function whilePermitted<M>(ctx: RequestContext, networkId: string, messages: MessageStream<M>): Promise<MessageStream<M>> {
  const principal = await ctx.principal();
  if (principal.kind !== 'operator') return messages;
  const right = { credential: principal.credential, networkId, uri: ctx.uri };
  const look = async (): Promise<OrcError | undefined> => {
    const [lost] = await ctx.read(stillHeld(right, ctx.now()));
    return lost === undefined ? undefined : new OrcError('forbidden', `whoever follows this may not any more: ${lost}`);
  };
  return watchedStream(messages, { look, everyMs: EVERY_MS });
}
