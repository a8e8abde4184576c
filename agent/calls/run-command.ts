// Runs a program without a shell and collects what it says.
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import type { Clock } from '../clock.ts';

export interface RunOptions {
  command: string;
  args: readonly string[];
  clock: Clock;
  /** Ends the program, and its children, when it fires. */
  signal: AbortSignal;
  /** Milliseconds until the program is ended. */
  timeoutMs: number;
  stdin?: string;
}

export interface RunResult {
  stdout: string;
  stderr: string;
  /** The exit code; -1 when a signal ended it. */
  code: number;
  timedOut: boolean;
}

/** The program is not there. */
export class MissingProgram extends Error {
  override readonly name = 'MissingProgram';
}

/** What is kept of each output, in bytes; the rest is thrown away. */
const MAX_OUTPUT_BYTES = 1024 * 1024;
/** How long a program may take to heed SIGTERM, in milliseconds. */
const TERM_GRACE_MS = 2_000;

/** Resolves when the program has ended. Rejects with MissingProgram, or with what spawn says. */
export function runCommand({ command, args, clock, signal, timeoutMs, stdin }: RunOptions): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(new Error('the call was cancelled'));
    // A process group of its own, so that what the program starts ends with it.
    const child = spawn(command, args, {
      shell: false,
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, LC_ALL: 'C' },
    });
    const [stdout, stderr] = [collect(child.stdout), collect(child.stderr)];
    let timedOut = false;
    let killTimer = clock.after(timeoutMs, () => {
      timedOut = true;
      terminate();
    });
    const terminate = () => {
      killTimer.cancel();
      killGroup(child, 'SIGTERM');
      killTimer = clock.after(TERM_GRACE_MS, () => killGroup(child, 'SIGKILL'));
    };
    const cleanUp = () => {
      killTimer.cancel();
      signal.removeEventListener('abort', terminate);
    };
    signal.addEventListener('abort', terminate);
    child.on('error', (error) => {
      cleanUp();
      reject('code' in error && error.code === 'ENOENT' ? new MissingProgram(`${command} is not installed`) : error);
    });
    child.on('close', (code) => {
      cleanUp();
      // A child of the program may have outlived it with its outputs closed.
      if (timedOut || signal.aborted) killGroup(child, 'SIGKILL');
      resolve({ stdout: stdout(), stderr: stderr(), code: code ?? -1, timedOut });
    });
    // A program that does not read its input closes it early.
    child.stdin.on('error', () => undefined);
    child.stdin.end(stdin ?? '');
  });
}

/**
 * Splits a configured command line into words. Quotes and backslashes group as in a shell; nothing is expanded.
 * Throws when a quote is not closed or there is no word.
 */
export function splitCommandLine(line: string): [string, ...string[]] {
  const words: string[] = [];
  const token = /\s+|((?:"(?:\\.|[^"\\])*"|'[^']*'|\\.|[^\s"'\\])+)|(.)/gsy;
  for (const [, word, stray] of line.matchAll(token)) {
    if (stray !== undefined) throw new Error(`a quote or backslash is left open in the command line: ${line}`);
    if (word !== undefined)
      words.push(
        word.replace(
          /"((?:\\.|[^"\\])*)"|'([^']*)'|\\(.)/gs,
          (_all, double?: string, single?: string, escaped?: string) => double?.replace(/\\(.)/gs, '$1') ?? single ?? escaped ?? '',
        ),
      );
  }
  const [first, ...rest] = words;
  if (!first) throw new Error('the command line is empty');
  return [first, ...rest];
}

function killGroup(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It has ended already.
  }
}

function collect(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = [];
  let bytes = 0;
  stream.on('data', (chunk: Buffer) => {
    const room = MAX_OUTPUT_BYTES - bytes;
    if (room <= 0) return;
    chunks.push(chunk.subarray(0, room));
    bytes += Math.min(chunk.length, room);
  });
  return () => Buffer.concat(chunks).toString('utf8');
}
