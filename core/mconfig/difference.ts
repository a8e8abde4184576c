/** Any JSON value. */
type Json = unknown;

/** One place at which two JSON documents differ. `before` is left out for what is new, `after` for what is gone. */
export interface Difference {
  /** JSON Pointer (RFC 6901) into the document. */
  readonly path: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** What a write would change of one gateway's mconfig. */
export interface GatewayPreview {
  readonly gatewayId: string;
  readonly change: 'create' | 'update' | 'delete';
  /** Paths lead into the mconfig's JSON; its `created_at` is left out. */
  readonly differences: readonly Difference[];
  /** How many more there are. */
  readonly leftOut: number;
  /** Why the mconfig could not be rendered after the change: the gateway would keep what it has. */
  readonly error: string | null;
}

/** What a write would change of the mconfigs of a network. */
export interface MconfigPreview {
  /** Gateways whose mconfig would change, among those looked at. */
  readonly total: number;
  /** Gateways that the change may concern and that were not looked at, because there are so many. */
  readonly unexamined: number;
  readonly gateways: readonly GatewayPreview[];
}

export const NO_PREVIEW: MconfigPreview = { total: 0, unexamined: 0, gateways: [] };

/** Where two JSON documents differ, in order of their keys: objects and lists are gone into, everything else is compared whole. */
export function differences(before: Json, after: Json, path = ''): Difference[] {
  if (Object.is(before, after)) return [];
  const [left, right] = [partsOf(before), partsOf(after)];
  if (!left || !right || Array.isArray(before) !== Array.isArray(after)) return [{ path, before, after }];
  const keys = [...new Set([...left.keys(), ...right.keys()])];
  if (!Array.isArray(before)) keys.sort();
  return keys.flatMap((key) => {
    const at = `${path}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`;
    if (!right.has(key)) return [{ path: at, before: left.get(key) }];
    if (!left.has(key)) return [{ path: at, after: right.get(key) }];
    return differences(left.get(key), right.get(key), at);
  });
}

function partsOf(value: Json): ReadonlyMap<string, Json> | undefined {
  return typeof value === 'object' && value !== null ? new Map(Object.entries(value)) : undefined;
}
