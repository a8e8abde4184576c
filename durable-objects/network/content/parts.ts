import { create, toBinary } from '@bufbuild/protobuf';
import { DataUpdateBatchSchema, DataUpdateSchema, type DataUpdate } from '../../../proto/gen/orc8r/protos/streamer_pb.js';
import { BEGINNING, type ContentCursor, type ContentPart, type ContentPosition } from '../../content-ports.ts';
import type { ContentItems } from './items.ts';

/** Bytes of the items in one part, unless a single one is larger. */
const PART_BYTES = 256 * 1024;
/** Bytes of parts that are kept for the next gateway that asks for the same. */
const CACHE_BYTES = 16 * 1024 * 1024;

/** Cuts what changed in a set into parts. When many gateways want the same, as after a change or a restart, it is encoded once. */
export class ContentParts {
  readonly #items: ContentItems;
  /** Oldest first. */
  readonly #kept = new Map<string, ContentPart>();
  #bytes = 0;

  constructor(items: ContentItems) {
    this.#items = items;
  }

  /** As NetworkContentPort.contentPart has it, of the content as it is now. */
  part(name: string, base: ContentPosition | null, cursor: ContentCursor): ContentPart | null {
    const set = this.#items.set(name);
    if (!set || (base && !this.#items.had(name, base.version, base.digest))) return null;
    const head = { version: set.version, digest: set.digest };
    // A gateway that starts from nothing need not hear of what went before it started.
    const goneAfter = base?.version ?? head.version;
    const key = JSON.stringify([name, head.version, goneAfter, cursor.version, cursor.id]);
    const known = this.#kept.get(key);
    if (known) return known;
    const part = this.#cut(name, head, base ? cursor : BEGINNING, goneAfter);
    this.#keep(key, part);
    return part;
  }

  #cut(name: string, head: ContentPosition, cursor: ContentCursor, goneAfter: number): ContentPart {
    const updates: DataUpdate[] = [];
    const deleted: string[] = [];
    let size = 0;
    let last = cursor;
    let next: ContentCursor | null = null;
    for (const { id, version, value } of this.#items.changes(name, cursor)) {
      const bytes = id.length + (value?.byteLength ?? 0);
      if (size > 0 && size + bytes > PART_BYTES) {
        next = last;
        break;
      }
      if (value) updates.push(create(DataUpdateSchema, { key: id, value }));
      else if (version > goneAfter) deleted.push(id);
      size += bytes;
      last = { version, id };
    }
    return { batch: toBinary(DataUpdateBatchSchema, create(DataUpdateBatchSchema, { updates })), deleted, next, head };
  }

  #keep(key: string, part: ContentPart): void {
    this.#kept.set(key, part);
    this.#bytes += part.batch.byteLength;
    for (const [oldest, { batch }] of this.#kept) {
      if (this.#bytes <= CACHE_BYTES) return;
      this.#kept.delete(oldest);
      this.#bytes -= batch.byteLength;
    }
  }
}
