import type { StateIndexer } from '../../../core/module/facets.ts';
import { subscriberIndexer } from './subscriber-indexer.ts';

export { stateTypes } from './types.ts';

/** eNodeBs need no indexer: states are kept by reporter. */
export const stateIndexers: readonly StateIndexer[] = [subscriberIndexer];
