import { type ErrorCode, type Fault, OrcError } from '../errors.ts';
import type { RequestContext, Writes } from './context.ts';
import { spareFleet } from './dry-run.ts';
import type { CheckedInput, Route, RouteInput } from './route.ts';

/** What goes wrong whatever was sent. */
const ACCIDENTS: ReadonlySet<ErrorCode> = new Set(['internal', 'unavailable', 'timeout']);

/**
 * What a route's handler finds wrong with an input, as far as it gets without writing anything or commanding a gateway; reads are
 * real, and settle who is asking. Errors: accidents.
 */
export async function rehearse(route: Route, input: CheckedInput<never, never, never>, context: RequestContext): Promise<readonly Fault[]> {
  const stop = async (): Promise<never> => {
    throw new OrcError('aborted', 'this was only looked at');
  };
  const writes: Writes = { commit: stop, commitUnread: async () => false, execute: stop, audit: async () => undefined };
  const apart = { ...writes, ifMatch: undefined, idempotencyKey: undefined, fleet: spareFleet(context.fleet) };
  try {
    await route.handle(input as RouteInput<never, never, never>, { ...context, ...apart });
    return [];
  } catch (error) {
    if (!(error instanceof OrcError) || ACCIDENTS.has(error.code)) throw error;
    return error.code === 'invalid' ? error.faults : [];
  }
}
