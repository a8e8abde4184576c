import type { GatewayGraph, MconfigEntry } from '../../../core/module/facets.ts';
import { SharedMconfigSchema } from '../../../proto/gen/orc8r/protos/mconfig/mconfigs_pb.js';
import { entry } from './entry.ts';
import { sentryFields } from './sentry.ts';

/**
 * Key `shared_mconfig`, which every service of the gateway reads. Always there, without `sentry_config` when the network has
 * none, since a service that misses a key it reads does not start.
 */
export function sharedMconfig(input: GatewayGraph): readonly MconfigEntry[] {
  return [entry('shared_mconfig', SharedMconfigSchema, { sentryConfig: sentryFields(input) })];
}
