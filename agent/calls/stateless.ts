// CheckStateless and ConfigureStateless, through a command line that the operator of this machine configured.
import { GrpcError, GrpcStatus } from '../../core/wire/grpc.ts';
import { CheckStatelessResponse_AGWMode, ConfigureStatelessRequest_Cmd } from '../../proto/gen/orc8r/protos/magmad_pb.js';
import type { Clock } from '../clock.ts';
import { reasonOf } from '../log.ts';
import { runCommand, splitCommandLine } from './run-command.ts';

/** Magma's own script waits half a minute for services to come back. */
const TIMEOUT_MS = 110_000;

/** The exit codes of Magma's `config_stateless_agw.py`, whatever it was told to do: how the gateway is now. */
const MODES: ReadonlyMap<number, CheckStatelessResponse_AGWMode> = new Map([
  [0, CheckStatelessResponse_AGWMode.STATELESS],
  [1, CheckStatelessResponse_AGWMode.STATEFUL],
  [2, CheckStatelessResponse_AGWMode.CORRUPT],
  [3, CheckStatelessResponse_AGWMode.INVALID],
]);

const ACTIONS: ReadonlyMap<ConfigureStatelessRequest_Cmd, 'check' | 'enable' | 'disable'> = new Map([
  [ConfigureStatelessRequest_Cmd.CHECK, 'check'],
  [ConfigureStatelessRequest_Cmd.ENABLE, 'enable'],
  [ConfigureStatelessRequest_Cmd.DISABLE, 'disable'],
]);

/** Throws GrpcError: FAILED_PRECONDITION when no command is configured, INTERNAL when it fails, DEADLINE_EXCEEDED. */
export async function checkStateless(
  line: string | undefined,
  clock: Clock,
  signal: AbortSignal,
): Promise<{ agwMode: CheckStatelessResponse_AGWMode }> {
  return { agwMode: await run(line, 'check', clock, signal) };
}

/** Throws GrpcError: as `checkStateless`; INVALID_ARGUMENT for an action there is not; INTERNAL when the gateway is not as it was to be. */
export async function configureStateless(
  line: string | undefined,
  command: ConfigureStatelessRequest_Cmd,
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  const action = ACTIONS.get(command);
  if (!action) throw new GrpcError(GrpcStatus.INVALID_ARGUMENT, `there is no action ${command}`);
  const mode = await run(line, action, clock, signal);
  if (action === 'check') return;
  const wanted = action === 'enable' ? CheckStatelessResponse_AGWMode.STATELESS : CheckStatelessResponse_AGWMode.STATEFUL;
  if (mode !== wanted) throw new GrpcError(GrpcStatus.INTERNAL, `after "${action}" the gateway is ${CheckStatelessResponse_AGWMode[mode]}`);
}

async function run(line: string | undefined, action: string, clock: Clock, signal: AbortSignal): Promise<CheckStatelessResponse_AGWMode> {
  if (line === undefined)
    throw new GrpcError(
      GrpcStatus.FAILED_PRECONDITION,
      'stateless operation is not set up on this gateway: start its agent with --stateless-command',
    );
  const [command, ...words] = splitCommandLine(line);
  const args = words.map((word) => word.replaceAll('{action}', action));
  const result = await runCommand({ command, args, clock, signal, timeoutMs: TIMEOUT_MS }).catch((error: unknown) => {
    throw new GrpcError(GrpcStatus.INTERNAL, `the stateless command failed: ${reasonOf(error)}`);
  });
  if (result.timedOut) throw new GrpcError(GrpcStatus.DEADLINE_EXCEEDED, `the stateless command took longer than ${TIMEOUT_MS / 1000} s`);
  const mode = MODES.get(result.code);
  if (mode === undefined)
    throw new GrpcError(
      GrpcStatus.INTERNAL,
      `the stateless command failed with ${result.code}: ${(result.stderr || result.stdout).trim().slice(-500)}`,
    );
  return mode;
}
