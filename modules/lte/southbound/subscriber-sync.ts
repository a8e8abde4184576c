import { create, fromBinary } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { OrcError } from '../../../core/errors.ts';
import type { ContentHead, ContentItem, ContentReader } from '../../../core/module/content.ts';
import { type GatewayContext, type SouthboundMethod, unary } from '../../../core/module/facets.ts';
import {
  CheckInSyncResponseSchema,
  ListSubscribersResponseSchema,
  SubscriberDataSchema,
  SubscriberDBCloud,
  SuciProfileListSchema,
  SyncResponseSchema,
} from '../../../proto/gen/lte/protos/subscriberdb_pb.js';
import { fnv1a32 } from '../../orc8r/mconfig/jitter.ts';
import { SUBSCRIBERS } from '../contents/subscribers.ts';
import { SUCI_PROFILES } from '../contents/suci-profiles.ts';
import { changesetOf, digestTree } from './changeset.ts';

/** A gateway takes everything anew after a day, or up to half a day later, so that not all do at once. */
const RESYNC_MS = 86_400_000;
const RESYNC_JITTER = 0.5;
/** Subscribers in a page when the gateway does not say. */
const PAGE_SIZE = 5000;
/** Bytes of subscribers in one page: with digests beside them it has to fit what gRPC clients take, 4 MB. */
const PAGE_BYTES = 2 * 1024 * 1024;

const subscribersOf = (context: GatewayContext): ContentReader => context.content(SUBSCRIBERS);

/** Whether the gateway has to take everything anew whatever it holds. */
function resyncDue({ gatewayId, now }: GatewayContext, content: ContentReader): boolean {
  const last = content.takenWhole();
  const share = (RESYNC_JITTER * (fnv1a32(gatewayId) % 100)) / 100;
  return last === undefined || now() - last > RESYNC_MS * (1 + share);
}

/** Where the content stands. Error: `precondition_failed` when the network keeps its subscribers in the cloud. */
async function headOf(content: ContentReader): Promise<ContentHead> {
  const head = await content.head();
  if (head.withheld !== undefined) throw new OrcError('precondition_failed', `no subscribers are given out: ${head.withheld}`);
  return head;
}

const subscriberData = ({ value }: ContentItem) => fromBinary(SubscriberDataSchema, value);

/**
 * SubscriberDBCloud: how gateways that poll keep their subscribers (SOUTHBOUND.md 7, "Digest-based subscriber sync"): is the whole the
 * same, then what differs, or page by page everything. Nothing here goes to D1.
 */
export const subscriberSync: readonly SouthboundMethod[] = [
  unary(SubscriberDBCloud.method.checkInSync, async ({ rootDigest }, context) => {
    const content = subscribersOf(context);
    const { digest } = await content.head();
    const held = rootDigest?.md5Base64Digest ?? '';
    return create(CheckInSyncResponseSchema, { inSync: held !== '' && held === digest && !resyncDue(context, content) });
  }),

  unary(SubscriberDBCloud.method.sync, async ({ leafDigests }, context) => {
    const content = subscribersOf(context);
    const head = await headOf(content);
    if (head.count === 0 || resyncDue(context, content)) return create(SyncResponseSchema, { resync: true });
    const changes = await changesetOf(content, leafDigests);
    if (!changes) return create(SyncResponseSchema, { resync: true });
    const items = await content.named(changes.renew);
    // Pages end where an answer is full; a changeset cannot.
    if (items.reduce((sum, { value }) => sum + value.byteLength, 0) > PAGE_BYTES) return create(SyncResponseSchema, { resync: true });
    const toRenew = items.map((item) => anyPack(SubscriberDataSchema, subscriberData(item)));
    const digests = digestTree(head, changes.leaves);
    return create(SyncResponseSchema, { digests, changeset: { toRenew, deleted: [...changes.deleted] } });
  }),

  unary(SubscriberDBCloud.method.listSubscribers, async ({ pageSize, pageToken }, context) => {
    const content = subscribersOf(context);
    const head = await headOf(content);
    const first = pageToken === '';
    // Digests first: a subscriber that changes meanwhile has another one then, and the next sync finds it.
    const digests = first ? digestTree(head, await allLeaves(content)) : undefined;
    const { items, next } = await content.items(first ? null : pageToken, { count: pageSize || PAGE_SIZE, bytes: PAGE_BYTES });
    if (next === null) content.tookWhole();
    const subscribers = items.map(subscriberData);
    return create(ListSubscribersResponseSchema, { subscribers, nextPageToken: next ?? '', ...(digests ? { digests } : {}) });
  }),

  unary(SubscriberDBCloud.method.listSuciProfiles, async (_request, context) => {
    const { items } = await context.content(SUCI_PROFILES).items(null, { count: 1, bytes: PAGE_BYTES });
    const [item] = items;
    return item ? fromBinary(SuciProfileListSchema, item.value) : create(SuciProfileListSchema);
  }),
];

async function allLeaves(content: ContentReader) {
  const all = [];
  for (let after: string | null = null; ; ) {
    const { leaves, next } = await content.leaves(after);
    all.push(...leaves);
    if (next === null) return all;
    after = next;
  }
}
