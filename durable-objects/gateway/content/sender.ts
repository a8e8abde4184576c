import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { shareDigest } from '../../../core/content/digest.ts';
import type { ContentSet } from '../../../core/module/content.ts';
import { encodeUpdate } from '../../../core/wire/update.ts';
import { DataUpdateBatchSchema } from '../../../proto/gen/orc8r/protos/streamer_pb.js';
import type { StreamAck, StreamNack, StreamPosition } from '../../../proto/gen/orc8r/sync/v1/frame_pb.js';
import {
  after,
  BEGINNING,
  type ContentCursor,
  type ContentNews,
  type ContentPart,
  type ContentPosition,
  type ContentStanding,
} from '../../content-ports.ts';
import type { StreamProgress } from '../../ports.ts';
import { type Place, Positions } from './positions.ts';
import { resumed, resumeToken, type Transfer } from './transfer.ts';

/** How the sender reaches the gateway and the network's object. */
export interface SenderLink {
  /** Streams that the gateway takes on its open connection; empty when there is none. */
  readonly takes: () => readonly string[];
  /** False: the connection is gone. */
  readonly send: (frame: Uint8Array) => boolean;
  /** As NetworkContentPort.contentPart. */
  readonly part: (name: string, base: ContentPosition | null, cursor: ContentCursor) => Promise<ContentPart | null>;
  /** Something was confirmed or refused. */
  readonly progressed: () => void;
  /** The network's object could not be asked; `resume` has to be called later. */
  readonly stuck: (error: unknown) => void;
}

/**
 * Sends a gateway the shared content that it takes: what changed since what it holds, or the whole. One part of a stream is under way at a
 * time, and the next goes when the gateway has acknowledged it, so a slow gateway costs no memory here.
 */
export class ContentSender {
  readonly #positions: Positions;
  readonly #sets: ReadonlyMap<string, ContentSet>;
  readonly #link: SenderLink;
  /** Streams that are worked on; true: something happened since the last step began. */
  readonly #working = new Map<string, boolean>();

  constructor(sql: SqlStorage, sets: ReadonlyMap<string, ContentSet>, now: () => number, link: SenderLink) {
    this.#positions = new Positions(sql, now);
    this.#sets = sets;
    this.#link = link;
  }

  /** A new connection has been made. */
  begin(): void {
    this.#positions.begin();
  }

  clear(): void {
    this.#positions.clear();
  }

  progress(): StreamProgress[] {
    return this.#positions.progress(this.#link.takes());
  }

  /** Takes the gateway's word for what it holds, and for how far it got with what was under way when its connection ended. */
  hello(positions: readonly StreamPosition[]): void {
    for (const position of positions) {
      if (!this.#sets.get(position.stream)?.stream) continue;
      this.#positions.holds(position);
      const transfer = position.resume === '' ? undefined : resumed(position.resume);
      const based = transfer?.whole || transfer?.base?.digest + (transfer?.share ?? '') === position.digest;
      if (transfer && based) this.#positions.transfer(position.stream, transfer);
    }
  }

  /** Takes where streams stand. */
  stand(standings: readonly ContentStanding[]): void {
    for (const standing of standings) this.#positions.stand(standing);
  }

  /** Takes news; a change that fits what the gateway holds is sent at once. */
  news(news: readonly ContentNews[]): void {
    this.stand(news);
    const taken = new Set(this.#link.takes());
    for (const { name, delta } of news) {
      if (!taken.has(name)) continue;
      const place = this.#positions.get(name);
      if (delta && place && this.#ready(place) && this.#isHeld(place, delta.base)) {
        this.#send(place, this.#changesSince(place, delta.base), delta.part);
      } else void this.#advance(name);
    }
  }

  /** Sends what is missing of all streams. */
  resume(): void {
    for (const stream of this.#link.takes()) void this.#advance(stream);
  }

  /** A gateway's ACK; false when the stream is not one of these. */
  acked({ stream, version, digest, resume }: StreamAck): boolean {
    if (!this.#sets.get(stream)?.stream) return false;
    const transfer = this.#positions.get(stream)?.transfer;
    const awaited = transfer?.awaiting;
    if (!transfer || !awaited || awaited.resume !== resume) return true;
    if (resume !== '') this.#positions.transfer(stream, { ...without(transfer), follows: resume });
    else if (Number(version) === awaited.version && digest === awaited.digest) {
      this.#positions.acked(stream, { version: awaited.version, digest });
      this.#link.progressed();
    } else return true;
    void this.#advance(stream);
    return true;
  }

  /** A gateway's refusal; false when the stream is not one of these. */
  nacked(nack: StreamNack): boolean {
    if (!this.#sets.get(nack.stream)?.stream) return false;
    const transfer = this.#positions.get(nack.stream)?.transfer;
    if (!transfer?.awaiting || transfer.awaiting.version !== Number(nack.version)) return true;
    this.#positions.nacked(nack, transfer.awaiting.version, transfer.whole);
    this.#link.progressed();
    void this.#advance(nack.stream);
    return true;
  }

  async #advance(stream: string): Promise<void> {
    const busy = this.#working.has(stream);
    this.#working.set(stream, true);
    if (busy) return;
    try {
      while (this.#working.get(stream)) {
        this.#working.set(stream, false);
        if (await this.#step(stream)) this.#working.set(stream, true);
      }
    } catch (error) {
      this.#link.stuck(error);
    } finally {
      this.#working.delete(stream);
    }
  }

  /** Does the next thing there is to do for a stream; true when there may be more. */
  async #step(stream: string): Promise<boolean> {
    const place = this.#positions.get(stream);
    if (!place || place.head.version < 0 || place.withheld || !this.#link.takes().includes(stream)) return false;
    if (place.transfer?.awaiting) return false;
    const transfer = this.#current(place);
    if (!transfer) {
      if (this.#isHeld(place, place.head)) this.#settle(place);
      return false;
    }
    const part = await this.#link.part(stream, transfer.base, transfer.cursor);
    // Meanwhile the connection may have been replaced, or this may be about another share.
    const now = this.#positions.get(stream);
    if (!now || now.transfer?.awaiting || !sameTransfer(transfer, this.#current(now))) return true;
    if (part) return this.#send(now, transfer, part);
    if (transfer.base === null) throw new Error(`the network has no content ${stream}`);
    this.#positions.transfer(stream, this.#whole(now));
    return true;
  }

  /** The transfer that is under way, or the one to begin; undefined when there is nothing to send. */
  #current(place: Place): Transfer | undefined {
    if (place.transfer && place.transfer.share === this.#shareOf(place)) return place.transfer;
    if (this.#isHeld(place, place.head) || place.refused === place.head.version) return undefined;
    const share = this.#shareOf(place);
    const { held } = place;
    // A share goes into every item, so what was made with another one is no base.
    if (!held?.digest.endsWith(share)) return this.#whole(place);
    return this.#changesSince(place, { version: held.version, digest: held.digest.slice(0, held.digest.length - share.length) });
  }

  #changesSince(place: Place, base: ContentPosition): Transfer {
    return { base, whole: false, share: this.#shareOf(place), cursor: after(base.version), follows: '' };
  }

  #whole(place: Place): Transfer {
    return { base: null, whole: true, share: this.#shareOf(place), cursor: BEGINNING, follows: '' };
  }

  /** False: nothing more to do until the gateway has answered, or is back. */
  #send(place: Place, begun: Transfer, part: ContentPart): false {
    const { stream } = place;
    const transfer = { ...begun, base: begun.base ?? part.head };
    const { base, whole, share } = transfer;
    const { version } = part.head;
    const digest = part.head.digest + share;
    const resume = part.next ? resumeToken(transfer, part.next) : '';
    const head = {
      stream,
      version: BigInt(version),
      digest,
      deleted: [...part.deleted],
      baseDigest: whole ? '' : base.digest + share,
      more: part.next !== null,
      resume,
      follows: transfer.follows,
    };
    if (!this.#link.send(encodeUpdate(head, this.#forGateway(place, part.batch), whole))) return false;
    this.#positions.moved(stream, part.head);
    const sent = { ...transfer, cursor: part.next ?? transfer.cursor, awaiting: { version, digest, resume } };
    this.#positions.sent(stream, sent, part.next ? undefined : version);
    return false;
  }

  /** The items as this gateway gets them; most gateways have nothing of their own and take the bytes as they are. */
  #forGateway({ stream, share }: Place, batch: Uint8Array): Uint8Array {
    const set = this.#sets.get(stream);
    if (!share || !set?.share) return batch;
    const { updates } = fromBinary(DataUpdateBatchSchema, batch);
    const own = updates.map(({ key, value }) => ({ key, value: set.share?.apply(value, share) ?? value }));
    return toBinary(DataUpdateBatchSchema, create(DataUpdateBatchSchema, { updates: own }));
  }

  #settle({ stream, head, acked }: Place): void {
    if (acked === head.version) return;
    this.#positions.settled(stream);
    this.#link.progressed();
  }

  /** Nothing is under way. */
  #ready({ stream, transfer, withheld }: Place): boolean {
    return !transfer && !withheld && !this.#working.has(stream);
  }

  #isHeld(place: Place, content: ContentPosition): boolean {
    return place.held?.digest === content.digest + this.#shareOf(place);
  }

  /** What stands behind the digests of a set with shares. */
  #shareOf({ stream, share }: Place): string {
    return this.#sets.get(stream)?.share ? shareDigest(share) : '';
  }
}

const without = ({ awaiting: _, ...transfer }: Transfer): Transfer => transfer;

const sameTransfer = (left: Transfer, right: Transfer | undefined): boolean => JSON.stringify(left) === JSON.stringify(right);
