// What a gateway has to know of its mconfig JSON (SOUTHBOUND 7, "mconfig JSON"); the rest belongs to the services.
import type { JsonValue } from '@bufbuild/protobuf';
import { fromJson } from '@bufbuild/protobuf';
import type { MagmaD } from '../../proto/gen/orc8r/protos/mconfig/mconfigs_pb.js';
import { MagmaDSchema } from '../../proto/gen/orc8r/protos/mconfig/mconfigs_pb.js';
import { reasonOf } from '../log.ts';

type JsonObject = Record<string, JsonValue>;

export interface Mconfig {
  magmad: MagmaD;
  configsByKey: Readonly<Record<string, JsonObject>>;
  /** When the cloud made it: Unix seconds; 0 when it does not say. */
  createdAt: number;
}

/** An mconfig that is refused; `path` names the place, for instance `configsByKey.magmad`. */
export class MconfigError extends Error {
  readonly path: string;

  constructor(path: string, message: string) {
    super(message);
    this.name = 'MconfigError';
    this.path = path;
  }
}

const TYPE_PREFIX = 'type.googleapis.com/';
const MAGMAD_TYPE = `${TYPE_PREFIX}${MagmaDSchema.typeName}`;

/** Reads mconfig JSON. Throws MconfigError. Fields that a service does not know are no fault. */
export function parseMconfig(bytes: Uint8Array): Mconfig {
  const root = parseJson(bytes);
  if (!isObject(root)) throw new MconfigError('', 'the mconfig is not a JSON object');
  const configsByKey = root['configsByKey'] ?? root['configs_by_key'];
  if (!isObject(configsByKey)) throw new MconfigError('configsByKey', 'configsByKey is missing or not an object');
  const configs: Record<string, JsonObject> = {};
  for (const [key, config] of Object.entries(configsByKey)) {
    const path = `configsByKey.${key}`;
    if (!isObject(config)) throw new MconfigError(path, `the config of ${key} is not an object`);
    const type = config['@type'];
    if (typeof type !== 'string' || !type.startsWith(TYPE_PREFIX))
      throw new MconfigError(`${path}.@type`, `the config of ${key} does not name its type`);
    configs[key] = config;
  }
  return { magmad: parseMagmad(configs['magmad']), configsByKey: configs, createdAt: createdAtOf(root['metadata']) };
}

function parseJson(bytes: Uint8Array): JsonValue {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    throw new MconfigError('', 'the mconfig is not UTF-8');
  }
  try {
    return JSON.parse(text) as JsonValue;
  } catch (error) {
    throw new MconfigError('', `the mconfig is not JSON: ${reasonOf(error)}`);
  }
}

function parseMagmad(config: JsonObject | undefined): MagmaD {
  const path = 'configsByKey.magmad';
  if (!config) throw new MconfigError(path, 'the mconfig has no magmad');
  if (config['@type'] !== MAGMAD_TYPE)
    throw new MconfigError(`${path}.@type`, `magmad is of type ${JSON.stringify(config['@type'])}, not ${MAGMAD_TYPE}`);
  const { '@type': _type, ...fields } = config;
  try {
    return fromJson(MagmaDSchema, fields, { ignoreUnknownFields: true });
  } catch (error) {
    throw new MconfigError(path, `magmad cannot be read: ${reasonOf(error)}`);
  }
}

function createdAtOf(metadata: JsonValue | undefined): number {
  if (!isObject(metadata)) return 0;
  const value = Number(metadata['created_at'] ?? metadata['createdAt'] ?? 0);
  return Number.isSafeInteger(value) && value > 0 ? value : 0;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
