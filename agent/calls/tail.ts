// Follows a log file as `tail -F` does (TailLogs).
import type { FileHandle } from 'node:fs/promises';
import { open, stat } from 'node:fs/promises';
import { GrpcError, GrpcStatus } from '../../core/wire/grpc.ts';
import type { Clock } from '../clock.ts';
import { pause } from '../clock.ts';
import { isNotFound } from '../storage/atomic-file.ts';

const POLL_MS = 500;
const READ_BYTES = 64 * 1024;
/** How much of the end of the file is searched for the first lines, in bytes. */
const BACKLOG_BYTES = 16 * 1024;
const BACKLOG_LINES = 10;
/** A longer line is cut into pieces of this many bytes. */
const MAX_LINE_BYTES = 16 * 1024;

/**
 * The last ten lines of the file, then each new one as it is written, until the signal fires. A file that is replaced or
 * emptied is read from its start. Throws GrpcError NOT_FOUND when it is not there at first.
 */
export async function* tail(path: string, clock: Clock, signal: AbortSignal): AsyncGenerator<string> {
  let file = await open(path, 'r').catch((error: unknown) => {
    throw isNotFound(error) ? new GrpcError(GrpcStatus.NOT_FOUND, `the log file ${path} does not exist`) : error;
  });
  try {
    const { size } = await file.stat();
    let at = Math.max(0, size - BACKLOG_BYTES);
    const lines = new LineSplitter();
    const backlog: string[] = [];
    // A cut first line is dropped.
    let partial = at > 0;
    while (at < size) {
      const bytes = await readAt(file, at, size - at);
      if (bytes.length === 0) break;
      at += bytes.length;
      for (const line of lines.push(bytes)) {
        if (!partial) backlog.push(line);
        partial = false;
      }
    }
    yield* backlog.slice(-BACKLOG_LINES);
    while (!signal.aborted) {
      const bytes = await readAt(file, at, READ_BYTES);
      at += bytes.length;
      for (const line of lines.push(bytes)) {
        if (signal.aborted) return;
        yield line;
      }
      if (bytes.length > 0) continue;
      const current = await stat(path).catch(() => undefined);
      const held = await file.stat();
      if (current && (current.ino !== held.ino || current.dev !== held.dev)) {
        await file.close();
        file = await open(path, 'r');
        at = 0;
        continue;
      }
      if (held.size < at) at = 0;
      else await pause(clock, POLL_MS, signal);
    }
  } finally {
    await file.close();
  }
}

/** Whole lines out of chunks that end anywhere, also inside a UTF-8 character. */
class LineSplitter {
  private held: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): string[] {
    let rest = this.held.length ? Buffer.concat([this.held, chunk]) : chunk;
    const lines: string[] = [];
    for (;;) {
      const newline = rest.indexOf(0x0a);
      const end = newline < 0 || newline > MAX_LINE_BYTES ? MAX_LINE_BYTES : newline;
      if (newline < 0 && rest.length < MAX_LINE_BYTES) break;
      lines.push(rest.subarray(0, end).toString('utf8').replace(/\r$/, ''));
      rest = rest.subarray(end === newline ? end + 1 : end);
    }
    this.held = Buffer.from(rest);
    return lines;
  }
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.alloc(Math.min(length, READ_BYTES));
  const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
  return buffer.subarray(0, bytesRead);
}
