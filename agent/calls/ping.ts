// Real pings, by the system's ping (RunNetworkTests).
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { PingParams, PingResultSchema } from '../../proto/gen/orc8r/protos/magmad_pb.js';
import { reasonOf } from '../log.ts';
import { hostFault } from './host.ts';
import type { NetworkTestContext } from './host.ts';
import { MissingProgram, runCommand } from './run-command.ts';

export type PingOutcome = MessageInitShape<typeof PingResultSchema>;

const DEFAULT_PACKETS = 4;
const MAX_PACKETS = 100;

/** Pings one host; what goes wrong is in `error`, never thrown. Round-trip time in milliseconds. */
export async function ping(
  { hostOrIp, numPackets }: Pick<PingParams, 'hostOrIp' | 'numPackets'>,
  context: NetworkTestContext,
): Promise<PingOutcome> {
  const count = numPackets > 0 ? Math.min(numPackets, MAX_PACKETS) : DEFAULT_PACKETS;
  const result = { hostOrIp, numPackets: count };
  const fault = hostFault(hostOrIp);
  if (fault) return { ...result, error: fault };
  try {
    const args = ['-c', String(count), '-W', '5', hostOrIp];
    const { stdout, stderr, timedOut } = await runCommand({
      ...context,
      command: context.pingProgram ?? 'ping',
      args,
      timeoutMs: (count + 10) * 1000,
    });
    const statistics = parsePing(stdout);
    if (statistics) return { ...result, ...statistics };
    return { ...result, error: timedOut ? 'ping did not end in time' : (stderr || stdout).trim().slice(0, 500) || 'ping said nothing' };
  } catch (error) {
    return {
      ...result,
      error: error instanceof MissingProgram ? 'ping is not installed on this gateway: install iputils-ping' : reasonOf(error),
    };
  }
}

/** The summary of iputils' or BusyBox's ping; undefined when there is none. */
export function parsePing(text: string): { packetsTransmitted: number; packetsReceived: number; avgResponseMs: number } | undefined {
  const counts = /(\d+) packets transmitted, (\d+)(?: packets)? received/.exec(text);
  if (!counts) return undefined;
  const average = /(?:rtt|round-trip) min\/avg\/max(?:\/mdev)? = [\d.]+\/([\d.]+)\//.exec(text)?.[1];
  return { packetsTransmitted: Number(counts[1]), packetsReceived: Number(counts[2]), avgResponseMs: Number(average ?? 0) };
}
