import { readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { type BuildFailure, type Plugin, build, stop } from 'esbuild';
import { StartError, errorText } from './start-error.ts';

export interface Bundle {
  /** File name as workerd and its stack traces show it. */
  path: string;
  code: string;
  /** Source map, version 3. */
  map: string;
}

const builtins = new Set(builtinModules.map((name) => name.replace(/^node:/, '')));

/**
 * Bundles the Worker as `wrangler deploy` does: ES module, conditions workerd, worker and browser, Node's own modules left to
 * the runtime (`nodejs_compat`).
 * @throws StartError naming the first fault and its place
 */
export async function bundleWorker(entry: string, folder: string, define: Record<string, string> = {}): Promise<Bundle> {
  const path = join(folder, 'worker.js');
  try {
    await build({
      entryPoints: [entry],
      outfile: path,
      bundle: true,
      format: 'esm',
      target: 'es2024',
      platform: 'browser',
      conditions: ['workerd', 'worker', 'browser'],
      external: ['cloudflare:*'],
      loader: { '.txt': 'text', '.html': 'text', '.sql': 'text', '.bin': 'binary' },
      keepNames: true,
      sourcemap: 'linked',
      sourcesContent: false,
      logLevel: 'silent',
      define: { 'process.env.NODE_ENV': '"production"', 'navigator.userAgent': '"Cloudflare-Workers"', ...define },
      plugins: [nodeModules],
    });
  } catch (error) {
    throw new StartError(`The Worker ${entry} does not build: ${firstFault(error)}. Mend that line and start again.`, error);
  } finally {
    // esbuild keeps a helper process for further builds; there are none.
    await stop();
  }
  return { path, code: readFileSync(path, 'utf8'), map: readFileSync(`${path}.map`, 'utf8') };
}

/** workerd offers Node's modules as `node:...` imports only: bare names are renamed, `require` goes through an import. */
const nodeModules: Plugin = {
  name: 'node-modules',
  setup(builder) {
    builder.onResolve({ filter: /^(node:)?[a-z_]+(\/[a-z_]+)?$/ }, ({ path, kind }) => {
      const name = path.replace(/^node:/, '');
      if (!builtins.has(name)) return undefined;
      if (kind === 'require-call') return { path: name, namespace: 'required-node-module' };
      return { path: `node:${name}`, external: true };
    });
    builder.onLoad({ filter: /.*/, namespace: 'required-node-module' }, ({ path }) => ({
      contents: `import all from 'node:${path}'; module.exports = all;`,
      loader: 'js',
    }));
  },
};

function firstFault(error: unknown): string {
  const first = (error as Partial<BuildFailure>).errors?.[0];
  if (!first) return errorText(error);
  const place = first.location ? ` (${first.location.file}:${first.location.line})` : '';
  return `${first.text}${place}`;
}
