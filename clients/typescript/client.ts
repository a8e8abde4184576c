import createClient, { type Client } from 'openapi-fetch';
import { refusalOf } from './errors.ts';
import type { components, paths } from './schema.ts';
import { type Fetch, type TlsOptions, tlsFetch } from './tls-fetch.ts';

export { OrchestratorError, type Refusal } from './errors.ts';
export type { components, operations, paths } from './schema.ts';
export { type Fetch, type TlsOptions, tlsFetch } from './tls-fetch.ts';

/** A model of the API by its name in the document: `Model<'lte_gateway'>`. */
export type Model<Name extends keyof components['schemas']> = components['schemas'][Name];

/** Paths and methods of the API, typed: `GET('/magma/v1/networks/{network_id}', { params: { path: { network_id: 'city' } } })`. */
export type Orchestrator = Client<paths>;

export interface Options {
  /** Address of the REST door, `https://api.example.com`, without /magma/v1. */
  readonly baseUrl: string;
  /** An API token; left out when a client certificate says who asks. */
  readonly token?: string;
  /** For a platform with a CA of its own, and for client certificates. Needs Node. */
  readonly tls?: TlsOptions;
  /** Instead of `tls`: whatever carries a request to the platform. */
  readonly fetch?: Fetch;
}

/** A client of one platform. */
export function orchestrator({ baseUrl, token, tls, fetch }: Options): Orchestrator {
  return createClient<paths>({
    baseUrl,
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    fetch: fetch ?? (tls ? tlsFetch(tls) : globalThis.fetch),
  });
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
