import { commit } from '../../core/configurator/commit.ts';
import { Database } from '../../core/db/database.ts';
import { OrcError } from '../../core/errors.ts';
import type { GatewayContext } from '../../core/module/facets.ts';
import type { Registry } from '../../core/module/registry.ts';
import type { StateReport } from '../../core/state/store.ts';
import { type AuthorityBindings, type GatewayClient, networkObject, type ObjectBindings } from '../ports.ts';
import { contentReader, wholeContent } from './content/reader.ts';
import type { Captures } from './captures.ts';
import { gatewayCertificates } from './certificates.ts';
import type { MetricOutbox } from './metric-outbox.ts';
import { networkView } from './network-view.ts';
import type { Presence } from './presence.ts';
import type { StateForwarding } from './state-forwarding.ts';

/** The state that a gateway reports of itself at each check-in. */
const GATEWAY_STATE = 'gw_state';

export interface ContextParts {
  readonly client: GatewayClient;
  readonly registry: Registry;
  readonly bindings: Pick<ObjectBindings, 'DB' | 'NETWORK'> & AuthorityBindings;
  readonly sql: SqlStorage;
  readonly states: StateForwarding;
  readonly metrics: MetricOutbox;
  readonly captures: Captures;
  readonly presence: Presence;
}

/** What southbound methods may use when this gateway calls them. */
export function callingContext({ client, registry, bindings, sql, states, metrics, captures, presence }: ContextParts): GatewayContext {
  const { hardwareId, networkId, gatewayId } = client;
  const db = new Database(bindings.DB);
  const reader = (name: string) => contentReader(name, { client, bindings, sql, now: Date.now });
  return {
    hardwareId,
    networkId,
    gatewayId,
    now: Date.now,
    states: states.store,
    network: networkView(
      () => networkObject(bindings, networkId),
      () => states.flush(),
    ),
    read: db.read.bind(db),
    commit: async (change) => {
      const author = { actor: `gateway:${hardwareId}`, requestId: crypto.randomUUID(), at: Date.now() };
      const committed = await commit(db, { ...change, networkId }, author);
      // The sweeper finds the outbox row when this is lost; the gateway need not wait for the network to have told everybody.
      networkObject(bindings, networkId)
        .changed(networkId)
        .catch((error: unknown) => console.warn('nudge lost', networkId, error));
      return committed;
    },
    reported: (states) => {
      const checkin = checkinOf(states);
      if (checkin) presence.report({ checkin });
    },
    certificates: gatewayCertificates(bindings, db, client, Date.now),
    keepMetrics: (container) => metrics.keep(container),
    keepCapture: (traceId, content) => captures.keep(traceId, content),
    content: (name) => {
      if (registry.contents.has(name)) return reader(name);
      throw new OrcError('internal', `no module declares content ${name}`);
    },
    stream: async (name) => {
      const set = registry.contents.get(name);
      if (set?.stream) return { updates: await wholeContent(set, reader(name)) };
      if (!registry.streams.has(name)) return undefined;
      const desired = await networkObject(bindings, networkId).desired(networkId, gatewayId, name);
      // An empty batch would tell the gateway to delete everything.
      if (!desired) throw new OrcError('aborted', `stream ${name} has no content for gateway ${gatewayId} now`);
      return { updates: desired.updates };
    },
  };
}

function checkinOf(states: readonly StateReport[]): { at: number; state: string } | undefined {
  const own = states.findLast((state) => state.type === GATEWAY_STATE);
  return own && { at: own.receivedAt, state: new TextDecoder().decode(own.value) };
}
