import { z } from 'zod';
import { int32, nullWhenUnset, uint32 } from '../../../core/rest/fields.ts';
import { plmnId } from './plmn-ids.ts';

/** The contract knows the same times under two names, one for each method; hence a shape and not a schema. */
const timeouts = {
  challenge_ms: uint32().meta({ default: 20_000 }).optional().describe('How long a challenge may go unanswered, in milliseconds'),
  error_notification_ms: uint32().meta({ default: 10_000 }).optional().describe('How long an error may go unacknowledged, in milliseconds'),
  session_ms: uint32().meta({ default: 43_200_000 }).optional().describe('How long a session lives, in milliseconds'),
  session_authenticated_ms: uint32()
    .meta({ default: 5000 })
    .optional()
    .describe('How long a session is kept after success, in milliseconds'),
} as const;

const method = {
  plmn_ids: nullWhenUnset(z.array(plmnId())).meta({
    description: 'Mobile networks (MCC and MNC in one) whose subscribers are served; none means all',
    examples: [['00101']],
  }),
  use_s6a: z.boolean().meta({ default: false }).optional().describe('Ask for subscribers over S6a in place of SWx'),
  mnc_len: int32().meta({ default: 3 }).optional().describe('Digits of the mobile network code in an IMSI'),
} as const;

export const eapAkaTimeouts = z.object(timeouts).meta({ id: 'eap_aka_timeouts', description: 'How long the steps of EAP-AKA may take' });
export const eapSimTimeouts = z.object(timeouts).meta({ id: 'eap_sim_timeouts', description: 'How long the steps of EAP-SIM may take' });

export const eapAka = z
  .object({ timeout: eapAkaTimeouts.optional(), ...method })
  .meta({ id: 'eap_aka', description: 'Authentication on Wi-Fi with a USIM' });

export const eapSim = z
  .object({ timeout: eapSimTimeouts.optional(), ...method })
  .meta({ id: 'eap_sim', description: 'Authentication on Wi-Fi with a SIM' });

export type EapAka = z.infer<typeof eapAka>;
export type EapSim = z.infer<typeof eapSim>;
