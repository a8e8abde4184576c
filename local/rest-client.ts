import { readFileSync } from 'node:fs';
import { Agent, type RequestOptions, request } from 'node:https';

export interface RestAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Parsed when it is JSON, text otherwise, undefined when empty. */
  readonly body: unknown;
}

/** An answer that is none of 2xx. */
export class RefusedError extends Error {
  readonly answer: RestAnswer;
  constructor(asked: string, answer: RestAnswer) {
    super(`${asked} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    this.answer = answer;
  }
}

export interface RestClient {
  call(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<RestAnswer>;
  /** As `call`. Error: RefusedError unless the status is 2xx. */
  must(method: string, path: string, body?: unknown): Promise<RestAnswer>;
  close(): void;
}

export interface RestOptions {
  /** `https://127.0.0.1:9443` */
  readonly base: string;
  readonly caFile: string;
  readonly token?: string;
  readonly certificateFile?: string;
  readonly keyFile?: string;
}

/** A client of the REST API over real TLS, by token or by client certificate; what the demo, the benchmarks and the tests use. */
export function restClient(options: RestOptions): RestClient {
  const agent = new Agent({
    keepAlive: true,
    ca: readFileSync(options.caFile),
    ...(options.certificateFile && options.keyFile
      ? { cert: readFileSync(options.certificateFile), key: readFileSync(options.keyFile) }
      : {}),
  });
  const call: RestClient['call'] = (method, path, body, headers = {}) => {
    const text = body === undefined ? undefined : typeof body === 'string' && headers['content-type'] ? body : JSON.stringify(body);
    const sent: RequestOptions = {
      method,
      agent,
      headers: {
        ...(options.token ? { authorization: `Bearer ${options.token}` } : {}),
        ...(text === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
        ...headers,
      },
    };
    return new Promise((resolve, reject) => {
      const outgoing = request(new URL(path, options.base).href, sent, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: parsed(Buffer.concat(chunks).toString('utf8')) });
        });
      });
      outgoing.on('error', reject);
      outgoing.end(text);
    });
  };
  return {
    call,
    async must(method, path, body) {
      const answer = await call(method, path, body);
      if (answer.status < 200 || answer.status > 299) throw new RefusedError(`${method} ${path}`, answer);
      return answer;
    },
    close: () => agent.destroy(),
  };
}

function parsed(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
