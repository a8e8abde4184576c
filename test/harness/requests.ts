import { expect } from 'vitest';
import { type Answer, call } from '../../local/fixture/client.ts';
import type { TestPlatform } from './platform.ts';

export interface Fault {
  readonly path: string;
  readonly message: string;
}
export interface Envelope {
  readonly message: string;
  readonly code: string;
  readonly request_id: string;
  readonly faults?: readonly Fault[];
}

export interface Sent {
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array | AsyncIterable<Uint8Array>;
  /** False: no credentials. */
  readonly known?: boolean;
}

/** One request at the REST door, nothing added but the operator's token and the content type. */
export function sendTo(test: TestPlatform, method: string, path: string, { headers, body, known }: Sent = {}): Promise<Answer> {
  const base = {
    ...(known === false ? {} : { authorization: `Bearer ${test.platform.credentials.token}` }),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  };
  return call({ ca: test.ca }, `${test.platform.addresses.api}${path}`, { method, headers: { ...base, ...headers }, body });
}

/** The body of a refusal, which has the platform's one form. */
export function envelope(answer: Answer): Envelope {
  expect(answer.headers['content-type']).toContain('application/json');
  const body = JSON.parse(answer.text) as Envelope;
  expect(body).toMatchObject({
    message: expect.stringMatching(/\S{3}/),
    code: expect.stringMatching(/^[a-z_]+$/),
    request_id: expect.stringMatching(/^[\w-]{8,}$/),
  });
  expect(Object.keys(body).filter((key) => key !== 'faults')).toEqual(['message', 'code', 'request_id']);
  return body;
}

/** Waits for an answer that has to be this refusal. */
export async function expectRefusal(answer: Promise<Answer>, status: number, code: string, message?: string | RegExp): Promise<Envelope> {
  const got = await answer;
  expect({ status: got.status, text: got.text }).toEqual({ status, text: expect.stringContaining(`"${code}"`) });
  const body = envelope(got);
  expect(body.code).toBe(code);
  if (message !== undefined) expect(body.message).toMatch(message);
  return body;
}

/** Everything that stands in the configuration, its versions and its history; what a refusal must leave as it was. */
export async function configuration(test: TestPlatform): Promise<unknown> {
  const d1 = await test.platform.d1();
  const tables = ['networks', 'entities', 'associations', 'devices', 'revisions', 'outbox'];
  const results = await d1.batch(tables.map((table) => d1.prepare(`SELECT * FROM ${table} ORDER BY 1, 2, 3`)));
  // What the network object has taken leaves the outbox by itself.
  return results.map(({ results: rows }, index) => (tables[index] === 'outbox' ? [] : rows));
}
