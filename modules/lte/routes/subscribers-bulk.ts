import { keptAnswer } from '../../../core/configurator/kept-answers.ts';
import { networkById } from '../../../core/configurator/load.ts';
import type { Mutation } from '../../../core/configurator/mutations.ts';
import { notFound, OrcError } from '../../../core/errors.ts';
import type { RequestContext } from '../../../core/module/context.ts';
import { type Reply, type Route, route } from '../../../core/module/route.ts';
import { rewrite } from '../../../core/rest/etag.ts';
import { pathParams } from '../../../core/rest/fields.ts';
import { answers, ok } from '../../../core/rest/reply.ts';
import { type BulkReport, bulkReport, MAX_BULK_LINES } from '../schemas/subscriber-bulk.ts';
import { collect, type Collected, CSV, NDJSON } from '../services/subscriber/bulk/collect.ts';
import { judged } from '../services/subscriber/bulk/judge.ts';
import { ownerOfProfile, putSubscribers } from '../services/subscriber/model.ts';
import { knownSubscribers } from '../services/subscriber/queries.ts';
import { knownNames, referenceFaults } from '../services/subscriber/references.ts';

const OTHER_BODY = 'this Idempotency-Key came with another body before; take a new one';
const OPERATION = 'subscribers.bulk';

const BULK_EXAMPLES = {
  [NDJSON]:
    '{"id":"IMSI001010000000001","lte":{"state":"ACTIVE","auth_algo":"MILENAGE","auth_key":"AAECAwQFBgcICQoLDA0ODw==","sub_profile":"default"},"active_apns":["internet"]}\n',
  [CSV]:
    'id,name,state,auth_algo,auth_key,sub_profile,active_apns\nIMSI001010000000001,Meter 1,ACTIVE,MILENAGE,000102030405060708090a0b0c0d0e0f,default,internet\n',
};

/** Many subscribers at once: ours, not Magma's. */
export const subscriberBulkRoutes: readonly Route[] = [
  route({
    method: 'post',
    path: '/lte/{network_id}/subscribers:bulk',
    operationId: 'putSubscribersBulk',
    tag: 'Subscribers',
    summary: 'Make or replace many subscribers, line by line',
    description:
      `Up to ${MAX_BULK_LINES} lines: NDJSON with a subscriber a line as in a PUT, or CSV whose header names the columns id, name, state, auth_algo, ` +
      'auth_key, auth_opc (base64 or hex), sub_profile, active_apns, active_policies, active_base_names, forbidden_network_types (lists with `;`), ' +
      'static_ips (`apn=address;...`), active_policies_by_apn (`apn=rule|rule;...`). Good lines take effect together, bad ones are reported with all that is wrong with each. ' +
      'With `dry_run` the same report stands in `answer`. With an `Idempotency-Key` the same body may be sent again within a day and is carried out once.',
    permission: { action: 'write', scope: 'network' },
    params: pathParams('network_id'),
    rawBody: { contentTypes: [NDJSON, CSV], examples: BULK_EXAMPLES, maxBytes: 16 * 1024 * 1024 },
    idempotent: 'the same body under it is carried out once, and for a day answered again as it was then',
    answersDryRun: true,
    responses: answers(bulkReport, 'What became of each line'),
    refusals: {
      409: {
        description: 'The `Idempotency-Key` came with another body before, or others changed the subscribers each time this was tried',
        code: 'conflict',
        message: OTHER_BODY,
      },
    },
    handle: async ({ params: { network_id: networkId }, raw }, ctx) => {
      const collected = await collect(raw, { fingerprint: ctx.idempotencyKey !== undefined, known: ctx.principal });
      return rewrite(ctx, () => carryOut(ctx, networkId, collected));
    },
  }),
];

async function carryOut(ctx: RequestContext, networkId: string, { rows, fingerprint, ...said }: Collected): Promise<Reply> {
  const { idempotencyKey: key } = ctx;
  const whole = rows.flatMap(({ subscriber, faults }) => (subscriber && faults.length === 0 ? [subscriber.id] : []));
  const [network, known, names, kept] = await ctx.read(
    networkById({ id: networkId }),
    knownSubscribers(networkId, whole),
    knownNames(
      networkId,
      rows.flatMap(({ subscriber }) => subscriber ?? []),
    ),
    keptAnswer({ networkId, operation: OPERATION, key: key ?? '' }),
  );
  if (!network) throw notFound(`network "${networkId}"`);
  if (kept) {
    if (kept.fingerprint !== fingerprint) throw new OrcError('conflict', OTHER_BODY);
    return ok({ ...(kept.answer as BulkReport), repeated: true });
  }
  const { good, failures } = judged(rows, said, (subscriber) => referenceFaults(subscriber, 'body', network, names));
  const ids = new Set(good.map(({ id }) => id));
  const updated = good.filter(({ id }) => known.keys.has(id)).length;
  const report = failures.report({ created: good.length - updated, updated });
  const stale = known.profiles.filter((profile) => ids.has(ownerOfProfile(profile)));
  const answer: Mutation[] = key === undefined ? [] : [{ do: 'keep_answer', operation: OPERATION, key, fingerprint, answer: report }];
  // A key is taken also by a body of which nothing is good: under it another one may not be carried out.
  if (good.length > 0 || key !== undefined) {
    const writes = good.length > 0 ? putSubscribers(good, { stale, isNew: (id) => !known.keys.has(id) }) : [];
    const mutations = [...writes, ...answer];
    await ctx.commit({ networkId, action: 'subscriber.bulk', target: `${good.length} subscribers`, mutations }).catch(overtaken);
  }
  return ok(report);
}

/** Since all this was read, somebody made one of the new subscribers or brought the same Idempotency-Key: it has to be read again. */
function overtaken(error: unknown): never {
  if (error instanceof OrcError && error.code === 'conflict') throw new OrcError('precondition_failed', error.message, { cause: error });
  throw error;
}
