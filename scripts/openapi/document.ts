import type { Registry } from '../../core/module/registry.ts';
import { creatable } from './creations.ts';
import { exampleOf } from './examples.ts';
import { HEADERS } from './headers.ts';
import { isObject, type Json, sorted } from './json.ts';
import { dryRunComponents, operationOf } from './operation.ts';
import { shareParameters } from './parameters.ts';
import { ERROR, refusalComponents } from './refusals.ts';
import { TAGS } from './tags.ts';

const ABOUT = `The northbound API: networks, gateways, and what they are to do. Compatible with the clients of Magma's orc8r.

- **Credentials**: a client certificate of an operator, a bearer token, or HTTP Basic with the operator's name and a token.
- **Bodies** are JSON of at most 5 MiB and 32 levels; a path takes the methods listed for it and answers others with 405 and \`Allow\`.
- **Safe change**: a GET answers an \`ETag\`; a PUT or DELETE with \`If-Match\` is made only if nobody else was faster (412); where nothing is held to it, it is refused. With \`?dry_run=true\` a write is checked and not kept; what a gateway is told to do cannot be tried.
- **Refusals** share one form, \`error\`. Its \`request_id\`, also in the header \`X-Request-Id\`, finds the request in the log.

Written by \`npm run openapi\` from the routes themselves.`;

/** The OpenAPI 3.1 document of all routes. Deterministic: paths, methods and components are sorted. */
export function openApiDocument(registry: Registry, version: string): Json {
  const schemas: Record<string, Json> = { error: ERROR };
  const paths: Record<string, Record<string, Json>> = {};
  for (const route of registry.routes) {
    const path = `/magma/v1${route.path}`;
    paths[path] = { ...paths[path], [route.method]: operationOf(route, schemas) };
  }
  const parameters = shareParameters(paths);
  const document = {
    openapi: '3.1.0',
    info: { title: 'Orchestrator REST API', version, description: ABOUT, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    servers: [{ url: '/', description: 'The platform that serves this document' }],
    security: [{ token: [] }, { basic: [] }, { certificate: [] }],
    tags: [...new Set(registry.routes.map((route) => route.tag))].sort().map((name) => ({ name, description: TAGS[name] })),
    paths: sorted(Object.fromEntries(Object.entries(paths).map(([path, item]) => [path, sorted(item)]))),
    components: {
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'An API token, `op_...`, of an operator or a user' },
        basic: { type: 'http', scheme: 'basic', description: "Operator name and API token, as Magma's clients send them" },
        certificate: { type: 'mutualTLS', description: 'A client certificate of an operator, signed by the certifier of this platform' },
      },
      headers: HEADERS,
      parameters: sorted(parameters),
      responses: sorted(onlyUsed({ ...refusalComponents(), ...dryRunComponents(schemas) }, paths)),
      schemas: sorted(schemas),
    },
  };
  addExamples(document);
  return document;
}

/** Components that are referred to, or lead to what is. */
function onlyUsed(responses: Record<string, Json>, paths: unknown): Record<string, Json> {
  const text = JSON.stringify([paths, responses]);
  return Object.fromEntries(Object.entries(responses).filter(([name]) => text.includes(`"#/components/responses/${name}"`)));
}

/** Gives each JSON body that has none an example made from those of its parts. */
function addExamples(
  document: Json & { paths: Record<string, Record<string, Json>>; components: { responses: Record<string, Json> } },
): void {
  const operations = Object.values(document.paths).flatMap((item) => Object.values(item));
  const asItIs = (example: unknown): unknown => example;
  const holders = [
    ...operations.flatMap(({ operationId, requestBody, responses }) => [
      { holder: requestBody, sent: (example: unknown) => creatable(operationId, example) },
      ...Object.values(responses as Json).map((holder) => ({ holder, sent: asItIs })),
    ]),
    ...Object.values(document.components.responses).map((holder) => ({ holder, sent: asItIs })),
  ];
  for (const { holder, sent } of holders) {
    const content = isObject(holder) && isObject(holder['content']) ? holder['content'] : {};
    for (const media of Object.values(content)) {
      if (!isObject(media) || 'example' in media) continue;
      const example = exampleOf(document, media['schema']);
      if (example !== undefined) media['example'] = sent(example);
    }
  }
}
