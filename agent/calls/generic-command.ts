// Commands that the operator of this machine allowed by name (GenericCommand).
import type { JsonObject, JsonValue } from '@bufbuild/protobuf';
import { GrpcError, GrpcStatus } from '../../core/wire/grpc.ts';
import type { Clock } from '../clock.ts';
import { MissingProgram, runCommand, splitCommandLine } from './run-command.ts';

/** How long a command may take, in milliseconds (SOUTHBOUND 5). */
export const EXECUTOR_TIMEOUT_MS = 15_000;

/**
 * Runs an allowed command with `params` as JSON on its stdin. Gives its stdout when that is a JSON object and the command
 * succeeded, otherwise `{stdout, stderr, returncode}`. Throws GrpcError: INVALID_ARGUMENT, DEADLINE_EXCEEDED, FAILED_PRECONDITION.
 */
export async function genericCommand(
  allowed: Readonly<Record<string, string>>,
  name: string,
  params: JsonObject,
  clock: Clock,
  signal: AbortSignal,
): Promise<JsonObject> {
  const line = Object.hasOwn(allowed, name) ? allowed[name] : undefined;
  if (line === undefined) {
    const names = Object.keys(allowed).sort();
    const hint = names.length ? `allowed are: ${names.join(', ')}` : 'this gateway allows none';
    throw new GrpcError(GrpcStatus.INVALID_ARGUMENT, `the command ${JSON.stringify(name.slice(0, 80))} is not allowed; ${hint}`);
  }
  const [command, ...args] = splitCommandLine(line);
  const result = await runCommand({ command, args, clock, signal, timeoutMs: EXECUTOR_TIMEOUT_MS, stdin: JSON.stringify(params) }).catch(
    (error: unknown) => {
      if (error instanceof MissingProgram)
        throw new GrpcError(GrpcStatus.FAILED_PRECONDITION, `the program of ${name} is missing on this gateway: ${command}`);
      throw error;
    },
  );
  if (result.timedOut)
    throw new GrpcError(GrpcStatus.DEADLINE_EXCEEDED, `the command ${name} exceeded ${EXECUTOR_TIMEOUT_MS / 1000} s and was ended`);
  const parsed = result.code === 0 ? jsonObject(result.stdout) : undefined;
  return parsed ?? { stdout: result.stdout, stderr: result.stderr, returncode: result.code };
}

function jsonObject(text: string): JsonObject | undefined {
  try {
    const value = JSON.parse(text) as JsonValue;
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
