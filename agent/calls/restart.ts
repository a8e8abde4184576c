// Reboot, RestartServices, StartServices and StopServices, through command lines that the operator of this machine configured.
import { GrpcError, GrpcStatus } from '../../core/wire/grpc.ts';
import type { Clock } from '../clock.ts';
import { pause } from '../clock.ts';
import { reasonOf } from '../log.ts';
import { runCommand, splitCommandLine } from './run-command.ts';

const SERVICE = /^[a-zA-Z0-9_@.][a-zA-Z0-9_@.-]{0,127}$/;
const MAX_SERVICES = 64;
const RESTART_TIMEOUT_MS = 60_000;
const ALL_SERVICES_TIMEOUT_MS = 110_000;
const REBOOT_TIMEOUT_MS = 60_000;
/** A reboot command that still runs after this many milliseconds counts as accepted: the machine is on its way down. */
const REBOOT_ACCEPTED_MS = 2_000;

/** Throws GrpcError: FAILED_PRECONDITION when no command is configured, INTERNAL when it fails. */
export async function reboot(line: string | undefined, clock: Clock, signal: AbortSignal): Promise<void> {
  if (line === undefined)
    throw new GrpcError(GrpcStatus.FAILED_PRECONDITION, 'rebooting is not set up on this gateway: start its agent with --reboot-command');
  // Not bound to the call: a caller who goes away does not stop a reboot half-way.
  const done = run(line, clock, new AbortController().signal, REBOOT_TIMEOUT_MS, 'the reboot command');
  const accepted = new AbortController();
  await Promise.race([done, pause(clock, REBOOT_ACCEPTED_MS, AbortSignal.any([accepted.signal, signal]))]).finally(() => accepted.abort());
}

/** Restarts one after the other. Throws GrpcError: FAILED_PRECONDITION, INVALID_ARGUMENT, INTERNAL naming the service that failed. */
export async function restartServices(
  template: string | undefined,
  services: readonly string[],
  clock: Clock,
  signal: AbortSignal,
): Promise<void> {
  if (template === undefined)
    throw new GrpcError(
      GrpcStatus.FAILED_PRECONDITION,
      'restarting services is not set up on this gateway: start its agent with --restart-command',
    );
  if (services.length === 0) throw new GrpcError(GrpcStatus.INVALID_ARGUMENT, 'name at least one service to restart');
  if (services.length > MAX_SERVICES)
    throw new GrpcError(GrpcStatus.INVALID_ARGUMENT, `at most ${MAX_SERVICES} services can be restarted in one call`);
  const bad = services.find((service) => !SERVICE.test(service));
  if (bad !== undefined)
    throw new GrpcError(GrpcStatus.INVALID_ARGUMENT, `${JSON.stringify(bad.slice(0, 80))} is not the name of a service`);
  for (const service of services) {
    if (signal.aborted) return;
    await run(template, clock, signal, RESTART_TIMEOUT_MS, `restarting ${service}`, service);
  }
}

/** Starts or stops all services. Throws GrpcError: FAILED_PRECONDITION, INTERNAL, DEADLINE_EXCEEDED. */
export async function allServices(what: 'start' | 'stop', line: string | undefined, clock: Clock, signal: AbortSignal): Promise<void> {
  const doing = what === 'start' ? 'starting' : 'stopping';
  if (line === undefined)
    throw new GrpcError(
      GrpcStatus.FAILED_PRECONDITION,
      `${doing} services is not set up on this gateway: start its agent with --${what}-command`,
    );
  await run(line, clock, signal, ALL_SERVICES_TIMEOUT_MS, `${doing} services`);
}

async function run(line: string, clock: Clock, signal: AbortSignal, timeoutMs: number, what: string, service = ''): Promise<void> {
  // The template is split first, so that a name stays within its word.
  const [command, ...args] = splitCommandLine(line);
  const words = args.map((word) => word.replaceAll('{service}', service));
  const result = await runCommand({ command, args: words, clock, signal, timeoutMs }).catch((error: unknown) => {
    throw new GrpcError(GrpcStatus.INTERNAL, `${what} failed: ${reasonOf(error)}`);
  });
  if (result.timedOut) throw new GrpcError(GrpcStatus.DEADLINE_EXCEEDED, `${what} took longer than ${timeoutMs / 1000} s`);
  if (result.code !== 0)
    throw new GrpcError(GrpcStatus.INTERNAL, `${what} failed with ${result.code}: ${(result.stderr || result.stdout).trim().slice(-500)}`);
}
