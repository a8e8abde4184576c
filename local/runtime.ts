import { dirname } from 'node:path';
import { Log, LogLevel, Miniflare, type V4WorkerOptions, convertV4MiniflareOptions } from 'miniflare';
import type { Bundle } from './bundle.ts';
import type { Headroom } from './headroom.ts';
import type { LogLine, LogSink } from './log.ts';
import { RUNTIME_MARK, findRuntimes } from './processes.ts';
import { stackMapper } from './stack-map.ts';
import { StartError, errorText } from './start-error.ts';
import type { WorkerConfig } from './worker-config.ts';

export interface RuntimeOptions {
  dataDir: string;
  /** Folder of everything Durable Objects, D1 and queues keep. */
  state: string;
  worker: WorkerConfig;
  bundle: Bundle;
  /** Bindings on top of wrangler's vars. */
  bindings: Record<string, string>;
  /** What the Worker asks before it wakes many objects. */
  headroom: Pick<Headroom, 'wakes'> | undefined;
  /** Further workers with sockets of their own, for measurements. */
  extraWorkers: readonly V4WorkerOptions[];
  log: LogSink;
  /** Called when workerd died by itself and Miniflare started it again. */
  onRestart: () => void;
}

/** One workerd with our Worker in it. */
export interface Runtime {
  /** The loopback address that reaches the worker itself, without Miniflare's slow entry. */
  directUrl(name?: string): Promise<URL>;
  /** A fresh handle: one from before a restart no longer works. */
  d1(binding: string): Promise<D1Database>;
  /** Runs the worker's scheduled handler once. */
  scheduled(cron: string): Promise<void>;
  pid(): number | undefined;
  stop(): Promise<void>;
}

/** Starts workerd through Miniflare; resolves when it listens. */
export async function startRuntime(options: RuntimeOptions): Promise<Runtime> {
  const { worker, bundle } = options;
  const release = keepSignals();
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      host: '127.0.0.1',
      port: 0,
      // `true` would fetch a sample from the internet at each start.
      cf: false,
      telemetry: { enabled: false },
      resourcePersistencePath: options.state,
      unsafeRuntimeEnv: { [RUNTIME_MARK]: options.dataDir },
      unsafeHandleRuntimeRestart: options.onRestart,
      log: new PlatformLog(options.log),
      handleStructuredLogs: workerLog(bundle, options.log),
      workers: [
        {
          ...worker.options,
          name: worker.name,
          modulesRoot: dirname(bundle.path),
          modules: [{ type: 'ESModule', path: bundle.path, contents: bundle.code }],
          bindings: { ...worker.options.bindings, ...options.bindings },
          serviceBindings: { ...worker.options.serviceBindings, ...(options.headroom && { WAKES: wakesService(options.headroom) }) },
          unsafeDirectSockets: [{ host: '127.0.0.1', port: 0 }],
        },
        ...options.extraWorkers,
      ],
    }),
  );
  release();
  try {
    await miniflare.ready;
  } catch (error) {
    await miniflare.dispose().catch(() => {});
    throw new StartError(`The runtime did not start: ${runtimeComplaint(error)}`, error);
  }
  return {
    directUrl: (name = worker.name) => miniflare.unsafeGetDirectURL(name),
    d1: async (binding) => (await miniflare.getD1Database(binding, worker.name)) as unknown as D1Database,
    async scheduled(cron) {
      const fetcher = await miniflare.getWorker(worker.name);
      const result = await fetcher.scheduled({ cron });
      if (result.outcome !== 'ok') throw new Error(`the scheduled handler ended with "${result.outcome}"`);
    },
    pid: () => findRuntimes(options.dataDir).find((found) => found.parent === process.pid)?.pid,
    stop: () => miniflare.dispose(),
  };
}

/** Answers a request whose body is a number of objects with the number of them that may be woken now. */
function wakesService(headroom: Pick<Headroom, 'wakes'>): (request: Request) => Promise<Response> {
  return async (request) => new Response(String(headroom.wakes(Number(await request.text()))));
}

/**
 * Miniflare answers SIGINT and SIGTERM by ending the whole process at once, which would cut off the orderly stop;
 * whoever started the platform decides what signals mean. Its hook for the end of the process stays and kills workerd.
 */
function keepSignals(): () => void {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const before = new Map(signals.map((signal) => [signal, new Set(process.listeners(signal))]));
  return () => {
    for (const signal of signals) {
      for (const listener of process.listeners(signal)) {
        if (!before.get(signal)?.has(listener)) process.removeListener(signal, listener);
      }
    }
  };
}

/** Miniflare wraps what workerd wrote on its standard error, a JSON line each. */
function runtimeComplaint(error: unknown): string {
  const text = errorText(error);
  const messages = [...text.matchAll(/"message":("(?:[^"\\]|\\.)*")/g)].map((match) => String(JSON.parse(match[1] ?? '""')));
  return messages[0] ?? text.split('\n')[0] ?? text;
}

function workerLog(bundle: Bundle, sink: LogSink): (entry: { level: string; message: string }) => void {
  const readable = stackMapper(bundle);
  const levels: Record<string, LogLine['level']> = { error: 'error', warn: 'warn', debug: 'debug', trace: 'debug' };
  return ({ level, message }) => sink({ level: levels[level] ?? 'info', source: 'worker', message: readable(message) });
}

/** Miniflare's own messages, sent to the sink. */
class PlatformLog extends Log {
  readonly #sink: LogSink;

  constructor(sink: LogSink) {
    super(LogLevel.WARN);
    this.#sink = sink;
  }

  override logWithLevel(level: LogLevel, message: string): void {
    if (level > LogLevel.WARN) return;
    this.#sink({ level: level === LogLevel.ERROR ? 'error' : 'warn', source: 'platform', message });
  }
}
