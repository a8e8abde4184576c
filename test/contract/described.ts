import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openApiDocument } from '../../scripts/openapi/document.ts';
import type { Route } from '../../core/module/route.ts';
import type { Described, Schema } from './json-schema.ts';
import { PREFIX } from './operations.ts';
import { registry } from './platform.ts';

/** Beside the repository, unless said otherwise. */
const file = join(process.env['ORC8R_CONTRACT'] ?? join(import.meta.dirname, '../../../shared/contract'), 'rest-api.json');

interface Facts {
  readonly operations: readonly {
    readonly method: string;
    readonly path: string;
    readonly body?: string | Schema;
    readonly responses: Readonly<Record<string, string | Schema | null>>;
  }[];
  readonly schemas: readonly { readonly name: string; readonly schema: Schema; readonly unset?: Schema['unset'] }[];
}

interface Media {
  readonly content?: Readonly<Record<string, { readonly schema?: Schema; readonly example?: unknown }>>;
}

interface Document {
  readonly paths: Record<string, Record<string, { readonly requestBody?: Media; readonly responses: Record<string, Media> }>>;
  readonly components: { readonly schemas: Record<string, Schema> };
}

const document = openApiDocument(registry, '0.0.0') as unknown as Document;
const json = (media: Media | undefined) => Object.entries(media?.content ?? {}).find(([type]) => type === 'application/json')?.[1];

/** What our own document says of a route; `example` is that of its body. */
export function documented({ method, path, responses }: Route): Described & { readonly example: unknown } {
  const operation = document.paths[`${PREFIX}${path}`]?.[method];
  // What the document has besides is the report of a dry run.
  const [[status, { schema }] = ['', { schema: undefined }]] = Object.entries(responses);
  const success = schema === undefined ? undefined : operation?.responses[status];
  return {
    body: json(operation?.requestBody)?.schema,
    answer: withoutReport(json(success)?.schema),
    example: json(operation?.requestBody)?.example,
    follow: (ref) => document.components.schemas[ref.split('/').at(-1) ?? ''] ?? {},
  };
}

/** What the write itself answers, where its 200 may be the report of a dry run too. */
function withoutReport(schema: Schema | undefined): Schema | undefined {
  const isReport = ({ $ref }: Schema): boolean => $ref === '#/components/schemas/dry_run_report';
  return schema?.anyOf?.some(isReport) ? schema.anyOf.find((form) => !isReport(form)) : schema;
}

/** What the contract says, by operation; undefined when it does not lie beside the repository. */
export const contract: ReadonlyMap<string, Described & { readonly statuses: readonly number[] }> | undefined = existsSync(file)
  ? readContract(JSON.parse(readFileSync(file, 'utf8')) as Facts)
  : undefined;

function readContract({ operations, schemas }: Facts): NonNullable<typeof contract> {
  const named = new Map(schemas.map(({ name, schema, unset }) => [name, unset ? { ...schema, unset } : schema]));
  const meant = (type: string | Schema | null | undefined): Schema | undefined => {
    if (type === null || type === undefined) return undefined;
    if (typeof type !== 'string') return type;
    if (type.endsWith('[]')) return { type: 'array', items: meant(type.slice(0, -2)) ?? {} };
    const values = /^map<(.*)>$/.exec(type)?.[1];
    if (values !== undefined) return { type: 'object', additionalProperties: meant(values) ?? {} };
    return named.has(type) ? { $ref: type } : { type };
  };
  const follow = (ref: string): Schema => named.get(ref) ?? {};
  return new Map(
    operations.map(({ method, path, body, responses }) => {
      const success = Object.entries(responses).filter(([status]) => status !== 'default');
      return [
        `${method} ${path.slice(PREFIX.length)}`,
        { body: meant(body), answer: meant(success[0]?.[1]), statuses: success.map(([status]) => Number(status)), follow },
      ];
    }),
  );
}
