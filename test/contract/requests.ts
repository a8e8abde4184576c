import type { Route } from '../../core/module/route.ts';
import { SERIAL } from './identities.ts';
import { bodies, ENDED_TRACE, IMSI, NEXT_IMSI, others, prepared, subscriber } from './resources.ts';
import { variantsOf } from './variants.ts';
import { COMMAND } from './fleet.ts';
import type { Asked, Credentials, Platform } from './platform.ts';

/** One request to a route that, from one who may, finds something or changes something. */
export interface Probe extends Asked {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
  /** Without the query. */
  readonly path: string;
}

const NETWORKS: Readonly<Record<string, string>> = { feg: 'feg1', feg_lte: 'fl1', cwf: 'cwf1' };
const GATEWAYS: Readonly<Record<string, string>> = { feg: 'fgw1', cwf: 'cgw1' };

/** Makes what is prepared; answers the parameters that the platform chose. Error: when anything was not made. */
export async function prepare(platform: Platform, by: Credentials): Promise<Readonly<Record<string, string>>> {
  const made = async (method: string, path: string, body: unknown): Promise<string> => {
    const { status, text } = await platform.ask({ method, path, body: body === undefined ? undefined : JSON.stringify(body) }, by);
    if (status >= 300) throw new Error(`${method} ${path} answered ${status}: ${text}`);
    return text;
  };
  const texts = new Map<string, string>();
  for (const [path, body] of prepared) texts.set(path, await made('POST', path, body));
  await made('PUT', '/tenants/1/control_proxy', { control_proxy: 'for tests' });
  for (const part of ['sentry', 'state']) await made('PUT', `/networks/lte1/${part}`, bodies[`PUT /networks/{network_id}/${part}`]);
  await made('PUT', '/lte/lte1/gateways/gw1/vpn', { enable_shell: true });
  await made('PUT', '/cwf/cwf1/li_ues', bodies['PUT /cwf/{network_id}/li_ues']);
  await made('DELETE', '/feg/feg1/gateways/fgw2/federation', undefined);
  await made('PUT', `/networks/lte1/tracing/${ENDED_TRACE}`, { requested_end: true });
  const { cbsds } = JSON.parse(await made('GET', '/dp/lte1/cbsds', undefined)) as { cbsds: { id: number }[] };
  const token = JSON.parse(await made('POST', '/user/ann/tokens', [{ effect: 'ALLOW', path: '/magma/v1/none' }])) as { id: string };
  return { sms_pk: JSON.parse(texts.get('/lte/lte1/sms') ?? '""') as string, token: token.id, cbsd_id: String(cbsds[0]?.id) };
}

/** The request to each route. What a PUT sends is what a GET of the same path shows, unless `bodies` has something else. */
export async function probesOf(
  platform: Platform,
  routes: readonly Route[],
  chosen: Readonly<Record<string, string>>,
  by: Credentials,
): Promise<Probe[]> {
  const probes: Probe[] = [];
  for (const route of routes) {
    const method = route.method.toUpperCase();
    const params = paramsOf(route, chosen);
    const path = pathOf(route, params);
    const given = bodies[`${method} ${route.path}`];
    let body = given === undefined ? undefined : JSON.stringify(given);
    if (route.method === 'put' && body === undefined) body = (await platform.ask({ method: 'GET', path }, by)).text;
    const bulk = route.rawBody !== undefined;
    if (bulk) body = JSON.stringify(subscriber(NEXT_IMSI));
    probes.push({ route, params, method, path, body, contentType: bulk ? 'application/x-ndjson' : undefined });
  }
  return probes;
}

/** The path of a route below /magma/v1, with its parameters in it. */
export const pathOf = (route: Route, params: Readonly<Record<string, string>>): string =>
  route.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));

function paramsOf(route: Route, chosen: Readonly<Record<string, string>>): Record<string, string> {
  const family = route.path.split('/')[1] ?? '';
  const adds = route.method === 'post';
  const known: Record<string, string> = {
    ...chosen,
    network_id: NETWORKS[family] ?? 'lte1',
    gateway_id: route.operationId === 'createFegGatewayFederation' ? 'fgw2' : (GATEWAYS[family] ?? 'gw1'),
    domain: adds ? 'b.example' : 'a.example',
    base_name: adds ? 'b2' : 'b1',
    rule_id: adds ? 'r2' : 'r1',
    tier_id: 'default',
    trace_id: route.operationId === 'downloadCallTrace' ? ENDED_TRACE : 't1',
    command_id: COMMAND.id,
    image_name: 'img1',
    channel_id: 'stable',
    tenant_id: '1',
    version: '2',
    username: 'ann',
    serial: SERIAL,
    gateway_pool_id: 'p1',
    enodeb_serial: 'e1',
    apn_name: 'internet',
    profile_id: 'q1',
    rating_group_id: '1',
    msisdn: '4911',
    task_id: 't1',
    destination_id: 'd1',
    subscriber_id: IMSI,
    ha_pair_id: 'h1',
  };
  const names = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const missing = names.filter((name) => known[name] === undefined);
  if (missing.length > 0)
    throw new Error(`say in test/contract/requests.ts what ${missing.join(', ')} of ${route.path} is in the prepared networks`);
  return Object.fromEntries(names.map((name) => [name, known[name] ?? '']));
}

/** Bodies for a PUT, the one that fits best first; the platform may refuse any of them. */
export function* bodiesOf({ route, body }: Probe): Generator<unknown> {
  const sent = JSON.parse(body ?? 'null') as unknown;
  const other = others[`PUT ${route.path}`];
  yield sent;
  if (other !== undefined) yield other;
  yield* variantsOf(sent);
}
