import {
  create,
  type DescMessage,
  type DescMethodServerStreaming,
  type DescMethodUnary,
  type MessageInitShape,
  type MessageShape,
} from '@bufbuild/protobuf';
import { type MconfigPreview, NO_PREVIEW } from '../../core/mconfig/difference.ts';
import type { Convergence, Fleet, GatewayReport, GatewayTarget, MessageStream } from '../../core/module/context.ts';
import type { StateIndexReport, StateQuery, Subjects } from '../../core/state/network-states.ts';
import { readSubjects } from '../../durable-objects/lib/read-subjects.ts';
import type { NetworkStates } from '../../durable-objects/network/states/network-states.ts';
import { type FleetCall, type TestCommands, testCommands } from './commands.ts';
import { networkStates } from './states.ts';

/** Gateways as a test wants them: reports it sets, commands it answers, calls it can look at. */
export class TestFleet implements Fleet {
  /** By `<network>/<gateway>`. */
  readonly reports = new Map<string, GatewayReport>();
  /** The gateways of each call of `statuses`. */
  readonly statusesAsked: (readonly string[])[] = [];
  readonly convergences = new Map<string, Convergence>();
  readonly calls: FleetCall[] = [];
  /** Hardware ids and serials of revoked certificates that gateways were cut off for. */
  readonly refused: (readonly [hardwareId: string, serial: string])[] = [];
  /** What a gateway answers, by method name; may throw. */
  readonly answers = new Map<string, (request: unknown) => unknown>();

  /** Methods of streams that their readers cancelled. */
  readonly cancelled: string[] = [];

  /** Captures by `<hardware>/<trace>`. */
  readonly kept = new Map<string, Uint8Array>();
  readonly captures: Fleet['captures'] = {
    keep: async ({ hardwareId }, traceId, content) => {
      this.kept.set(`${hardwareId}/${traceId}`, content);
      return true;
    },
    read: async ({ hardwareId }, traceId) => this.kept.get(`${hardwareId}/${traceId}`),
    drop: async ({ hardwareId }, traceId) => void this.kept.delete(`${hardwareId}/${traceId}`),
  };

  /** Hardware that is not connected, as commands find it. */
  readonly away = new Set<string>();
  readonly commands: TestCommands = testCommands(this);

  readonly #states = new Map<string, NetworkStates>();
  #told = 0;

  report(networkId: string, gatewayId: string, report: Partial<GatewayReport>): void {
    const blank: GatewayReport = { hardwareId: '', state: {}, receivedAt: 0, certificateExpiresAt: null };
    this.reports.set(`${networkId}/${gatewayId}`, { ...blank, ...report });
  }

  async status(networkId: string, gatewayId: string): Promise<GatewayReport | undefined> {
    return this.reports.get(`${networkId}/${gatewayId}`);
  }

  async statuses(networkId: string, gatewayIds: readonly string[]): Promise<ReadonlyMap<string, GatewayReport>> {
    this.statusesAsked.push(gatewayIds);
    return new Map(
      gatewayIds.flatMap((id) => {
        const report = this.reports.get(`${networkId}/${id}`);
        return report ? [[id, report] as const] : [];
      }),
    );
  }

  async convergence(networkId: string): Promise<Convergence> {
    return this.convergences.get(networkId) ?? { networkId, version: 0, gateways: [] };
  }

  /** Has a gateway report a state; null deletes it. Text goes as it is, everything else as JSON. */
  reportState(networkId: string, gatewayId: string, type: string, deviceId: string, value: unknown, receivedAt = 1): void {
    this.#told += 1;
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    const state = value === null ? null : { value: new TextEncoder().encode(text), version: 1, receivedAt };
    const news = [{ type, deviceId, number: this.#told, state }];
    this.#of(networkId).take(gatewayId, { hardwareId: `hw-${gatewayId}`, confirmed: 0, news });
  }

  async states(networkId: string, query: StateQuery): Promise<Subjects> {
    const states = this.#of(networkId);
    return readSubjects({ statesAbout: async (asked, after) => states.about(asked, after) }, query);
  }

  async stateIndex(networkId: string): Promise<StateIndexReport> {
    return this.#of(networkId).report();
  }

  #of(networkId: string): NetworkStates {
    const states = this.#states.get(networkId) ?? networkStates();
    this.#states.set(networkId, states);
    return states;
  }

  async call<I extends DescMessage, O extends DescMessage>(
    target: GatewayTarget,
    service: string,
    method: DescMethodUnary<I, O>,
    request: MessageInitShape<I>,
  ): Promise<MessageShape<O>> {
    this.calls.push({ target, service, method: method.name, request });
    const answer = this.answers.get(method.name)?.(request);
    return create(method.output, (answer ?? {}) as MessageInitShape<O>);
  }

  /** What `answers` gives is what is streamed, a message each; an iterable that throws breaks off. */
  async stream<I extends DescMessage, O extends DescMessage>(
    target: GatewayTarget,
    service: string,
    method: DescMethodServerStreaming<I, O>,
    request: MessageInitShape<I>,
  ): Promise<MessageStream<MessageShape<O>>> {
    this.calls.push({ target, service, method: method.name, request });
    const answer = (this.answers.get(method.name)?.(request) ?? []) as Iterable<MessageInitShape<O>>;
    const messages = answer[Symbol.iterator]();
    return {
      async next() {
        const { done, value } = messages.next();
        return done ? undefined : [create(method.output, value)];
      },
      cancel: async () => {
        this.cancelled.push(method.name);
        messages.return?.();
      },
    };
  }

  async preview(_commit: Parameters<Fleet['preview']>[0]): Promise<MconfigPreview> {
    return NO_PREVIEW;
  }

  async refuseCertificate(hardwareId: string, serial: string): Promise<void> {
    this.refused.push([hardwareId, serial]);
  }
}
