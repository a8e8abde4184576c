import { create, toBinary } from '@bufbuild/protobuf';
import type { WholeCommand } from '../../core/module/commands.ts';
import type { StateQuery } from '../../core/state/network-states.ts';
import { NO_PREVIEW } from '../../core/mconfig/difference.ts';
import type { GatewayPort, NetworkPort, StoredReport } from '../../durable-objects/ports.ts';
import type { NetworkStates } from '../../durable-objects/network/states/network-states.ts';
import { EndTraceResponseSchema, StartTraceResponseSchema } from '../../proto/gen/orc8r/protos/ctraced_pb.js';
import { LogLineSchema } from '../../proto/gen/orc8r/protos/magmad_pb.js';
import { networkStates } from '../support/states.ts';

/** When everything was reported, unix milliseconds. */
export const REPORTED_AT = 1_767_182_400_000;

/** What a gateway reported about a device. */
export interface Report {
  readonly network: string;
  readonly gateway: string;
  readonly hardwareId: string;
  readonly type: string;
  readonly deviceId: string;
  readonly value: unknown;
}

export interface Reported {
  /** The newest `gw_state` of every gateway. */
  readonly status: object;
  readonly states: readonly Report[];
}

/** What a call trace of the prepared gateways captures. */
export const CAPTURE = new TextEncoder().encode('packets of gw1');

/** What every gateway was told to do once. */
export const COMMAND: WholeCommand = {
  id: 'c1',
  sequence: 1,
  name: 'reboot',
  detail: null,
  actor: 'operator:admin',
  requestId: 'r1',
  state: 'failed',
  givenAt: 1,
  expiresAt: 3,
  sentAt: 2,
  endedAt: 3,
  error: { code: 'internal', message: 'for tests' },
  answerBytes: null,
  answer: null,
};

/** The objects behind the API door: they know what was reported, and gateways answer every call. */
export interface ContractFleet {
  readonly network: (name: string) => Partial<NetworkPort>;
  readonly gateway: (name: string) => Partial<GatewayPort>;
}

/** `asked` is told of each thing that is asked of an object, commits announced left out. */
export function contractFleet({ status, states }: Reported, asked: (what: string) => void): ContractFleet {
  const networks = new Map<string, NetworkStates>();
  const statesIn = (name: string): NetworkStates => {
    const known = networks.get(name) ?? told(states.filter(({ network }) => network === name));
    networks.set(name, known);
    return known;
  };
  const captures = new Map<string, Uint8Array>();
  const report: StoredReport = {
    hardwareId: 'hw-reported',
    state: JSON.stringify(status),
    receivedAt: REPORTED_AT,
    certificateExpiresAt: null,
  };

  return {
    network(name) {
      const noted = <T>(what: string, answer: T): Promise<T> => {
        asked(`${name} ${what}`);
        return Promise.resolve(answer);
      };
      return {
        changed: () => Promise.resolve(),
        status: () => noted('status', report),
        statuses: (gatewayIds) => noted('statuses', { reports: gatewayIds.map((id) => [id, report] as const), next: null }),
        preview: () => Promise.resolve(NO_PREVIEW),
        statesAbout: (query: StateQuery, after) => noted('statesAbout', statesIn(name).about(query, after)),
        stateIndex: () => noted('stateIndex', statesIn(name).report()),
        convergence: (networkId) => noted('convergence', { networkId, version: 1, gateways: [] }),
      };
    },
    gateway: (name) => ({
      call: ({ path }) => {
        asked(`${name} ${path}`);
        return Promise.resolve({ ok: true, messages: [answerOf(path)] });
      },
      giveCommand: (_network, _gateway, { path }) => {
        asked(`${name} ${path}`);
        return Promise.resolve({ outcome: 'done', id: COMMAND.id, answer: answerOf(path) });
      },
      commands: () => {
        asked(`${name} commands`);
        return Promise.resolve([COMMAND]);
      },
      command: (_network, _gateway, id) => {
        asked(`${name} command`);
        return Promise.resolve(id === COMMAND.id ? COMMAND : null);
      },
      cancelCommand: (_network, _gateway, id) => {
        asked(`${name} cancels a command`);
        return Promise.resolve(id === COMMAND.id ? 'queued' : null);
      },
      stream: ({ path }) => {
        asked(`${name} ${path}`);
        const messages = [toBinary(LogLineSchema, create(LogLineSchema, { line: 'S1AP connected' }))];
        return Promise.resolve({
          ok: true,
          reply: { next: () => Promise.resolve({ messages, end: { ok: true } }), cancel: () => Promise.resolve() },
        });
      },
      keepCapture: (_network, _gateway, traceId, content) => {
        captures.set(`${name} ${traceId}`, content);
        return Promise.resolve(true);
      },
      capture: (_network, _gateway, traceId) => {
        asked(`${name} capture`);
        return Promise.resolve(captures.get(`${name} ${traceId}`) ?? null);
      },
      dropCapture: () => Promise.resolve(),
      refuseCertificates: (serials) => {
        asked(`${name} refuses ${serials.join()}`);
        return Promise.resolve();
      },
    }),
  };
}

/** What starts and ends call traces says `success`; what ends one hands over what it captured. */
function answerOf(path: string): Uint8Array {
  if (path.endsWith('/EndCallTrace'))
    return toBinary(EndTraceResponseSchema, create(EndTraceResponseSchema, { success: true, traceContent: CAPTURE }));
  if (path.endsWith('/StartCallTrace')) return toBinary(StartTraceResponseSchema, create(StartTraceResponseSchema, { success: true }));
  return new Uint8Array();
}

/** What a network object knows when its gateways have told it this. */
function told(reports: readonly Report[]): NetworkStates {
  const states = networkStates();
  for (const [index, { gateway, hardwareId, type, deviceId, value }] of reports.entries()) {
    const state = { value: new TextEncoder().encode(JSON.stringify(value)), version: 1, receivedAt: REPORTED_AT };
    states.take(gateway, { hardwareId, confirmed: 0, news: [{ type, deviceId, number: index + 1, state }] });
  }
  return states;
}
