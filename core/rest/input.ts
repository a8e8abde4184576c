import { type Fault, invalid } from '../errors.ts';
import type { RequestContext } from '../module/context.ts';
import { rehearse } from '../module/rehearsal.ts';
import type { Route, RouteInput } from '../module/route.ts';
import { hiddenFaults } from './mending/hidden-faults.ts';
import { attempt, type Parsed, type Part } from './parse.ts';

/** A request's parts as they came: texts of the path and the query, and the JSON of the body. */
export interface Sent {
  readonly path: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** Bytes of the body, as far as they were announced. */
  readonly bytes?: number | undefined;
}

/** Looking for hidden faults takes several times what parsing does: for more than this only once it is known who asks. */
const LARGE = 64 * 1024;

type Input = Pick<RouteInput<never, never, never>, 'params' | 'query' | 'body'>;

/**
 * The parts of a request typed by the route's schemas. Error: `invalid` with everything that is wrong with them, also what only the
 * route's handler can tell: it is asked what it thinks of the rest of the body, which costs the round trip that it reads with, or two.
 */
export async function readInput(route: Route, sent: Sent, context: RequestContext): Promise<Input> {
  const read = <S extends Parameters<typeof attempt>[0]>(schema: S | undefined, part: Part, unchecked: unknown): Parsed<unknown> =>
    schema ? attempt(schema, sent[part], part) : { ok: true, value: unchecked };
  const params = read(route.params, 'path', sent.path);
  const query = read(route.query, 'query', {});
  const body = read(route.body, 'body', undefined);
  if (params.ok && query.ok && body.ok) return { params: params.value, query: query.value, body: body.value } as Input;

  const faults = [params, query, body].flatMap((part) => (part.ok ? [] : part.faults));
  let hidden: readonly Fault[] = [];
  if (!body.ok && route.body) {
    if ((sent.bytes ?? 0) > LARGE) await context.principal();
    // Who never has to say who they are is told of the form only.
    const known = params.ok && query.ok && route.permission.scope !== 'anyone';
    const rest = known ? { params: params.value, query: query.value } : undefined;
    const check = rest && ((value: unknown) => rehearse(route, { ...rest, body: value } as RouteInput<never, never, never>, context));
    hidden = await hiddenFaults(route.body, body, check);
  }
  throw invalid([...faults, ...hidden]);
}
