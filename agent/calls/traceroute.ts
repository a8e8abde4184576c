// Real traces, by the system's traceroute (RunNetworkTests).
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { TracerouteParams, TracerouteResultSchema } from '../../proto/gen/orc8r/protos/magmad_pb.js';
import { reasonOf } from '../log.ts';
import { hostFault } from './host.ts';
import type { NetworkTestContext } from './host.ts';
import { MissingProgram, runCommand } from './run-command.ts';

export type TracerouteOutcome = MessageInitShape<typeof TracerouteResultSchema>;

interface Hop {
  idx: number;
  probes: { hostname: string; ip: string; rttMs: number }[];
}

const TIMEOUT_MS = 110_000;

/** Traces the way to one host; what goes wrong is in `error`, never thrown. */
export async function traceroute(
  params: Pick<TracerouteParams, 'hostOrIp' | 'maxHops' | 'bytesPerPacket'>,
  context: NetworkTestContext,
): Promise<TracerouteOutcome> {
  const { hostOrIp } = params;
  const fault = hostFault(hostOrIp);
  if (fault) return { hostOrIp, error: fault };
  const hops = bounded(params.maxHops, 30, 1, 64);
  const bytes = bounded(params.bytesPerPacket, 60, 28, 9000);
  try {
    const args = ['-m', String(hops), '-w', '3', hostOrIp, String(bytes)];
    const { stdout, stderr, code, timedOut } = await runCommand({
      ...context,
      command: context.tracerouteProgram ?? 'traceroute',
      args,
      timeoutMs: TIMEOUT_MS,
    });
    const found = parseTraceroute(stdout);
    const error = timedOut
      ? 'traceroute did not end in time'
      : code === 0
        ? ''
        : stderr.trim().slice(0, 500) || `traceroute ended with ${code}`;
    return { hostOrIp, error, hops: found };
  } catch (error) {
    return {
      hostOrIp,
      error: error instanceof MissingProgram ? 'traceroute is not installed on this gateway: install traceroute' : reasonOf(error),
    };
  }
}

/** The hops of traceroute's output; a probe without an answer has `*` for a host and no time. */
export function parseTraceroute(text: string): Hop[] {
  return text.split('\n').flatMap((line) => {
    const [, index, rest] = /^\s*(\d+)\s+(.+)$/.exec(line) ?? [];
    return index && rest ? [{ idx: Number(index), probes: parseProbes(rest) }] : [];
  });
}

/** `gw (10.0.0.1)  0.5 ms  0.6 ms * other (10.0.0.2)  1 ms !N`: a host stands for the times after it. */
function parseProbes(text: string): Hop['probes'] {
  const probes: Hop['probes'] = [];
  let [hostname, ip] = ['*', ''];
  for (const [token, name, address, time] of text.matchAll(/\*|(\S+) \(([^)]+)\)|([\d.]+) ms/g)) {
    if (token === '*') probes.push({ hostname: '*', ip: '', rttMs: 0 });
    else if (time !== undefined) probes.push({ hostname, ip, rttMs: Number(time) });
    else [hostname, ip] = [name ?? '*', address ?? ''];
  }
  return probes;
}

function bounded(value: number, fallback: number, least: number, most: number): number {
  return value > 0 ? Math.min(Math.max(value, least), most) : fallback;
}
