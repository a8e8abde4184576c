import { ensureNetwork } from '../../local/demo/network.ts';
import type { RestAnswer, RestClient } from '../../local/rest-client.ts';
import { apnBody } from '../../test/support/lte.ts';
import { subscriberBody } from '../../test/support/subscribers.ts';

const MOST_AT_ONCE = 20_000;

/** An LTE network with the APN that its subscribers use. */
export async function subscriberNetwork(rest: RestClient, network: string): Promise<void> {
  await ensureNetwork(rest, network, network);
  await rest.must('POST', `/magma/v1/lte/${network}/apns`, apnBody('internet'));
}

/** Makes subscribers number `first` to `first + count - 1` in as few calls as may be. */
export async function addSubscribers(rest: RestClient, network: string, first: number, count: number): Promise<void> {
  for (let start = first; start < first + count; start += MOST_AT_ONCE) {
    await putBulk(rest, network, subscriberLines(start, Math.min(MOST_AT_ONCE, first + count - start)));
  }
}

export const subscriberLines = (first: number, count: number): string =>
  Array.from({ length: count }, (_, index) => JSON.stringify(subscriberBody(first + index))).join('\n');

export async function putBulk(rest: RestClient, network: string, lines: string): Promise<void> {
  const headers = { 'content-type': 'application/x-ndjson', 'content-length': String(Buffer.byteLength(lines)) };
  const answer = await rest.call('POST', `/magma/v1/lte/${network}/subscribers:bulk`, lines, headers);
  const { failed } = (answer.body ?? {}) as { failed?: number };
  if (answer.status !== 200 || failed !== 0) throw new Error(`the bulk write answered ${answer.status}: ${JSON.stringify(answer.body)}`);
}

/** How many round trips to D1 an answer says that it took. */
export function tripsOf({ headers }: RestAnswer): number {
  const trips = /round trips: (\d+)/.exec(String(headers['server-timing']))?.[1];
  if (trips === undefined) throw new Error('the answer does not say how many round trips it took');
  return Number(trips);
}
