import createClient, { type Client, defaultBodySerializer } from 'openapi-fetch';
import { refusalOf } from './errors.ts';
import type { components, paths } from './schema.ts';

export { OrchestratorError, type Refusal } from './errors.ts';
export type { components, operations, paths } from './schema.ts';

/** A model of the API by its name in the document: `Model<'lte_gateway'>`. */
export type Model<Name extends keyof components['schemas']> = components['schemas'][Name];

/** Paths and methods of the API, typed: `GET('/magma/v1/networks/{network_id}', { params: { path: { network_id: 'city' } } })`. */
export type Orchestrator = Client<paths>;

/** What carries a request to the platform. */
export type Fetch = (request: Request) => Promise<Response>;

export interface Options {
  /** Address of the REST door, `https://api.example.com`, without /magma/v1. */
  readonly baseUrl: string;
  /** An API token; left out when a client certificate says who asks. */
  readonly token?: string;
  /** The one of the environment when left out. For a CA or a client certificate of one's own, `tlsFetch` of `orc8r-client/tls`. */
  readonly fetch?: Fetch;
}

/** A client of one platform. */
export function orchestrator({ baseUrl, token, fetch }: Options): Orchestrator {
  return createClient<paths>({
    baseUrl,
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    bodySerializer: sent,
    fetch: fetch ?? globalThis.fetch,
  });
}

/** Lines and tables go as they are, as what they are said to be; everything else is JSON, a bare string too. */
function sent(body: unknown, headers?: unknown): unknown {
  const type = headers instanceof Headers ? (headers.get('content-type') ?? '') : '';
  return typeof body === 'string' && type !== '' && !/\bjson\s*(;|$)/i.test(type) ? body : defaultBodySerializer(body);
}

/** What a method of the client resolves to. */
interface Answer<Data> {
  readonly data?: Data;
  readonly error?: unknown;
  readonly response: Response;
}

/** Success with its body and the tag to give back in If-Match. */
export interface Success<Data> {
  readonly data: Data;
  readonly etag: string | undefined;
}

/** Waits for an answer that has to be a success. Error: OrchestratorError for every refusal. */
export async function must<Data>(asked: Promise<Answer<Data>>): Promise<Success<Data>> {
  const { data, error, response } = await asked;
  if (!response.ok) throw refusalOf(response, error);
  return { data: data as Data, etag: response.headers.get('etag') ?? undefined };
}

/** The header that makes a change only if nobody was faster since the tag was read. Error: there is no tag, so nothing would be guarded. */
export function ifMatch(etag: string | undefined): { readonly 'If-Match': string } {
  if (etag === undefined) throw new TypeError('the answer came without an ETag: there is nothing to match');
  return { 'If-Match': etag };
}
