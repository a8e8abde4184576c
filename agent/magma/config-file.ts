// Magma's own YAML files, where they lie: /etc/magma, each overridden key by key in /var/opt/magma/configs.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { z } from 'zod';
import { reasonOf } from '../log.ts';
import { isNotFound } from '../storage/atomic-file.ts';

/** Where Magma's files lie. */
export interface ConfigFolders {
  /** `/etc/magma` */
  defaults: string;
  /** `/var/opt/magma/configs` */
  overrides: string;
}

const MAX_FILE_BYTES = 1024 * 1024;

/**
 * Reads `<name>.yml`: the defaults, over which each key of the override file is laid, as Magma's services do. Undefined when there is neither.
 * Throws with one clear line that names the file, and the path in it, when it cannot be used.
 */
export function readConfig<T extends z.ZodType>(folders: ConfigFolders, name: string, schema: T): z.infer<T> | undefined {
  const paths = [folders.defaults, folders.overrides].map((folder) => join(folder, `${name}.yml`));
  const contents = paths.map(readMapping).filter((content) => content !== undefined);
  if (contents.length === 0) return undefined;
  const result = schema.safeParse(Object.assign({}, ...contents));
  if (result.success) return result.data;
  const faults = result.error.issues.map(({ path, message }) => `${path.join('.') || 'the file'}: ${message}`);
  throw new Error(`${name}.yml of ${folders.defaults} and ${folders.overrides} is not valid: ${faults.join('; ')}`);
}

function readMapping(path: string): Record<string, unknown> | undefined {
  const bytes = readBytes(path);
  if (bytes === undefined) return undefined;
  if (bytes.length > MAX_FILE_BYTES) throw new Error(`${path} is larger than ${MAX_FILE_BYTES} bytes`);
  let content: unknown;
  try {
    content = parse(bytes.toString('utf8'), { maxAliasCount: 100, prettyErrors: true });
  } catch (error) {
    throw new Error(`${path} is not YAML: ${reasonOf(error).split('\n')[0]}`);
  }
  // An empty file, or one of comments, overrides nothing.
  if (content === null || content === undefined) return {};
  if (typeof content !== 'object' || Array.isArray(content)) throw new Error(`${path} does not hold a mapping of keys to values`);
  return content as Record<string, unknown>;
}

function readBytes(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw new Error(`${path} cannot be read: ${reasonOf(error)}`);
  }
}
