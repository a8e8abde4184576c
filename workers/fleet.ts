import {
  create,
  type DescMessage,
  type DescMethod,
  type DescMethodServerStreaming,
  type DescMethodUnary,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';
import { OrcError } from '../core/errors.ts';
import { methodPath } from '../core/wire/grpc.ts';
import type { Fleet, GatewayReport, GatewayTarget, MessageStream } from '../core/module/context.ts';
import {
  type GatewayCallRequest,
  gatewayObject,
  type GatewayPort,
  type NetworkPort,
  networkObject,
  type ObjectBindings,
  type StatusPage,
  type StoredReport,
} from '../durable-objects/ports.ts';
import { readWeighed } from '../durable-objects/lib/read-subjects.ts';
import { callFailure } from './call-failure.ts';
import { fleetCommands } from './fleet-commands.ts';
import { messageStream } from './gateway-stream.ts';
import type { Recently } from './recent-answers.ts';

/** Longer reports, and answers about states, in characters, are not remembered: they would fill the isolate's memory. */
const LONGEST_REPORT = 16 * 1024;
const LONGEST_STATES = 256 * 1024;

const nameOf = (...question: readonly unknown[]): string => JSON.stringify(question);

/**
 * The gateways as routes see them, through the objects. No object is asked before `authorised`: asking wakes it, or even makes it.
 * `recent` outlives a request.
 */
export function createFleet(bindings: ObjectBindings, authorised: () => Promise<void>, recent?: Recently): Fleet {
  const network = async (networkId: string): Promise<NetworkPort> => {
    await authorised();
    return networkObject(bindings, networkId);
  };
  const gateway = async ({ hardwareId }: GatewayTarget): Promise<GatewayPort> => {
    await authorised();
    return gatewayObject(bindings, hardwareId);
  };
  const take = (networkId: string, gatewayId: string, stored: StoredReport | null): GatewayReport | undefined => {
    const report = stored ? readReport(stored) : undefined;
    if ((stored?.state.length ?? 0) <= LONGEST_REPORT) recent?.reports.keep(nameOf(networkId, gatewayId), report, Date.now());
    return report;
  };
  return {
    async status(networkId, gatewayId) {
      await authorised();
      const known = recent?.reports.find(nameOf(networkId, gatewayId), Date.now());
      if (known) return known.answer;
      return take(networkId, gatewayId, await networkObject(bindings, networkId).status(gatewayId));
    },
    async statuses(networkId, gatewayIds) {
      await authorised();
      const all = new Map<string, GatewayReport>();
      const unknown: string[] = [];
      for (const gatewayId of gatewayIds) {
        const known = recent?.reports.find(nameOf(networkId, gatewayId), Date.now());
        if (!known) unknown.push(gatewayId);
        else if (known.answer) all.set(gatewayId, known.answer);
      }
      for (let first: number | null = 0; first !== null && first < unknown.length; ) {
        const page: StatusPage = await networkObject(bindings, networkId).statuses(unknown, first);
        const found = new Map(page.reports);
        for (const gatewayId of unknown.slice(first, page.next ?? unknown.length)) {
          const report = take(networkId, gatewayId, found.get(gatewayId) ?? null);
          if (report) all.set(gatewayId, report);
        }
        first = page.next;
      }
      return all;
    },
    convergence: async (networkId) => (await network(networkId)).convergence(networkId),
    async states(networkId, query) {
      const port = await network(networkId);
      const name = nameOf(networkId, query);
      const known = recent?.states.find(name, Date.now());
      if (known) return known.answer;
      const { subjects, characters } = await readWeighed(port, query);
      if (characters <= LONGEST_STATES) recent?.states.keep(name, subjects, Date.now());
      return subjects;
    },
    stateIndex: async (networkId) => (await network(networkId)).stateIndex(),
    captures: {
      keep: async (target, traceId, content) => (await gateway(target)).keepCapture(target.networkId, target.gatewayId, traceId, content),
      read: async (target, traceId) => (await (await gateway(target)).capture(target.networkId, target.gatewayId, traceId)) ?? undefined,
      drop: async (target, traceId) => (await gateway(target)).dropCapture(target.networkId, target.gatewayId, traceId),
    },
    commands: fleetCommands(gateway),
    async call<I extends DescMessage, O extends DescMessage>(
      target: GatewayTarget,
      service: string,
      method: DescMethodUnary<I, O>,
      request: MessageInitShape<I>,
    ): Promise<MessageShape<O>> {
      const result = await (await gateway(target)).call(encoded(service, method, request));
      if (result.ok) {
        const [message] = result.messages;
        if (!message) throw new OrcError('internal', `gateway ${target.gatewayId} answered without a message`);
        return fromBinary(method.output, message);
      }
      throw callFailure(target.gatewayId, result);
    },
    async stream<I extends DescMessage, O extends DescMessage>(
      target: GatewayTarget,
      service: string,
      method: DescMethodServerStreaming<I, O>,
      request: MessageInitShape<I>,
    ): Promise<MessageStream<MessageShape<O>>> {
      const result = await (await gateway(target)).stream(encoded(service, method, request));
      if (!result.ok) throw callFailure(target.gatewayId, result);
      return messageStream(result.reply, method.output, target.gatewayId);
    },
    preview: async ({ networkId, mutations }) => (await network(networkId)).preview(networkId, mutations),
    async refuseCertificate(hardwareId, serial) {
      await authorised();
      await gatewayObject(bindings, hardwareId)
        .refuseCertificates([serial])
        .catch((error: unknown) => console.warn('could not end the connection of a revoked certificate', serial, error));
    },
  };
}

const encoded = <I extends DescMessage>(
  service: string,
  method: DescMethod & { input: I },
  request: MessageInitShape<I>,
): GatewayCallRequest => ({
  service,
  path: methodPath(method),
  payload: toBinary(method.input, create(method.input, request)),
});

const readReport = ({ state, ...report }: StoredReport): GatewayReport => ({ ...report, state: parse(state) });

/** A state that is not JSON is kept where it was reported; here it reads as empty, so that it breaks no list. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
