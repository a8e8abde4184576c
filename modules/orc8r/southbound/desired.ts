import { OrcError } from '../../../core/errors.ts';
import type { GatewayContext } from '../../../core/module/facets.ts';

type Content = NonNullable<Awaited<ReturnType<GatewayContext['stream']>>>;

/**
 * What the calling gateway should hold of a stream. Errors: `unavailable` when there is no such stream, `aborted` when its
 * content cannot be made: never an empty answer, which some consumers take for "delete everything" (SOUTHBOUND.md 7).
 */
export async function desired(name: string, context: GatewayContext): Promise<Content> {
  const content = await context.stream(name).catch((error: unknown) => {
    throw error instanceof OrcError ? error : new OrcError('aborted', `the content of stream ${name} could not be made`, { cause: error });
  });
  if (!content) throw new OrcError('unavailable', `stream ${name.slice(0, 64)} does not exist`);
  return content;
}
