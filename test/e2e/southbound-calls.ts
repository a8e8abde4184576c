import { create, type DescMessage, type DescMethod, type MessageInitShape, type MessageShape, toBinary } from '@bufbuild/protobuf';
import { Certifier } from '../../proto/gen/orc8r/cloud/go/services/certifier/protos/certifier_pb.js';
import { SouthboundConfigurator } from '../../proto/gen/orc8r/cloud/go/services/configurator/protos/southbound_pb.js';
import { Ha } from '../../proto/gen/lte/protos/ha_orc8r_pb.js';
import { PolicyAssignmentController } from '../../proto/gen/lte/protos/policydb_pb.js';
import { SmsD } from '../../proto/gen/lte/protos/sms_orc8r_pb.js';
import { ListSubscribersRequestSchema, SubscriberDBCloud } from '../../proto/gen/lte/protos/subscriberdb_pb.js';
import { CertType } from '../../proto/gen/orc8r/protos/certifier_pb.js';
import { CallTraceController } from '../../proto/gen/orc8r/protos/ctraced_pb.js';
import { GatewayDirectoryService } from '../../proto/gen/orc8r/protos/directoryd_pb.js';
import { MetricsController } from '../../proto/gen/orc8r/protos/metricsd_pb.js';
import { CloudStateService, StateService } from '../../proto/gen/orc8r/protos/state_pb.js';
import { Streamer } from '../../proto/gen/orc8r/protos/streamer_pb.js';

/** One call as a gateway's service makes it, and what it may end with. */
export interface SouthboundCall {
  readonly method: DescMethod;
  /** Cloud name that services dial for it (SOUTHBOUND.md 0). */
  readonly service: string;
  readonly request: (hardwareId: string) => Uint8Array;
  /** Names of gRPC codes; the first is what is expected where nothing was set up for it. */
  readonly outcomes: readonly string[];
  /** Fails when an answer with code OK is not as it should be. */
  readonly check: (answer: unknown) => boolean;
}

interface More<O extends DescMessage> {
  readonly outcomes?: readonly string[];
  readonly check?: (answer: MessageShape<O>) => boolean;
}

function call<I extends DescMessage, O extends DescMessage>(
  service: string,
  method: DescMethod & { readonly input: I; readonly output: O },
  request: MessageInitShape<I> | ((hardwareId: string) => MessageInitShape<I>),
  { outcomes = ['OK'], check = () => true }: More<O> = {},
): SouthboundCall {
  return {
    method,
    service,
    request: (hardwareId) => toBinary(method.input, create(method.input, typeof request === 'function' ? request(hardwareId) : request)),
    outcomes,
    check: (answer) => check(answer as MessageShape<O>),
  };
}

const text = (value: string) => new TextEncoder().encode(value);
const state = (hardwareId: string) => ({ type: 'gw_state', deviceID: hardwareId });
const IMSI = 'IMSI001010000000001';

/**
 * A call of each southbound method. A method that a module registers and that is not called here fails the test: add a line for it.
 */
export const SOUTHBOUND_CALLS: readonly SouthboundCall[] = [
  call('state', StateService.method.reportStates, (id) => ({ states: [{ ...state(id), value: text('{"meta":{}}') }] }), {
    check: ({ unreportedStates }) => unreportedStates.length === 0,
  }),
  call('state', StateService.method.syncStates, (id) => ({ states: [{ id: state(id), version: 99n }] }), {
    check: ({ unsyncedStates }) => unsyncedStates.length === 1,
  }),
  call('state', CloudStateService.method.getStates, (id) => ({ ids: [state(id)] }), { check: ({ states }) => states.length === 1 }),
  call('state', StateService.method.deleteStates, { ids: [{ type: 'S1AP', deviceID: IMSI }] }),
  call('streamer', Streamer.method.getUpdates, (id) => ({ gatewayId: id, streamName: 'configs' }), {
    check: ({ updates, resync }) => resync && updates.length === 1,
  }),
  call('metricsd', MetricsController.method.collect, (id) => ({
    gatewayId: id,
    family: [{ name: 'up', metric: [{ gauge: { value: 1 } }] }],
  })),
  call('configurator', SouthboundConfigurator.method.getMconfig, {}, { check: ({ configsByKey }) => configsByKey['magmad'] !== undefined }),
  call('directoryd', GatewayDirectoryService.method.updateRecord, (id) => ({ id: IMSI, location: id, fields: { session_id: 'a' } })),
  call(
    'directoryd',
    GatewayDirectoryService.method.getDirectoryField,
    { id: IMSI, fieldKey: 'session_id' },
    { outcomes: ['OK', 'NOT_FOUND'] },
  ),
  call('directoryd', GatewayDirectoryService.method.getAllDirectoryRecords, {}),
  call('directoryd', GatewayDirectoryService.method.deleteRecord, { id: IMSI }),
  call('subscriberdb', SubscriberDBCloud.method.checkInSync, {}),
  call('subscriberdb', SubscriberDBCloud.method.sync, {}),
  call('subscriberdb', SubscriberDBCloud.method.listSubscribers, { pageSize: 10 }),
  {
    ...call('subscriberdb', SubscriberDBCloud.method.listSuciProfiles, {}),
    // It takes Void, but gateways send what they list subscribers with (SOUTHBOUND.md 7).
    request: () => toBinary(ListSubscribersRequestSchema, create(ListSubscribersRequestSchema, { pageSize: 5000 })),
  },
  call('policydb', PolicyAssignmentController.method.enableStaticRules, { imsi: IMSI, ruleIds: ['r'] }, { outcomes: ['INVALID_ARGUMENT'] }),
  call(
    'policydb',
    PolicyAssignmentController.method.disableStaticRules,
    { imsi: IMSI, ruleIds: ['r'] },
    { outcomes: ['INVALID_ARGUMENT', 'OK'] },
  ),
  call('smsd', SmsD.method.getMessages, { imsis: [IMSI] }, { check: ({ messages }) => messages.length === 0 }),
  call(
    'smsd',
    SmsD.method.reportDelivery,
    { report: { imsi: IMSI, nasMessageContainer: Uint8Array.of(9, 1) } },
    { outcomes: ['INVALID_ARGUMENT', 'NOT_FOUND', 'OK'] },
  ),
  call('ha', Ha.method.getEnodebOffloadState, {}, { outcomes: ['FAILED_PRECONDITION', 'NOT_FOUND', 'INVALID_ARGUMENT', 'OK'] }),
  call(
    'ctraced',
    CallTraceController.method.reportEndedCallTrace,
    { traceId: 'nobody' },
    { outcomes: ['NOT_FOUND', 'INVALID_ARGUMENT', 'OK'] },
  ),
  call('certifier', Certifier.method.getCA, {}, { check: ({ cert }) => cert[0] === 0x30 }),
  // No VPN authority is set up; test/e2e/authorities.test.ts has one.
  call('certifier', Certifier.method.signAddCertificate, { certType: CertType.VPN }, { outcomes: ['FAILED_PRECONDITION'] }),
];
