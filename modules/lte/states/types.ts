import { z } from 'zod';
import type { StateType } from '../../../core/module/facets.ts';

/** The state types of an access gateway (SOUTHBOUND.md 4). */
export const SINGLE_ENODEB = 'single_enodeb';
export const ICMP_MONITORING = 'icmp_monitoring';
export const MME = 'MME';
export const S1AP = 'S1AP';
export const SPGW = 'SPGW';
export const MOBILITY = 'mobilityd_ipdesc_record';
export const SUBSCRIBER_STATE = 'subscriber_state';
export const GATEWAY_SUBSCRIBER_STATE = 'gateway_subscriber_state';

const flag = z.boolean().nullish();
const text = z.string().nullish();

/** What is known of an eNodeB, under its serial number. enodebd adds members of its own. */
export const singleEnodeb = z.looseObject({
  enodeb_configured: flag,
  enodeb_connected: flag,
  opstate_enabled: flag,
  rf_tx_on: flag,
  rf_tx_desired: flag,
  gps_connected: flag,
  ptp_connected: flag,
  mme_connected: flag,
  gps_longitude: text,
  gps_latitude: text,
  fsm_state: text,
  ip_address: text,
  ues_connected: z.number().int().nullish(),
});

/** An address of a subscriber, under `IMSI....<apn>`: a protobuf message as JSON, its bytes in base64. */
export const ipDescription = z.looseObject({
  ip: z.looseObject({ address: z.base64() }).nullish(),
  state: text,
});

/** How long a ping of a subscriber takes. */
export const icmpMonitoring = z.looseObject({ latency_ms: z.number() });

/** What sessiond says of all subscribers of its gateway at once, under the gateway's hardware id. */
export const gatewaySubscribers = z.looseObject({ subscribers: z.record(z.string(), z.looseObject({})) });

const anything = z.looseObject({});

export const stateTypes: Readonly<Record<string, StateType>> = {
  [SINGLE_ENODEB]: {
    description: 'An eNodeB as its gateway sees it, under its serial number',
    schema: singleEnodeb,
    shared: true,
    timed: true,
  },
  [ICMP_MONITORING]: { description: 'How well a subscriber is reached, under its id', schema: icmpMonitoring, shared: true, timed: true },
  [MME]: { description: 'What the mobility management knows of a subscriber, under its id', schema: anything, shared: true },
  [S1AP]: { description: 'What the S1 service knows of a subscriber, under its id', schema: anything, shared: true },
  [SPGW]: { description: 'What the packet gateway knows of a subscriber, under its id', schema: anything, shared: true },
  [MOBILITY]: { description: 'An address of a subscriber, under its id, a dot and the APN', schema: ipDescription, shared: true },
  [SUBSCRIBER_STATE]: { description: 'Sessions of a subscriber, under its id', schema: anything, shared: true },
  [GATEWAY_SUBSCRIBER_STATE]: {
    description: 'Sessions of all subscribers of a gateway, under its hardware id',
    schema: gatewaySubscribers,
    shared: true,
  },
};
