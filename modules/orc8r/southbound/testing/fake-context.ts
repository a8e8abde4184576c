import type { DescMethod, Message, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import { create } from '@bufbuild/protobuf';
import { commit } from '../../../../core/configurator/commit.ts';
import { Database } from '../../../../core/db/database.ts';
import type { GatewayContext, NetworkView, SouthboundMethod } from '../../../../core/module/facets.ts';
import type { StateKey, StateReport, StateStore } from '../../../../core/state/store.ts';
import { readSubjects } from '../../../../durable-objects/lib/read-subjects.ts';
import type { StateNews } from '../../../../durable-objects/ports.ts';
import { networkStates } from '../../../../test/support/states.ts';

const keyOf = ({ type, deviceId }: StateKey): string => JSON.stringify([type, deviceId]);

function memoryStore(now: () => number): StateStore {
  const states = new Map<string, StateReport>();
  return {
    put: (given) =>
      given.map((state) => {
        const old = states.get(keyOf(state));
        const version = state.version !== 0n ? state.version : old ? old.version + 1n : 0n;
        const report = { ...state, version, receivedAt: now(), changed: !old || Buffer.compare(old.value, state.value) !== 0 };
        states.set(keyOf(state), report);
        return report;
      }),
    get: (keys) => keys.flatMap((key) => states.get(keyOf(key)) ?? []),
    list: () => [...states.values()],
    delete(keys) {
      for (const key of keys) states.delete(keyOf(key));
    },
  };
}

/**
 * A network in memory of which hw1 (gw1) is a gateway: what that reported, and what a test has others report.
 * `tell`: a gateway reports something; null takes it back. `checkins`: by gateway id, unix milliseconds.
 */
function memoryNetwork(own: StateStore) {
  const network = networkStates();
  const checkins = new Map<string, number>();
  let told = 0;
  const take = (gatewayId: string, hardwareId: string, type: string, deviceId: string, state: StateNews['state']) => {
    told += 1;
    network.take(gatewayId, { hardwareId, confirmed: 0, news: [{ type, deviceId, number: told, state }] });
  };
  const view: NetworkView = {
    states: async (query) => {
      network.forget('hw1');
      for (const { type, deviceId, value, version, receivedAt } of own.list())
        take('gw1', 'hw1', type, deviceId, { value, version: Number(version), receivedAt });
      return readSubjects({ statesAbout: async (asked, after) => network.about(asked, after) }, query);
    },
    checkins: async (ids) => new Map([...checkins].filter(([id]) => ids.includes(id))),
    reserve: async (index) => network.reserve(index, 0),
  };
  const tell = (gatewayId: string, type: string, deviceId: string, value: unknown, receivedAt: number): void => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    const state = value === null ? null : { value: new TextEncoder().encode(text), version: 1, receivedAt };
    take(gatewayId, `hw-${gatewayId}`, type, deviceId, state);
  };
  return { view, checkins, tell };
}

/** A gateway's context in memory, with what was handed to it. `d1`: for methods that read or commit configuration. For tests. */
export function fakeContext(streams: GatewayContext['stream'] = async () => undefined, d1?: D1Database) {
  const db = (): Database => {
    if (!d1) throw new Error('this method was not expected to go to D1');
    return new Database(d1);
  };
  const reported: StateReport[][] = [];
  const metrics: Uint8Array[] = [];
  const captures = new Map<string, Uint8Array>();
  const now = () => 1_000;
  const states = memoryStore(now);
  const network = memoryNetwork(states);
  const context: GatewayContext = {
    ...{ hardwareId: 'hw1', networkId: 'n1', gatewayId: 'gw1', now, states, network: network.view, stream: streams },
    read: (...queries) => db().read(...queries),
    commit: (change) => commit(db(), { ...change, networkId: 'n1' }, { actor: 'gateway:hw1', requestId: 'r1', at: now() }),
    content: (name) => {
      throw new Error(`this method was not expected to read content ${name}`);
    },
    reported: (given) => void reported.push([...given]),
    certificates: {
      authority: () => Promise.reject(new Error('this method was not expected to ask for an authority')),
      issueVpn: () => Promise.reject(new Error('this method was not expected to have anything signed')),
    },
    keepMetrics: (container) => void metrics.push(container),
    keepCapture: (traceId, content) => captures.set(traceId, content).size > 0,
  };
  return { context, states, reported, metrics, captures, network };
}

/** Calls a southbound method by its descriptor, as the doors do. */
export async function call<M extends DescMethod>(
  methods: readonly SouthboundMethod[],
  method: M,
  context: GatewayContext,
  request: MessageInitShape<M['input']>,
): Promise<MessageShape<M['output']>[]> {
  const found = methods.find(({ service, name }) => service === method.parent && name === method.name);
  if (!found) throw new Error(`${method.name} is not served`);
  const answers = await found.handle(create(method.input, request) as Message, context);
  return answers as MessageShape<M['output']>[];
}
