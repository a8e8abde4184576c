import { OrcError } from '../../../core/errors.ts';
import type { ContentReader, ContentSet } from '../../../core/module/content.ts';
import { type GatewayClient, networkObject, type ObjectBindings } from '../../ports.ts';

/** Bytes of one answer of the Streamer: it is made in memory, some times over. */
const MAX_BATCH_BYTES = 8 * 1024 * 1024;

interface ReaderParts {
  readonly client: GatewayClient;
  readonly bindings: Pick<ObjectBindings, 'NETWORK'>;
  readonly sql: SqlStorage;
  readonly now: () => number;
}

/** A set as the calling gateway gets it, read from its network's object. */
export function contentReader(name: string, { client, bindings, sql, now }: ReaderParts): ContentReader {
  const { networkId, gatewayId } = client;
  const network = networkObject(bindings, networkId);
  const request = { networkId, gatewayId, name };
  return {
    head: () => network.contentHead(request),
    leaves: (after) => network.contentLeaves(request, after),
    items: (after, limit) => network.contentItems(request, after, limit),
    named: (ids) => network.contentNamed(request, ids),
    takenWhole: () => sql.exec<{ at: number }>('SELECT at FROM content_taken WHERE content = ?', name).toArray()[0]?.at,
    tookWhole: () => void sql.exec('INSERT OR REPLACE INTO content_taken VALUES (?, ?)', name, now()),
  };
}

/**
 * All of a set in one batch, as the Streamer sends it. Errors: `aborted` when it must not leave the cloud, `too_large` when it does not
 * fit one message: never a part, which would tell the gateway to delete the rest.
 */
export async function wholeContent({ name }: ContentSet, reader: ContentReader): Promise<{ key: string; value: Uint8Array }[]> {
  const { withheld } = await reader.head();
  if (withheld !== undefined) throw new OrcError('aborted', `stream ${name} is not given out: ${withheld}`);
  const updates: { key: string; value: Uint8Array }[] = [];
  let size = 0;
  for (let after: string | null = null; ; ) {
    const { items, next } = await reader.items(after, { count: Number.MAX_SAFE_INTEGER, bytes: MAX_BATCH_BYTES });
    for (const { id, value } of items) {
      size += id.length + value.byteLength;
      updates.push({ key: id, value });
    }
    if (size > MAX_BATCH_BYTES)
      throw new OrcError('too_large', `stream ${name} has more than ${MAX_BATCH_BYTES} bytes; it has to be pushed`);
    if (next === null) return updates;
    after = next;
  }
}
