import { find } from '../../core/configurator/model.ts';
import type { Mutation } from '../../core/configurator/mutations.ts';
import { ANY_TYPE, type RestoreRule } from '../../core/module/facets.ts';
import { deleteGateway, MAGMAD_GATEWAY, removeHardware, UPGRADE_TIER } from './services/gateway/index.ts';
import { deleteTier } from './services/tier.ts';

/** A gateway that is taken away goes as when it is deleted, and hardware that it loses is shut out, so that neither keeps a way in. */
const gatewayRule: RestoreRule = {
  types: [MAGMAD_GATEWAY],
  followsGone: [[MAGMAD_GATEWAY, ANY_TYPE]],
  complete: (restored, { graphNow, owned }) => ({
    mutations: restored.flatMap(({ key, after }): Mutation[] => {
      const current = find(graphNow, MAGMAD_GATEWAY, key);
      if (!current) return [];
      if (!after) return deleteGateway(current, graphNow, owned);
      const { physicalId } = current;
      const loses = physicalId !== null && physicalId !== after.physical_id;
      return loses ? removeHardware(physicalId, 'an earlier version of the gateway was restored') : [];
    }),
  }),
};

/** The gateways of a tier that is taken away are named: they lose their version with it. */
const tierRule: RestoreRule = {
  types: [UPGRADE_TIER],
  complete: (restored, { graphNow }) => ({
    mutations: restored.flatMap(({ key, after }) => {
      const current = find(graphNow, UPGRADE_TIER, key);
      return !after && current ? deleteTier(current) : [];
    }),
  }),
};

/** What entities of this module see to when a revision brings them back. */
export const restoring: readonly RestoreRule[] = [gatewayRule, tierRule];
