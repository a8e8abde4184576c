import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Miniflare, convertV4MiniflareOptions } from 'miniflare';
import { openDataFolder, writeSecret } from './data-folder.ts';
import { type DevelopmentCa, openDevelopmentCa, vpnSettings } from './development-ca.ts';
import { applyMigrations } from './migrations.ts';
import { FlagError, port as portOf, toFlagError } from './flags.ts';
import { openOperator } from './operator.ts';
import { DEFAULT_DOMAIN } from './platform.ts';
import { registerOperator } from './register-operator.ts';
import { shownPath } from './shown-path.ts';
import { StartError, errorText } from './start-error.ts';
import { readWorkerConfig } from './worker-config.ts';

const HELP = `Runs \`wrangler dev\` on wrangler.toml: the API door over plain HTTP, with a token, reloading when a source file is saved.

  npm run dev -- [flags]

  --port PORT     port on 127.0.0.1 (8787); 0 takes any free port
  --data FOLDER   where certificates, the token and the state of development are kept (.orc8r)
  --config FILE   another wrangler.toml than the repository's own
  --help          this text
`;

function flags() {
  const text = { type: 'string' } as const;
  try {
    return parseArgs({ options: { port: text, data: text, config: text, help: { type: 'boolean' } } }).values;
  } catch (error) {
    throw toFlagError(error);
  }
}

async function main(): Promise<number> {
  const values = flags();
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const asked = portOf('--port', values.port) ?? 8787;
  const port = asked === 0 ? await freePort() : asked;
  const dataDir = openDataFolder(values.data ?? '.orc8r');
  const config = resolve(values.config ?? join(import.meta.dirname, '..', 'wrangler.toml'));
  const ca = await openDevelopmentCa({ dataDir, host: '127.0.0.1', domain: DEFAULT_DOMAIN });
  const operator = await openOperator({ dataDir, certifier: ca.certifier });
  const state = join(dataDir, 'dev');
  await prepareDatabase(config, state, operator.registration);
  const secrets = join(dataDir, 'dev.env');
  writeSecret(secrets, secretsFile(ca));
  process.stdout.write(
    `\n  curl -H "Authorization: Bearer $(cat ${shownPath(operator.files.tokenFile)})" http://127.0.0.1:${port}/magma/v1/networks\n\n`,
  );
  return runWrangler([
    'dev',
    '--config',
    config,
    '--ip',
    '127.0.0.1',
    '--port',
    String(port),
    '--persist-to',
    state,
    '--env-file',
    secrets,
  ]);
}

/** Chosen here, so that the line to paste can name it. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}

/** Migrates the D1 that `wrangler dev` is about to open, and lets the first operator in. */
async function prepareDatabase(config: string, state: string, operator: Parameters<typeof registerOperator>[1]): Promise<void> {
  const worker = await readWorkerConfig(config);
  if (!worker.database) return;
  const { binding, migrations } = worker.database;
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      cf: false,
      telemetry: { enabled: false },
      // Where `--persist-to` keeps it: wrangler appends the version of the layout.
      resourcePersistencePath: join(state, 'v3'),
      workers: [
        {
          name: 'database',
          compatibilityDate: worker.options.compatibilityDate,
          modules: true,
          script: 'export default {}',
          d1Databases: worker.options.d1Databases,
        },
      ],
    }),
  );
  try {
    const d1 = (await miniflare.getD1Database(binding)) as unknown as D1Database;
    await applyMigrations(d1, migrations);
    await registerOperator(d1, operator);
  } finally {
    await miniflare.dispose();
  }
}

/** The settings that are secrets on Cloudflare. Nobody ends TLS here, so no certificate identifies anyone. */
function secretsFile(ca: DevelopmentCa): string {
  const settings = {
    IDENTITY_SOURCE: 'none',
    CERTIFIER_CERT: ca.certifier.bundle,
    CERTIFIER_KEY: ca.certifier.key,
    BOOTSTRAP_KEY: ca.bootstrapKey,
    ROOT_CA: ca.root.bundle,
    ...vpnSettings(ca),
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name}="${value.replaceAll('\n', '\\n')}"\n`)
    .join('');
}

async function runWrangler(args: readonly string[]): Promise<number> {
  const wrangler = join(dirname(createRequire(import.meta.url).resolve('wrangler/package.json')), 'bin', 'wrangler.js');
  const child = spawn(process.execPath, [wrangler, ...args], { stdio: 'inherit' });
  let told = false;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      told = true;
      child.kill(signal);
    });
  }
  return new Promise((settle, reject) => {
    child.once('error', reject);
    // Wrangler ends as if killed when it is asked to stop; that was what we wanted.
    child.once('exit', (code, signal) => settle(told ? 0 : (code ?? 128 + (signal ? constants.signals[signal] : 0))));
  });
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    if (error instanceof FlagError) {
      process.stderr.write(`${error.message}. Run "npm run dev -- --help" to see the flags.\n`);
      process.exit(2);
    }
    process.stderr.write(
      `${error instanceof StartError ? error.message : `npm run dev could not start: ${errorText(error).split('\n')[0]}`}\n`,
    );
    process.exit(1);
  },
);
