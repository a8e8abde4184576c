import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

/** The repository: where a user runs these commands. */
export const ROOT = join(import.meta.dirname, '..', '..');

/** A command line that runs, as a terminal has it: a process group of its own, which Ctrl-C reaches as a whole. */
export interface Command {
  output(): string;
  errors(): string;
  /** Waits until the output matches; fails when the command ends first, or after `limit` milliseconds. */
  said(pattern: RegExp, limit?: number): Promise<RegExpExecArray>;
  /** Ctrl-C. */
  interrupt(): void;
  /** SIGKILL, to it and all that it started. */
  kill(): void;
  /** The exit code, or the signal that ended it (npm ends itself by the one it was sent), when everything it wrote was read. */
  readonly end: Promise<number | NodeJS.Signals | null>;
}

const running = new Set<ChildProcess>();

/** Starts a command in the repository, without what npm told this process about the test run. */
export function runCommand(command: string, ...args: string[]): Command {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_|VITEST|NODE_ENV|FORCE_COLOR)/.test(name)));
  const child = spawn(command, args, { cwd: ROOT, env: { ...env, NO_COLOR: '1' }, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  running.add(child);
  let output = '';
  let errors = '';
  let ended = false;
  const looking = new Set<() => void>();
  const heard = (): void => {
    for (const look of looking) look();
  };
  child.stdout.on('data', (data: Buffer) => {
    output += data.toString();
    heard();
  });
  child.stderr.on('data', (data: Buffer) => {
    errors += data.toString();
  });
  const end: Command['end'] = new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, name) => {
      ended = true;
      running.delete(child);
      heard();
      resolve(code ?? name);
    });
  });
  return {
    output: () => output,
    errors: () => errors,
    end,
    interrupt: () => signal(child, 'SIGINT'),
    kill: () => signal(child, 'SIGKILL'),
    said: (pattern, limit = 40_000) =>
      new Promise((resolve, reject) => {
        const fail = (what: string): void => {
          settle();
          reject(new Error(`${what} before it said ${pattern}:\n${output}\n${errors}`));
        };
        const timer = setTimeout(() => fail(`${limit} ms went by`), limit);
        const settle = (): void => {
          clearTimeout(timer);
          looking.delete(look);
        };
        const look = (): void => {
          const match = pattern.exec(output);
          if (match) {
            settle();
            resolve(match);
          } else if (ended) fail('it ended');
        };
        looking.add(look);
        look();
      }),
  };
}

/** Ends what still runs, with all that it started; for `afterEach`. */
export function endCommands(): void {
  for (const child of running) signal(child, 'SIGKILL');
  running.clear();
}

function signal(child: ChildProcess, name: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, name);
  } catch {
    // It has ended.
  }
}
