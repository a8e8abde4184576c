import type { Query } from '../../../core/db/statement.ts';
import { parentsOf } from '../../../core/configurator/scoped.ts';
import type { Entity, EntityId } from '../../../core/configurator/model.ts';
import type { Mutation } from '../../../core/configurator/mutations.ts';
import { APN, APN_POLICY_PROFILE, APN_RESOURCE } from './entity-types.ts';

export const readApn = (entity: Entity): unknown => ({ apn_name: entity.key, apn_configuration: entity.config });

const DEPENDENT = [APN_RESOURCE, APN_POLICY_PROFILE];

/** Asks for what makes no sense without its APN and goes with it; subscribers merely lose the edge. */
export const dependentsOfApn = (networkId: string, key: string): Query<EntityId[]> => parentsOf(networkId, { type: APN, key }, DEPENDENT);

export const dependentsAmong = (ids: readonly EntityId[]): EntityId[] => ids.filter(({ type }) => DEPENDENT.includes(type));

export const removeDependents = (ids: readonly EntityId[]): Mutation[] =>
  DEPENDENT.map((type): Mutation => ({ do: 'delete_entities', type, keys: ids.filter((id) => id.type === type).map((id) => id.key) }));
