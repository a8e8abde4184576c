import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { V4WorkerOptions } from 'miniflare';
import { ASSETS, layOutAssets } from './assets.ts';
import { StartError, errorText } from './start-error.ts';

/** What the start takes from a wrangler.toml. */
export interface WorkerConfig {
  name: string;
  /** Entry file of the Worker. */
  main: string;
  options: V4WorkerOptions;
  define: Record<string, string>;
  crons: readonly string[];
  /** The D1 database with migrations, when there is one. */
  database: { binding: string; migrations: string } | undefined;
}

/** Reads a wrangler.toml the way wrangler itself does. */
export async function readWorkerConfig(path: string): Promise<WorkerConfig> {
  if (!existsSync(path)) throw new StartError(`The configuration ${path} is missing. Start in a whole clone of the repository.`);
  // Wrangler weighs a second of loading, and reports usage unless told not to.
  process.env['WRANGLER_SEND_METRICS'] ??= 'false';
  const wrangler = await import('wrangler');
  try {
    const config = wrangler.unstable_readConfig({ config: path }, { hideWarnings: true });
    const { workerOptions, main, define } = wrangler.unstable_getMiniflareWorkerOptions(path);
    if (!main) throw new Error('it names no "main"');
    const database = config.d1_databases[0];
    return {
      name: config.name ?? 'worker',
      main,
      options: withAssets(workerOptions as unknown as V4WorkerOptions),
      define: define ?? {},
      crons: config.triggers.crons ?? [],
      database: database && { binding: database.binding, migrations: resolve(dirname(path), database.migrations_dir ?? 'migrations') },
    };
  } catch (error) {
    throw new StartError(`The configuration ${path} cannot be used: ${errorText(error)}`, error);
  }
}

/**
 * Assets straight from the folder. Miniflare's own way, a router in front of the Worker, would cost every request a hop, and all of
 * them go to the Worker first anyhow.
 */
function withAssets({ assets, ...options }: V4WorkerOptions): V4WorkerOptions {
  if (!assets?.binding) return options;
  const { binding, directory: path } = assets;
  if (path === ASSETS) layOutAssets();
  return { ...options, serviceBindings: { ...options.serviceBindings, [binding]: { disk: { path, writable: false } } } };
}
