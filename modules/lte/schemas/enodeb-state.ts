import { z } from 'zod';
import { int32, ipv4, uint64, unset } from '../../../core/rest/fields.ts';

export const enodebState = z
  .object({
    time_reported: uint64()
      .optional()
      .meta({ description: 'When the cloud received this, unix milliseconds', examples: [1767182400000] }),
    reporting_gateway_id: z
      .string()
      .optional()
      .meta({ description: 'Id of the gateway that reported this', examples: ['agw1'] }),
    enodeb_configured: z.boolean().describe('Whether the eNodeB holds the configuration it should'),
    gps_longitude: unset(
      z.string().meta({ description: 'Longitude in degrees, as the eNodeB writes it', examples: ['13.404954'] }),
      'null',
    ),
    gps_latitude: unset(z.string().meta({ description: 'Latitude in degrees, as the eNodeB writes it', examples: ['52.520008'] }), 'null'),
    enodeb_connected: z.boolean().describe('Whether the eNodeB talks with the gateway'),
    opstate_enabled: z.boolean().describe('Whether the eNodeB is in operation'),
    rf_tx_on: z.boolean().describe('Whether the radio transmits'),
    rf_tx_desired: z.boolean().describe('Whether the radio is meant to transmit'),
    gps_connected: z.boolean().describe('Whether the eNodeB has a GPS fix'),
    ptp_connected: z.boolean().describe('Whether the eNodeB follows a PTP clock'),
    mme_connected: z.boolean().describe('Whether the eNodeB has an S1 connection to the MME'),
    fsm_state: unset(
      z.string().meta({
        description: 'State of the machine by which the gateway configures the eNodeB',
        examples: ['Completed provisioning eNB. Awaiting new Inform.'],
      }),
      'null',
    ),
    ip_address: ipv4()
      .optional()
      .meta({ description: 'IPv4 address that the eNodeB connects from', examples: ['192.168.60.145'] }),
    ues_connected: int32()
      .optional()
      .meta({ description: 'Devices that are connected through the eNodeB', examples: [12] }),
  })
  .meta({ id: 'enodeb_state', description: 'What a gateway last reported of an eNodeB' });

export type EnodebState = z.infer<typeof enodebState>;
