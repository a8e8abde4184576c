import { z } from 'zod';
import { base64Bytes, uint32 } from '../../../core/rest/fields.ts';
import { bindAddress } from './address.ts';

export const radiusConfig = z
  .object({
    secret: base64Bytes().meta({ default: 'MTIzNDU2' }).optional().describe('Secret shared with access points'),
    network: z.string().meta({ default: 'udp' }).optional().describe('Transport that access points send RADIUS over'),
    auth_addr: bindAddress().meta({ default: ':1812' }).optional().describe('Where authentication is served'),
    acct_addr: bindAddress().meta({ default: ':1813' }).optional().describe('Where accounting is served'),
    DAE_addr: bindAddress().meta({ default: ':3799' }).optional().describe('Where access points take orders to change or end a session'),
  })
  .meta({ id: 'radius_config', description: 'How access points reach the AAA server' });

export const aaaServer = z
  .object({
    idle_session_timeout_ms: uint32().meta({ default: 21_600_000 }).optional().describe('After how many idle milliseconds a session ends'),
    accounting_enabled: z.boolean().meta({ default: true }).optional().describe('Keep account of sessions'),
    create_session_on_auth: z
      .boolean()
      .meta({ default: true })
      .optional()
      .describe('Make the session once authenticated, not when accounting starts'),
    event_logging_enabled: z.boolean().meta({ default: false }).optional().describe('Send events of sessions to the cloud'),
    acct_reporting_enabled: z.boolean().meta({ default: false }).optional().describe('Report use of sessions to the cloud'),
    radius_config: radiusConfig.optional(),
  })
  .meta({ id: 'aaa_server', description: 'Authentication and accounting of Wi-Fi sessions' });

export type AaaServer = z.infer<typeof aaaServer>;
