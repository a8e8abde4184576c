import type { StateIndexer } from '../../../core/module/facets.ts';
import { GATEWAY_SUBSCRIBER_STATE, gatewaySubscribers, ipDescription, MOBILITY } from './types.ts';

/** Indexes over what access gateways report of subscribers. */
export const IMSI_OF_ADDRESS = 'imsi_of_address';
export const ADDRESSES_OF_IMSI = 'addresses_of_imsi';
export const SESSIONS_OF_IMSI = 'sessions_of_imsi';

/** An entry of `addresses_of_imsi`. */
export interface Allocation {
  readonly apn: string;
  readonly ip: string;
}

/**
 * Finds subscribers by address, and by subscriber the addresses and the sessions that its gateway reported (SOUTHBOUND.md 4).
 * Values of the last two are JSON.
 */
export const subscriberIndexer: StateIndexer = {
  name: 'subscribers',
  version: 1,
  types: [MOBILITY, GATEWAY_SUBSCRIBER_STATE],
  indexes: {
    [IMSI_OF_ADDRESS]: 'The subscribers that have an address',
    [ADDRESSES_OF_IMSI]: 'The addresses of a subscriber, one for each APN',
    [SESSIONS_OF_IMSI]: 'The sessions of a subscriber, by APN',
  },
  entries: ({ type, subject, value }) => (type === MOBILITY ? ofAddress(subject, value) : ofGateway(value)),
};

function ofAddress(subject: string, value: unknown) {
  const [, imsi, apn] = /^(IMSI\d+)\.(.+)$/.exec(subject) ?? [];
  const packed = ipDescription.safeParse(value).data?.ip?.address;
  const ip = packed === undefined ? undefined : addressOf(packed);
  if (imsi === undefined || apn === undefined || ip === undefined) return [];
  const allocation: Allocation = { apn, ip };
  return [
    { index: IMSI_OF_ADDRESS, key: ip, value: imsi },
    { index: ADDRESSES_OF_IMSI, key: imsi, value: JSON.stringify(allocation) },
  ];
}

const ofGateway = (value: unknown) =>
  Object.entries(gatewaySubscribers.safeParse(value).data?.subscribers ?? {}).map(([imsi, sessions]) => ({
    index: SESSIONS_OF_IMSI,
    key: imsi,
    value: JSON.stringify(sessions),
  }));

/** The text of an IPv4 address that is packed into four bytes and those into base64; undefined for anything else. */
export function addressOf(packed: string): string | undefined {
  const bytes = atob(packed);
  return bytes.length === 4 ? [...bytes].map((byte) => byte.charCodeAt(0)).join('.') : undefined;
}
