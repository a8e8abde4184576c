import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { V4WorkerOptions } from 'miniflare';
import { bundleWorker } from './bundle.ts';
import { startCron } from './cron.ts';
import { openDataFolder } from './data-folder.ts';
import { lockDataFolder } from './data-lock.ts';
import { openDevelopmentCa, vpnSettings } from './development-ca.ts';
import type { PacingOptions } from './front/accept-pacing.ts';
import type { DoorName } from './front/cf-blob.ts';
import { openFront } from './front/front.ts';
import { Headroom } from './headroom.ts';
import { type LogSink, silent } from './log.ts';
import { applyMigrations } from './migrations.ts';
import { countOpenFiles, openFiles } from './open-files.ts';
import { type OperatorFiles, type RegisterOperator, openOperator } from './operator.ts';
import { registerOperator } from './register-operator.ts';
import { startRuntime } from './runtime.ts';
import { errorText } from './start-error.ts';
import { superviseRuntime } from './supervisor.ts';
import { readWorkerConfig } from './worker-config.ts';

export type Ports = Record<DoorName, number>;
/** Called when a step begins (`done` of `total` are complete) and once more, with `done` equal to `total`, at the end. */
export type Progress = (step: string, done: number, total: number) => void;

export interface PlatformOptions {
  dataDir: string;
  /** 127.0.0.1 unless given. */
  host?: string;
  /** 0 asks for a free port; 9443, 8443 and 8444 unless given. */
  ports?: Partial<Ports>;
  /** orc8r.test unless given. */
  domain?: string;
  progress?: Progress;
  log?: LogSink;
  /** Path of a wrangler.toml; the repository's own unless given. */
  config?: string;
  /** Entry file of the Worker; the one that the configuration names unless given. Benchmarks put counters around it. */
  main?: string;
  /** Writes the first operator into D1; as core/identity does it unless given. */
  registerOperator?: RegisterOperator;
  /** Further Miniflare workers with `unsafeDirectSockets` of their own. */
  extraWorkers?: readonly V4WorkerOptions[];
  pacing?: PacingOptions;
  /** How many files the runtime may open; the system's limit unless given. */
  fileLimit?: number;
  /** Bytes of a request body. */
  maxBody?: number;
  /** Milliseconds between cron runs. */
  cronInterval?: number;
}

/** A started platform. */
export interface Platform {
  /** `https://127.0.0.1:9443` and so on. */
  addresses: Record<DoorName, string>;
  credentials: OperatorFiles & { rootFile: string };
  dataDir: string;
  domain: string;
  /** The pid of workerd; undefined while it is away. */
  runtimePid(): number | undefined;
  /** A fresh D1 handle; ask again after a restart of the runtime. */
  d1(): Promise<D1Database>;
  /** Address of an extra worker's direct socket. */
  directUrl(worker: string): Promise<URL>;
  restartRuntime(): Promise<void>;
  /** Runs what wrangler.toml has under this cron expression, now. */
  scheduled(cron: string): Promise<void>;
  stop(): Promise<void>;
}

export const DEFAULT_PORTS: Ports = { api: 9443, controller: 8443, bootstrap: 8444 };
export const DEFAULT_DOMAIN = 'orc8r.test';
const STEPS = 7;

/**
 * Starts everything on one machine: certificates, doors, workerd with the Worker, migrations, the first operator, cron.
 * What was started is ended again when a later step fails.
 * @throws StartError with one line that names the fix
 */
export async function startPlatform(options: PlatformOptions): Promise<Platform> {
  const host = options.host ?? '127.0.0.1';
  const domain = options.domain ?? DEFAULT_DOMAIN;
  const log = options.log ?? silent;
  const undo: (() => Promise<void> | void)[] = [];
  let done = 0;
  const step = (name: string): void => options.progress?.(name, done++, STEPS);
  const stop = async (): Promise<void> => {
    for (let end = undo.pop(); end; end = undo.pop()) await end();
  };

  try {
    step('Opening the data folder');
    const dataDir = openDataFolder(options.dataDir);
    const lock = await lockDataFolder(dataDir);
    undo.push(() => lock.release());

    step('Preparing certificates');
    const ca = await openDevelopmentCa({ dataDir, host, domain });
    const operator = await openOperator({ dataDir, certifier: ca.certifier });

    step('Opening the doors');
    const secret = randomBytes(32).toString('hex');
    let upstream: () => URL | undefined = () => undefined;
    let runtimePid: () => number | undefined = () => undefined;
    const limit = options.fileLimit ?? openFiles()?.limit;
    const count = (): number | undefined => {
      const pid = runtimePid();
      return pid === undefined ? undefined : countOpenFiles(pid);
    };
    const headroom = limit === undefined ? undefined : new Headroom({ limit, count, log });
    const front = await openFront({
      host,
      ports: { ...DEFAULT_PORTS, ...options.ports },
      server: ca.server,
      certifier: ca.certifier.bundle,
      secret,
      // Until the database and the operator are ready, callers are asked to wait.
      upstream: () => upstream(),
      log,
      pacing: options.pacing,
      headroom,
      maxBody: options.maxBody,
    });
    undo.push(() => front.close());

    step('Building the Worker');
    const worker = await readWorkerConfig(options.config ?? join(import.meta.dirname, '..', 'wrangler.toml'));
    const bundle = await bundleWorker(options.main ?? worker.main, join(dataDir, 'build'), worker.define);

    step('Starting the runtime');
    const bindings = {
      IDENTITY_SOURCE: 'front',
      FRONT_SECRET: secret,
      CERTIFIER_CERT: ca.certifier.bundle,
      CERTIFIER_KEY: ca.certifier.key,
      BOOTSTRAP_KEY: ca.bootstrapKey,
      ROOT_CA: ca.root.bundle,
      ...vpnSettings(ca),
      DOMAIN: domain,
      CLOUD_PORT: String(front.ports.controller),
      BOOTSTRAP_PORT: String(front.ports.bootstrap),
    };
    const state = join(dataDir, 'state');
    const supervisor = await superviseRuntime({
      start: (onRestart) =>
        startRuntime({ dataDir, state, worker, bundle, bindings, headroom, extraWorkers: options.extraWorkers ?? [], log, onRestart }),
      lock,
      log,
    });
    undo.push(() => supervisor.stop());
    runtimePid = () => supervisor.pid();
    const d1 = async (): Promise<D1Database> => {
      if (!worker.database) throw new Error('the configuration names no D1 database');
      return supervisor.runtime().d1(worker.database.binding);
    };

    step('Migrating the database');
    if (worker.database) await applyMigrations(await d1(), worker.database.migrations);

    step('Registering the first operator');
    if (worker.database) await (options.registerOperator ?? registerOperator)(await d1(), operator.registration);

    upstream = () => supervisor.upstream();
    undo.push(
      startCron({
        crons: worker.crons,
        every: options.cronInterval,
        trigger: (cron) => supervisor.runtime().scheduled(cron),
        failed: (cron, error) =>
          log({ level: 'error', source: 'platform', message: `the scheduled run "${cron}" failed: ${errorText(error)}` }),
      }),
    );
    options.progress?.('Ready', STEPS, STEPS);
    return {
      addresses: {
        api: address(host, front.ports.api),
        controller: address(host, front.ports.controller),
        bootstrap: address(host, front.ports.bootstrap),
      },
      credentials: { ...operator.files, rootFile: ca.rootFile },
      dataDir,
      domain,
      runtimePid: () => supervisor.pid(),
      d1,
      directUrl: (name) => supervisor.runtime().directUrl(name),
      restartRuntime: () => supervisor.restart(),
      scheduled: (cron) => supervisor.runtime().scheduled(cron),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function address(host: string, port: number): string {
  const name = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  return `https://${name.includes(':') ? `[${name}]` : name}:${port}`;
}
