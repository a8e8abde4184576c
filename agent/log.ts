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

/** How OpenSSL says that a server's certificate leads to no authority that is trusted. Node's own text of it is for those who run Node by hand. */
const UNTRUSTED: ReadonlySet<unknown> = new Set([
  // Another authority of the same name.
  'CERT_SIGNATURE_FAILURE',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** Whether what went wrong is that the other side's certificate is of an authority that is not trusted here. */
export const isUntrusted = (error: unknown): boolean => error instanceof Error && 'code' in error && UNTRUSTED.has(error.code);

/** What went wrong, for a log line or a reply; the causes of an error follow it. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (isUntrusted(error)) {
    return "the server's certificate is of an authority that is not trusted here: the root CA (--ca, rootca_cert) has to be its own, and is read at the start";
  }
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
