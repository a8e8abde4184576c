// What an agent tells those who run it.

export interface AgentEvents {
  connected: [{ networkId: string; gatewayId: string }];
  disconnected: [{ reason: string }];
  'config-applied': [{ version: bigint; digest: string }];
  'config-refused': [{ version: bigint; reason: string; path: string }];
  'stream-applied': [{ stream: string; version: bigint; digest: string }];
  'checked-in': [{ ok: boolean; durationMs: number; reason: string }];
  /** A new certificate; times in milliseconds since 1970. */
  bootstrap: [{ serial: string; notBefore: number; notAfter: number }];
  'bootstrap-failed': [{ reason: string }];
}
