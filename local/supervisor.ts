import type { DataLock } from './data-lock.ts';
import type { LogSink } from './log.ts';
import { isAlive } from './processes.ts';
import type { Runtime } from './runtime.ts';
import { errorText } from './start-error.ts';

export interface SupervisorOptions {
  /** Starts a runtime on the platform's state; `onRestart` tells that it came back by itself. */
  start: (onRestart: () => void) => Promise<Runtime>;
  lock: DataLock;
  log: LogSink;
  /** Milliseconds between two looks at workerd. */
  watchEvery?: number;
  /** Milliseconds Miniflare is given to start a dead workerd again before the whole runtime is made anew. */
  patience?: number;
}

/** Keeps one runtime running on the same state until it is told to stop. */
export interface Supervisor {
  /** Where the Worker listens; undefined while it is away. */
  upstream(): URL | undefined;
  /** @throws Error while no runtime is there */
  runtime(): Runtime;
  pid(): number | undefined;
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the runtime and watches it. */
export async function superviseRuntime(options: SupervisorOptions): Promise<Supervisor> {
  const patience = options.patience ?? 5000;
  let current: Runtime | undefined;
  let url: URL | undefined;
  let pid: number | undefined;
  let missingSince: number | undefined;
  let stopped = false;
  /** Starting, restarting and stopping follow one another. */
  let turn: Promise<void> = Promise.resolve();

  const note = (found: number | undefined): void => {
    pid = found;
    if (found !== undefined) missingSince = undefined;
    options.lock.noteRuntime(found);
  };
  const refresh = async (): Promise<void> => {
    const runtime = current;
    if (!runtime) return;
    const found = await runtime.directUrl();
    if (runtime !== current) return;
    url = found;
    note(runtime.pid());
  };
  const replace = async (): Promise<void> => {
    url = undefined;
    const old = current;
    current = undefined;
    await old?.stop().catch(() => {});
    if (stopped) return;
    current = await options.start(() => {
      options.log({ level: 'warn', source: 'platform', message: 'the runtime died and was started again on the same state' });
      refresh().catch(() => {});
    });
    await refresh();
  };
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const next = turn.then(work);
    turn = next.catch(() => {});
    return next;
  };
  const look = async (): Promise<void> => {
    if (stopped || (pid !== undefined && isAlive(pid))) return;
    url = undefined;
    pid = undefined;
    missingSince ??= performance.now();
    const back = current?.pid();
    if (back !== undefined) return refresh();
    if (performance.now() - missingSince < patience) return;
    missingSince = undefined;
    options.log({ level: 'error', source: 'platform', message: 'the runtime did not come back; it is made anew' });
    await replace();
  };

  await inTurn(replace);
  let looking = false;
  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    inTurn(look)
      .catch((error: unknown) =>
        options.log({ level: 'error', source: 'platform', message: `the runtime cannot be started: ${errorText(error)}` }),
      )
      .finally(() => {
        looking = false;
      });
  }, options.watchEvery ?? 250).unref();

  return {
    upstream: () => url,
    runtime() {
      if (!current) throw new Error('the runtime is away');
      return current;
    },
    pid: () => (pid !== undefined && isAlive(pid) ? pid : current?.pid()),
    restart: () => inTurn(replace),
    async stop() {
      stopped = true;
      clearInterval(timer);
      url = undefined;
      await inTurn(async () => {
        await current?.stop();
        current = undefined;
      });
    },
  };
}
