import openapiTypes, { astToString, type OpenAPI3 } from 'openapi-typescript';
import ts from 'typescript';
import { isObject, type Json } from './json.ts';

const HEADING = `// Written by \`npm run openapi\` from docs/openapi.json; not to be changed by hand.

`;

/** Stands for a body that is not there: no schema has words for it. */
const NOTHING = 'x-nothing';

/** The types of the client in clients/typescript. Bodies' examples are left out: they would be half of the file. */
export async function clientTypes(document: Json): Promise<string> {
  const nodes = await openapiTypes(forTypes(document) as OpenAPI3, {
    defaultNonNullable: false,
    emptyObjectsUnknown: true,
    transform: (schema) => (NOTHING in schema ? ts.factory.createKeywordTypeNode(ts.SyntaxKind.UndefinedKeyword) : undefined),
  });
  return HEADING + astToString(nodes);
}

/** Only media types have `example`; what fields have is called `examples` and says what a value looks like. */
function forTypes(node: unknown, mayBeEmpty = false): unknown {
  if (Array.isArray(node)) return node.map((item) => forTypes(item));
  if (!isObject(node)) return node;
  const isMedia = 'schema' in node && 'example' in node;
  const kept = Object.entries(node).filter(([key]) => !(isMedia && key === 'example'));
  const empty = node['x-may-be-empty'] === true || mayBeEmpty;
  return Object.fromEntries(
    kept.map(([key, value]) => [
      key,
      isMedia && empty && key === 'schema' ? { anyOf: [forTypes(value), { [NOTHING]: true }] } : forTypes(value, empty && !isMedia),
    ]),
  );
}
