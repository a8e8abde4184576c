/** One line of the worker or of the platform itself; where it goes is the caller's choice. */
export interface LogLine {
  level: 'debug' | 'info' | 'warn' | 'error';
  /** `worker` for what the Worker wrote, `platform` for what the start did. */
  source: 'worker' | 'platform';
  message: string;
}

export type LogSink = (line: LogLine) => void;

export const silent: LogSink = () => {};

/** Writes lines to standard error with their time; what is below `info` is left out. */
export function consoleLog(stream: NodeJS.WritableStream = process.stderr, now: () => Date = () => new Date()): LogSink {
  return ({ level, source, message }) => {
    if (level !== 'debug') stream.write(`${now().toISOString()} ${level} ${source}: ${message}\n`);
  };
}
