import { create, type MessageShape } from '@bufbuild/protobuf';
import { invalid, OrcError } from '../../../core/errors.ts';
import { type GatewayContext, type SouthboundMethod, unary } from '../../../core/module/facets.ts';
import { VoidSchema } from '../../../proto/gen/orc8r/protos/common_pb.js';
import type { StateSchema } from '../../../proto/gen/orc8r/protos/service303_pb.js';
import {
  type DeleteStatesRequestSchema,
  type ReportStatesRequestSchema,
  ReportStatesResponseSchema,
  StateService,
  type SyncStatesRequestSchema,
  SyncStatesResponseSchema,
} from '../../../proto/gen/orc8r/protos/state_pb.js';
import { atMost, MAX_STATE_IDS, MAX_STATE_VALUE_BYTES, MAX_STATES_PER_REPORT, nameFaults } from './limits.ts';

/** Largest version that is kept exactly; counters of writes do not come near it. */
const MAX_VERSION = BigInt(Number.MAX_SAFE_INTEGER);

/**
 * The check-in: stores what the gateway reports about itself and what it serves; values are not looked into. `unreportedStates` names those that
 * cannot be kept: they must not cost the others. Error: `invalid` for an empty list, and for too long a one.
 */
async function reportStates({ states }: MessageShape<typeof ReportStatesRequestSchema>, context: GatewayContext) {
  if (states.length === 0) throw invalid('no states were given');
  atMost(MAX_STATES_PER_REPORT, states, 'states');
  const judged = states.map((state) => ({ state, error: faultOf(state) }));
  const taken = judged.flatMap(({ state, error }) => (error === undefined ? [state] : []));
  context.reported(context.states.put(taken.map(({ type, deviceID, value, version }) => ({ type, deviceId: deviceID, value, version }))));
  const unreportedStates = judged.flatMap(({ state: { type, deviceID }, error }) =>
    error === undefined ? [] : [{ type, deviceID, error }],
  );
  return create(ReportStatesResponseSchema, { unreportedStates });
}

/** Why a state cannot be kept; undefined when it can. */
function faultOf(state: MessageShape<typeof StateSchema>): string | undefined {
  const [name] = nameFaults('state', state);
  if (name) return `${name.path} ${name.message}`;
  if (state.value.byteLength > MAX_STATE_VALUE_BYTES)
    return `the value has ${state.value.byteLength} bytes; at most ${MAX_STATE_VALUE_BYTES} are taken`;
  return state.version > MAX_VERSION ? `the version must be at most ${MAX_VERSION}` : undefined;
}

/** Tells which of the given states the cloud lacks (version 0) or holds at another version (that version). */
async function syncStates({ states }: MessageShape<typeof SyncStatesRequestSchema>, context: GatewayContext) {
  atMost(MAX_STATE_IDS, states, 'states');
  const held = new Map(
    context.states
      .get(states.map(({ id }) => ({ type: id?.type ?? '', deviceId: id?.deviceID ?? '' })))
      .map(({ type, deviceId, version }) => [keyOf(type, deviceId), version]),
  );
  const unsyncedStates = states.flatMap(({ id, version }) => {
    const here = held.get(keyOf(id?.type ?? '', id?.deviceID ?? ''));
    return here === version ? [] : [{ id, version: here ?? 0n }];
  });
  return create(SyncStatesResponseSchema, { unsyncedStates });
}

/** Forgets states; those that are not there are no error. Error: `forbidden` for another network than the caller's. */
async function deleteStates({ networkID, ids }: MessageShape<typeof DeleteStatesRequestSchema>, context: GatewayContext) {
  if (networkID !== '' && networkID !== context.networkId)
    throw new OrcError('forbidden', 'a gateway may delete states of its own network only');
  atMost(MAX_STATE_IDS, ids, 'ids');
  context.states.delete(ids.map(({ type, deviceID }) => ({ type, deviceId: deviceID })));
  return create(VoidSchema);
}

const keyOf = (type: string, deviceId: string): string => JSON.stringify([type, deviceId]);

/** StateService, as gateways call it (SOUTHBOUND.md 4). */
export const stateService: readonly SouthboundMethod[] = [
  unary(StateService.method.reportStates, reportStates),
  unary(StateService.method.syncStates, syncStates),
  unary(StateService.method.deleteStates, deleteStates),
];
