import type { DescMessage, DescMethodUnary, MessageShape } from '@bufbuild/protobuf';
import type { z } from 'zod';
import type { ErrorCode } from '../../../core/errors.ts';
import { Magmad } from '../../../proto/gen/orc8r/protos/magmad_pb.js';
import { genericCommandResponse, pingResponse } from '../schemas/commands.ts';
import { tracerouteResponse } from '../schemas/gateway-calls.ts';
import { toPingResponse } from './ping.ts';
import { toTracerouteResponse } from './traceroute.ts';

/** The service on a gateway that carries commands out. */
export const MAGMAD = 'magmad';

/** What gateways can be told to do: the method of magmad that does it, and how its answer is shown, in the reply and in the history. */
export interface CommandKind<I extends DescMessage = DescMessage, O extends DescMessage = DescMessage> {
  /** As in the path: `command/<name>`. */
  readonly name: string;
  readonly method: DescMethodUnary<I, O>;
  /** The body of its reply; absent: its answer says nothing. */
  readonly reply?: { readonly schema: z.ZodType; readonly of: (answer: MessageShape<O>) => unknown };
  /** Refusals of the gateway that mean another one for this command. */
  readonly codes?: Readonly<Partial<Record<ErrorCode, ErrorCode>>>;
}

const kind = <I extends DescMessage, O extends DescMessage>(spec: CommandKind<I, O>): CommandKind<I, O> => spec;

export const reboot = kind({ name: 'reboot', method: Magmad.method.reboot });
export const restartServices = kind({ name: 'restart_services', method: Magmad.method.restartServices });
export const ping = kind({ name: 'ping', method: Magmad.method.runNetworkTests, reply: { schema: pingResponse, of: toPingResponse } });
export const generic = kind({
  name: 'generic',
  method: Magmad.method.genericCommand,
  reply: { schema: genericCommandResponse, of: ({ response }) => ({ response: response ?? {} }) },
  // Whatever the gateway does not know or allow, there is no such command there (REST-BEHAVIOUR 6).
  codes: { invalid: 'not_found' },
});

export const startServices = kind({ name: 'start_services', method: Magmad.method.startServices });
export const stopServices = kind({ name: 'stop_services', method: Magmad.method.stopServices });
export const configureStateless = kind({ name: 'configure_stateless', method: Magmad.method.configureStateless });
export const setConfigs = kind({ name: 'set_configs', method: Magmad.method.setConfigs });
export const traceroute = kind({
  name: 'traceroute',
  method: Magmad.method.runNetworkTests,
  reply: { schema: tracerouteResponse, of: toTracerouteResponse },
});

/** By name, for what the history shows. */
export const commandKinds: ReadonlyMap<string, CommandKind> = new Map(
  [reboot, restartServices, startServices, stopServices, configureStateless, setConfigs, ping, traceroute, generic].map((each) => [
    each.name,
    each as unknown as CommandKind,
  ]),
);
