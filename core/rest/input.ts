import { type Fault, invalid } from '../errors.ts';
import type { RequestContext } from '../module/context.ts';
import { rehearse } from '../module/rehearsal.ts';
import type { CheckedInput, Route } from '../module/route.ts';
import { hiddenFaults } from './mending/hidden-faults.ts';
import { isAt } from './mending/places.ts';
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

type Input = CheckedInput<never, never, never>;

/**
 * The parts of a request typed by the route's schemas. Error: `invalid` with everything that is wrong with them, also what only the
 * route's handler can tell: it is asked what it thinks of the rest of the body, which costs the round trip that it reads with, or two.
 */
export async function readInput(route: Route, sent: Sent, context: RequestContext): Promise<Input> {
  const read = <S extends Parameters<typeof attempt>[0]>(schema: S | undefined, part: Part, unchecked: unknown): Parsed<unknown> =>
    schema ? attempt(schema, sent[part], part) : { ok: true, value: unchecked };
  const params = read(route.params, 'path', sent.path);
  const query = read(route.query, 'query', {});
  const takes = route.takes ?? route.body;
  const body = read(takes, 'body', undefined);
  if (params.ok && query.ok && body.ok) {
    const input = { params: params.value, query: query.value, body: body.value } as Input;
    const own = await ownFaults(route, input);
    if (own.length === 0) return input;
    throw invalid(joined(own, await rehearse(route, input, context)));
  }

  const faults = [params, query, body].flatMap((part) => (part.ok ? [] : part.faults));
  let hidden: readonly Fault[] = [];
  if (!body.ok && takes) {
    if ((sent.bytes ?? 0) > LARGE) await context.principal();
    // Who never has to say who they are is told of the form only.
    const known = params.ok && query.ok && route.permission.scope !== 'anyone';
    const rest = known ? { params: params.value, query: query.value } : undefined;
    const check = async (value: unknown): Promise<readonly Fault[]> => {
      const input = { ...rest, body: value } as Input;
      return joined(await ownFaults(route, input), await rehearse(route, input, context));
    };
    hidden = await hiddenFaults(takes, body, rest && check);
  }
  throw invalid([...faults, ...hidden]);
}

const ownFaults = async (route: Route, input: Input): Promise<readonly Fault[]> => (await route.validate?.(input)) ?? [];

/** What a route tells by itself, and what its handler finds at other places. */
function joined(own: readonly Fault[], found: readonly Fault[]): Fault[] {
  const places = own.map(({ path }) => path);
  return [...own, ...found.filter(({ path }) => !isAt(path, places))];
}
