// One line an event. Private keys, tokens and challenges are never handed to a logger.

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type LogFields = Readonly<Record<string, string | number | boolean | bigint | undefined>>;
export type Logger = (level: LogLevel, message: string, fields?: LogFields) => void;

/** A logger that says nothing, for tests and benchmarks. */
export const silent: Logger = () => undefined;

/** Lines for people: `12:00:01 info  connected  network=lte1 gateway=gw1`. */
export function textLogger(write: (line: string) => void, now: () => number): Logger {
  return (level, message, fields = {}) => {
    const time = new Date(now()).toISOString().slice(0, 19).replace('T', ' ');
    write(`${time} ${level.padEnd(5)} ${oneLine(message)}${suffix(fields)}\n`);
  };
}

/** One JSON object a line, for log shippers. */
export function jsonLogger(write: (line: string) => void, now: () => number): Logger {
  return (level, message, fields = {}) => {
    const entry = { time: new Date(now()).toISOString(), level, message, ...fields };
    write(`${JSON.stringify(entry, (_key, value) => (typeof value === 'bigint' ? String(value) : value))}\n`);
  };
}

/** What went wrong, for a log line or a reply; the causes of an error follow it. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // An AggregateError of Node's connect (one per address tried) has an empty message.
  const inner = error instanceof AggregateError ? error.errors.map(reasonOf).join(', ') : '';
  const text = error.message || inner || error.name;
  return error.cause instanceof Error && !text.includes(error.cause.message) ? `${text}: ${reasonOf(error.cause)}` : text;
}

function suffix(fields: LogFields): string {
  const parts = Object.entries(fields).flatMap(([key, value]) => {
    if (value === undefined) return [];
    const text = oneLine(String(value));
    return [`${key}=${/[\s"]/.test(text) || text === '' ? JSON.stringify(text) : text}`];
  });
  return parts.length ? `  ${parts.join(' ')}` : '';
}

function oneLine(text: string): string {
  return text.replace(/[\r\n]+\s*/g, ' ');
}
