import type { EntityId } from '../../core/configurator/model.ts';
import type { EntityType } from '../../core/module/facets.ts';
import { monitorProfile } from './schema.ts';

/** A network has at most one profile, so its key is fixed. */
export const PROFILE: EntityId = { type: 'monitor_profile', key: 'default' };

export const entityTypes: Readonly<Record<string, EntityType>> = {
  [PROFILE.type]: { description: 'How gateways of a network watch the devices behind them', config: monitorProfile },
};
