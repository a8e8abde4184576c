import { type Entity, parents } from '../../../core/configurator/model.ts';
import type { Mutation } from '../../../core/configurator/mutations.ts';
import { APN_POLICY_PROFILE, APN_RESOURCE } from './entity-types.ts';

export const readApn = (entity: Entity): unknown => ({ apn_name: entity.key, apn_configuration: entity.config });

/** What makes no sense without its APN and goes with it; subscribers merely lose the edge. */
export const dependentsOfApn = (entity: Entity): Mutation[] =>
  [APN_RESOURCE, APN_POLICY_PROFILE].flatMap((type) =>
    parents(entity, type).map((key): Mutation => ({ do: 'delete_entity', id: { type, key } })),
  );
