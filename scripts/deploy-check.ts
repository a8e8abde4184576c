// `npm run deploy:check`: bundles what `wrangler deploy` would upload, and prints its size and bindings; nothing leaves the machine.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { run } from './steps.ts';

/** A Worker may have 10 MB compressed on a paid plan, 3 MB on a free one; ours is to fit the free one. */
const LIMIT = 3 * 1024 * 1024;

const out = mkdtempSync(join(tmpdir(), 'orc8r-deploy-'));
try {
  const code = await run('wrangler', ['deploy', '--dry-run', '--minify', '--outdir', out], undefined, {
    WRANGLER_SEND_METRICS: 'false',
    CI: 'true',
  });
  if (code !== 0) {
    console.error('The bundle could not be made.');
    process.exitCode = code;
  } else {
    const files = readdirSync(out).filter((file) => file.endsWith('.js') || file.endsWith('.wasm'));
    const bytes = files.reduce((sum, file) => sum + gzipSync(readFileSync(join(out, file))).byteLength, 0);
    console.log(`Bundle: ${(bytes / 1024).toFixed(0)} KiB compressed of ${LIMIT / 1024} KiB.`);
    if (bytes > LIMIT) {
      console.error('The bundle is too large to deploy.');
      process.exitCode = 1;
    }
  }
} finally {
  rmSync(out, { recursive: true, force: true });
}
