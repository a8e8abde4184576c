import { cbsd } from '../resources.ts';
import type { Allowed, Rule } from './rule.ts';

/** Its rules are all about what it changes. */
const radio = (what: string, changes: object, ...at: string[]): Rule => ({
  what,
  ask: ['POST', '/dp/lte1/cbsds'],
  body: { ...cbsd('s9'), ...changes },
  at,
  about: Object.keys(changes),
});

/** Rules of REST-BEHAVIOUR 11: dp. */
export const dp: readonly Rule[] = [
  { what: 'an offset needs a limit', ask: ['GET', '/dp/lte1/cbsds?offset=1'], at: ['query.limit'] },
  radio(
    'carrier aggregation needs redundant grants',
    { carrier_aggregation_enabled: true, grant_redundancy: false },
    'body.grant_redundancy',
  ),
  radio(
    'the bandwidth fits in what the radio can',
    {
      frequency_preferences: { bandwidth_mhz: 20, frequencies_mhz: [3600] },
      capabilities: { max_ibw_mhz: 10, min_power: 0, max_power: 20, number_of_antennas: 2 },
    },
    'body.capabilities.max_ibw_mhz',
  ),
  {
    what: 'the bandwidth does, whether there is the network or not',
    ask: ['POST', '/dp/nosuch/cbsds'],
    body: { ...cbsd('s9'), capabilities: { ...cbsd('s9').capabilities, max_ibw_mhz: 15 } },
    at: ['body.capabilities.max_ibw_mhz'],
    about: ['frequency_preferences'],
  },
  { what: 'the number of a radio is one', ask: ['GET', '/dp/lte1/cbsds/x'] },
  { what: 'a serial number is in use once', ask: ['POST', '/dp/lte1/cbsds'], body: cbsd('s1'), status: 409 },
];

const wide = { ...cbsd('s9'), capabilities: { ...cbsd('s9').capabilities, max_ibw_mhz: 20 } };

export const allowedDp: readonly Allowed[] = [
  { what: 'a bandwidth that just fits', ask: ['POST', '/dp/lte1/cbsds'], body: wide, status: 201 },
];
