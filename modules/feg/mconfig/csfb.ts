import type { MconfigEntry } from '../../../core/module/facets.ts';
import { CsfbConfigSchema } from '../../../proto/gen/feg/protos/mconfig/mconfigs_pb.js';
import { LogLevel } from '../../../proto/gen/orc8r/protos/common_pb.js';
import { entry } from '../../orc8r/mconfig/entry.ts';
import type { Federation } from './federation-gateway.ts';

/** Key `csfb`: towards the circuit-switched core of a partner. */
export function csfb({ settings: { csfb: config } }: Federation): readonly MconfigEntry[] {
  if (!config) return [];
  const { client } = config;
  return [
    entry('csfb', CsfbConfigSchema, {
      logLevel: LogLevel.INFO,
      client: client && { serverAddress: client.server_address, localAddress: client.local_address },
    }),
  ];
}
