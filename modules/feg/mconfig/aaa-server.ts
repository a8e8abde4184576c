import { base64Decode } from '@bufbuild/protobuf/wire';
import type { MconfigEntry } from '../../../core/module/facets.ts';
import { AAAConfigSchema } from '../../../proto/gen/feg/protos/mconfig/mconfigs_pb.js';
import { LogLevel } from '../../../proto/gen/orc8r/protos/common_pb.js';
import { entry } from '../../orc8r/mconfig/entry.ts';
import type { AaaServer } from '../schemas/aaa-server.ts';

/** Key `aaa_server`; nothing when it is not configured. Carrier Wi-Fi gateways are told the same from their own settings. */
export function aaaServer(config: AaaServer | null | undefined): readonly MconfigEntry[] {
  if (!config) return [];
  const { radius_config: radius } = config;
  return [
    entry('aaa_server', AAAConfigSchema, {
      logLevel: LogLevel.INFO,
      IdleSessionTimeoutMs: config.idle_session_timeout_ms,
      AccountingEnabled: config.accounting_enabled,
      CreateSessionOnAuth: config.create_session_on_auth,
      EventLoggingEnabled: config.event_logging_enabled,
      AcctReportingEnabled: config.acct_reporting_enabled,
      RadiusConfig: radius && {
        Secret: base64Decode(radius.secret ?? ''),
        Network: radius.network,
        AuthAddr: radius.auth_addr,
        AcctAddr: radius.acct_addr,
        DAEAddr: radius.DAE_addr,
      },
    }),
  ];
}
