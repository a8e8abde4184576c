import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { eventually, type TestPlatform } from './platform.ts';

/** An answer that is read while it comes. */
export interface StreamedAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** What came so far. */
  readonly text: () => string;
  /** Waits until what came holds this. */
  readonly until: (part: string) => Promise<string>;
  /** How the body ended. */
  readonly end: Promise<'complete' | 'broken off'>;
  /** Reads no further until `resume`. */
  readonly pause: () => void;
  readonly resume: () => void;
  /** Goes away in the middle. */
  readonly leave: () => void;
}

/** POSTs as the first operator, or by another token; resolves with the head of the answer. */
export async function postStreamed(test: TestPlatform, path: string, body: unknown, token?: string): Promise<StreamedAnswer> {
  const { addresses, credentials } = test.platform;
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = request(new URL(path, addresses.api).href, {
      method: 'POST',
      ca: test.ca,
      agent: false,
      headers: { authorization: `Bearer ${token ?? credentials.token}`, 'content-type': 'application/json' },
    });
    outgoing.once('response', resolve);
    outgoing.once('error', reject);
    outgoing.end(JSON.stringify(body));
  });
  const chunks: Buffer[] = [];
  const text = (): string => Buffer.concat(chunks).toString('utf8');
  response.on('data', (chunk: Buffer) => void chunks.push(chunk));
  const end = new Promise<'complete' | 'broken off'>((resolve) => {
    response.on('error', () => undefined);
    response.once('close', () => resolve(response.complete ? 'complete' : 'broken off'));
  });
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    text,
    until: (part) =>
      eventually(
        async () => text(),
        (so) => so.includes(part),
      ),
    end,
    pause: () => void response.pause(),
    resume: () => void response.resume(),
    leave: () => void response.destroy(),
  };
}
