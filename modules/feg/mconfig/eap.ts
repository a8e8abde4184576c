import type { MconfigEntry } from '../../../core/module/facets.ts';
import { EapAkaConfigSchema, EapSimConfigSchema } from '../../../proto/gen/feg/protos/mconfig/mconfigs_pb.js';
import { LogLevel } from '../../../proto/gen/orc8r/protos/common_pb.js';
import { entry } from '../../orc8r/mconfig/entry.ts';
import type { EapAka, EapSim } from '../schemas/eap.ts';

/** Both methods are configured alike, each in a message of its own. */
const method = ({ timeout, plmn_ids, use_s6a, mnc_len }: EapAka | EapSim) => ({
  logLevel: LogLevel.INFO,
  timeout: timeout && {
    ChallengeMs: timeout.challenge_ms,
    ErrorNotificationMs: timeout.error_notification_ms,
    SessionMs: timeout.session_ms,
    SessionAuthenticatedMs: timeout.session_authenticated_ms,
  },
  PlmnIds: [...(plmn_ids ?? [])],
  UseS6a: use_s6a,
  MncLen: mnc_len,
});

/** Key `eap_aka`; nothing when it is not configured. Carrier Wi-Fi gateways are told the same from their own settings. */
export const eapAka = (config: EapAka | null | undefined): readonly MconfigEntry[] =>
  config ? [entry('eap_aka', EapAkaConfigSchema, method(config))] : [];

/** Key `eap_sim`; nothing when it is not configured. */
export const eapSim = (config: EapSim | null | undefined): readonly MconfigEntry[] =>
  config ? [entry('eap_sim', EapSimConfigSchema, method(config))] : [];
