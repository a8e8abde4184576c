import openapiTypes, { astToString, type OpenAPI3 } from 'openapi-typescript';
import { isObject, type Json } from './json.ts';

const HEADING = `// Written by \`npm run openapi\` from docs/openapi.json; not to be changed by hand.

`;

/** The types of the client in clients/typescript. Bodies' examples are left out: they would be half of the file. */
export async function clientTypes(document: Json): Promise<string> {
  const nodes = await openapiTypes(withoutExamples(document) as unknown as OpenAPI3, {
    defaultNonNullable: false,
    emptyObjectsUnknown: true,
  });
  return HEADING + astToString(nodes);
}

/** Only media types have `example`; what fields have is called `examples` and says what a value looks like. */
function withoutExamples(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutExamples);
  if (!isObject(node)) return node;
  const isMedia = 'schema' in node && 'example' in node;
  const kept = Object.entries(node).filter(([key]) => !(isMedia && key === 'example'));
  return Object.fromEntries(kept.map(([key, value]) => [key, withoutExamples(value)]));
}
