import { z } from 'zod';
import { int32, ipv4, uint64, unset } from '../../../core/rest/fields.ts';

export const enodebState = z
  .object({
    time_reported: uint64().optional().describe('When the cloud received this, unix milliseconds'),
    reporting_gateway_id: z.string().optional().describe('Gateway that reported it'),
    enodeb_configured: z.boolean().describe('Holds the configuration it should'),
    gps_longitude: unset(z.string().describe('Longitude in degrees'), 'null'),
    gps_latitude: unset(z.string().describe('Latitude in degrees'), 'null'),
    enodeb_connected: z.boolean().describe('Talks with the gateway'),
    opstate_enabled: z.boolean().describe('In operation'),
    rf_tx_on: z.boolean().describe('Transmits'),
    rf_tx_desired: z.boolean().describe('Should transmit'),
    gps_connected: z.boolean().describe('Has a GPS fix'),
    ptp_connected: z.boolean().describe('Has a PTP clock'),
    mme_connected: z.boolean().describe('Has an S1 connection'),
    fsm_state: unset(z.string().describe('Where its configuration stands'), 'null'),
    ip_address: ipv4().optional().describe('Address it connects from'),
    ues_connected: int32().optional().describe('How many devices it serves'),
  })
  .meta({ id: 'enodeb_state', description: 'What a gateway last reported of an eNodeB' });

export type EnodebState = z.infer<typeof enodebState>;
