import type { Mutation } from '../../../core/configurator/mutations.ts';
import type { Fault } from '../../../core/errors.ts';
import type { MutableCbsd, StoredCbsd } from '../schemas/cbsd.ts';
import { CBSD, type CbsdRow } from './cbsd-queries.ts';

/**
 * The physical id of a CBSD. Serials are unique across networks, but the same box may also be an eNodeB, whose physical id
 * is the bare serial; hence a space of its own.
 */
export const cbsdPhysicalId = (serial: string): string => `${CBSD}:${serial}`;

/** What can be asked of a registered CBSD. */
export type CbsdRequest = 'deregister' | 'relinquish';

/**
 * A CBSD as readers see it. Registration, grants and the place of the antenna are known from the spectrum access system only;
 * of one that never spoke with it, none of them is.
 */
export function readCbsd({ id, config: { requested: _, ...written } }: CbsdRow): unknown {
  return { ...written, installation_param: written.installation_param ?? {}, id, is_active: false, state: 'unregistered' };
}

/** A fault when the wanted channel is wider than what the CBSD can use. Asked of new ones only, as the contract has it. */
export function bandwidthFaults({ capabilities, frequency_preferences: wanted }: MutableCbsd): Fault[] {
  if (capabilities.max_ibw_mhz >= wanted.bandwidth_mhz) return [];
  return [
    {
      path: 'body.capabilities.max_ibw_mhz',
      message: `must be at least frequency_preferences.bandwidth_mhz, here ${wanted.bandwidth_mhz}`,
    },
  ];
}

export const createCbsd = (key: string, body: MutableCbsd): Mutation[] => [
  { do: 'create_entity', id: { type: CBSD, key }, physicalId: cbsdPhysicalId(body.serial_number), config: body },
];

/** Replaces what was written; what was asked of the CBSD and not yet done stays asked. */
export function replaceCbsd({ key, config }: CbsdRow, body: MutableCbsd): Mutation[] {
  const stored: StoredCbsd = config.requested ? { ...body, requested: config.requested } : body;
  return [{ do: 'update_entity', id: { type: CBSD, key }, physicalId: cbsdPhysicalId(body.serial_number), config: stored }];
}

/** Notes what the CBSD is to do. Nothing when it is noted already. */
export function requestOf({ key, config }: CbsdRow, request: CbsdRequest): Mutation[] {
  if (config.requested?.[request]) return [];
  return [{ do: 'update_entity', id: { type: CBSD, key }, config: { ...config, requested: { ...config.requested, [request]: true } } }];
}

export const deleteCbsd = ({ key }: CbsdRow): Mutation[] => [{ do: 'delete_entity', id: { type: CBSD, key } }];
