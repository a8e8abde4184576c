import { z } from 'zod';
import type { StateIndexer, StateType } from '../../../core/module/facets.ts';
import { gatewayState } from '../southbound/gateway-state.ts';
import { DIRECTORY_RECORD, directoryIndexer, directoryRecordState } from './directory-record.ts';

/** What gateways of every kind report. */
export const stateTypes: Readonly<Record<string, StateType>> = {
  gw_state: gatewayState,
  string_map: { description: 'Texts by name, of no further meaning here', schema: z.record(z.string(), z.string()) },
  [DIRECTORY_RECORD]: directoryRecordState,
};

export const stateIndexers: readonly StateIndexer[] = [directoryIndexer];
