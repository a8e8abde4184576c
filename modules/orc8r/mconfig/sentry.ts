import type { GatewayGraph } from '../../../core/module/facets.ts';
import type { NetworkSentryConfig } from '../schemas/network-configs.ts';
import { networkConfig } from './configs.ts';

/** Where crashes are reported, as `SharedSentryConfig` and the LTE services' `SentryConfig` both have it. */
export interface SentryFields {
  readonly dsnPython: string;
  readonly dsnNative: string;
  readonly uploadMmeLog: boolean;
  /** 0 to 1. */
  readonly sampleRate: number;
  readonly exclusionPatterns: string[];
  readonly numberOfLinesInLog: number;
}

/** From the network's `sentry_config`; undefined when it has none. */
export function sentryFields(input: GatewayGraph): SentryFields | undefined {
  const config = networkConfig<NetworkSentryConfig>(input, 'sentry_config');
  if (!config) return undefined;
  return {
    dsnPython: config.url_python ?? '',
    dsnNative: config.url_native ?? '',
    uploadMmeLog: config.upload_mme_log ?? false,
    // REST does not tell a rate of 0 from none given: either way nothing is to be reported.
    sampleRate: config.sample_rate ?? 0,
    exclusionPatterns: [...(config.exclusion_patterns ?? [])],
    numberOfLinesInLog: config.number_of_lines_in_log ?? 0,
  };
}
