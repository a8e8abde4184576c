import type { ResponseSpec } from '../../core/module/route.ts';
import type { Json } from './json.ts';

const header = (description: string, example: string | number): Json => ({
  description,
  schema: { type: typeof example === 'number' ? 'integer' : 'string', examples: [example] },
});

/** `components/headers`: what answers carry beside their body. */
export const HEADERS: Readonly<Record<string, Json>> = {
  ETag: header('Names what was read, in the state in which it was read; give it back in `If-Match`', '"17"'),
  'Next-Page-Token': header('The `page_token` that leads to the next page; missing on the last page and without `page_size`', 'YWd3MQ'),
  'Retry-After': header('Seconds after which trying again makes sense', 1),
  'WWW-Authenticate': header('The kinds of credentials that are taken', 'Bearer realm="orc8r", Basic realm="orc8r"'),
  'X-Command-Id': header('Id of the record that the command left, also when it failed', '0b9c8c57-3f0e-4b5e-8a43-2f6f0a5d7c11'),
  'X-Request-Id': header('Finds the request in the log and in the audit rows', '4f1c2c1e-6a0e-4f6e-9a53-8d0c3a3d2b11'),
};

/** The headers of an answer on success. */
export const headersOf = (spec: ResponseSpec): Json =>
  Object.fromEntries(['X-Request-Id', ...(spec.headers ?? [])].map((name) => [name, { $ref: `#/components/headers/${name}` }]));
