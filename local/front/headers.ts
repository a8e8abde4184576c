/** What a client must not say: identity, origin and the runtime's own headers come from the front alone. */
const FORGEABLE = /^(mf-|cf-|x-forwarded-|x-magma-client-cert-|x-orc8r-)/;
const FORGEABLE_NAMES = new Set([
  'forwarded',
  'x-real-ip',
  'x-client-ip',
  'true-client-ip',
  'x-client-cert',
  'client-cert',
  'client-cert-chain',
]);
/** They speak of one connection only (RFC 9110 7.6.1). */
const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * The client's headers that may reach the Worker, as `[name, value, ...]`. An empty If-Match comes as a list of nothing, which is the same
 * (RFC 9110 5.6.1): the runtime takes an empty one away, and the write that it was to guard would be made.
 */
export function requestHeaders(raw: readonly string[]): string[] {
  const kept = without(raw, (name) => FORGEABLE.test(name) || FORGEABLE_NAMES.has(name));
  return [...pairs(kept)].flatMap(([name, value]) => [name, value === '' && name.toLowerCase() === 'if-match' ? ',' : value]);
}

/** The Worker's headers that may reach the client. */
export function responseHeaders(raw: readonly string[]): string[] {
  return without(raw, () => false);
}

/** One Host, and nothing in it but a host: the runtime makes the request's URL of it, so that it could hold a path too. */
export function namesHost(raw: readonly string[]): boolean {
  const hosts = hostsOf(raw);
  return hosts.length === 1 && /^([\w.-]+|\[[\da-f:.]+\])(:\d{1,5})?$/i.test(hosts[0] ?? '');
}

export const hasHost = (raw: readonly string[]): boolean => hostsOf(raw).length > 0;

/** Bytes that the headers take on the wire. */
export function headerSize(raw: readonly string[]): number {
  let size = 0;
  for (const [name, value] of pairs(raw)) size += name.length + value.length + ': \r\n'.length;
  return size;
}

const hostsOf = (raw: readonly string[]): string[] =>
  [...pairs(raw)].flatMap(([name, value]) => (name.toLowerCase() === 'host' ? [value] : []));

function without(raw: readonly string[], drop: (name: string) => boolean): string[] {
  const named = new Set<string>();
  for (const [name, value] of pairs(raw)) {
    if (name.toLowerCase() === 'connection') for (const item of value.split(',')) named.add(item.trim().toLowerCase());
  }
  const kept: string[] = [];
  for (const [name, value] of pairs(raw)) {
    const key = name.toLowerCase();
    if (HOP_BY_HOP.has(key) || named.has(key) || drop(key)) continue;
    kept.push(name, value);
  }
  return kept;
}

function* pairs(raw: readonly string[]): Generator<[string, string]> {
  for (let index = 0; index + 1 < raw.length; index += 2) yield [raw[index] ?? '', raw[index + 1] ?? ''];
}
