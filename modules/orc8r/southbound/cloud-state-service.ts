import { create, type MessageShape } from '@bufbuild/protobuf';
import { OrcError } from '../../../core/errors.ts';
import { toBase64, utf8Bytes } from '../../../core/identity/bytes.ts';
import { type GatewayContext, type SouthboundMethod, unary } from '../../../core/module/facets.ts';
import type { StateReport } from '../../../core/state/store.ts';
import { StateSchema } from '../../../proto/gen/orc8r/protos/service303_pb.js';
import { CloudStateService, type GetStatesRequestSchema, GetStatesResponseSchema } from '../../../proto/gen/orc8r/protos/state_pb.js';
import { atMost, MAX_STATE_IDS, nameFaults, refuse } from './limits.ts';

/**
 * Reads states: those of `ids`, or all that pass the filters. In the original this serves other parts of the cloud; a gateway is shown what
 * it reported itself and nothing else. Error: `forbidden` for another network than the caller's.
 */
async function getStates(request: MessageShape<typeof GetStatesRequestSchema>, context: GatewayContext) {
  const { networkID, ids, typeFilter, idFilter, idPrefix, loadValues } = request;
  if (networkID !== '' && networkID !== context.networkId)
    throw new OrcError('forbidden', 'a gateway may read states of its own network only');
  for (const [list, what] of [
    [ids, 'ids'],
    [typeFilter, 'types'],
    [idFilter, 'device ids'],
  ] as const)
    atMost(MAX_STATE_IDS, list, what);
  refuse(ids.flatMap((id, index) => nameFaults(`ids[${index}]`, id)));
  const [types, devices] = [new Set(typeFilter), new Set(idFilter)];
  const found =
    ids.length > 0
      ? context.states.get(ids.map(({ type, deviceID }) => ({ type, deviceId: deviceID })))
      : context.states
          .list()
          .filter(({ type, deviceId }) => (types.size === 0 || types.has(type)) && (devices.size === 0 || devices.has(deviceId)))
          .filter(({ deviceId }) => deviceId.startsWith(idPrefix));
  const states = found.map((state) =>
    create(StateSchema, {
      type: state.type,
      deviceID: state.deviceId,
      version: state.version,
      ...(ids.length > 0 || loadValues ? { value: wrapped(state, context.hardwareId) } : {}),
    }),
  );
  return create(GetStatesResponseSchema, { states });
}

/** The form in which the original stores states, and hands them out here. */
const wrapped = ({ value, version, receivedAt }: StateReport, hardwareId: string): Uint8Array =>
  utf8Bytes(
    JSON.stringify({ SerializedReportedState: toBase64(value), Version: Number(version), ReporterID: hardwareId, TimeMs: receivedAt }),
  );

/** CloudStateService, as far as gateways may use it (SOUTHBOUND.md 4). */
export const cloudStateService: readonly SouthboundMethod[] = [unary(CloudStateService.method.getStates, getStates)];
