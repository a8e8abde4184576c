import { existing, idsJson } from '../../../core/configurator/load.ts';
import { children, type Entity, type EntityId, entityKey } from '../../../core/configurator/model.ts';
import type { Mutation } from '../../../core/configurator/mutations.ts';
import type { Query } from '../../../core/db/statement.ts';
import type { Fault } from '../../../core/errors.ts';
import type { MutableCwfHaPair, StoredHaPair } from '../schemas/cwf-ha-pair.ts';
import { CWF_GATEWAY, HA_PAIR } from './entity-types.ts';

const SIDES = ['gateway_id_1', 'gateway_id_2'] as const;

const gatewayId = (key: string): EntityId => ({ type: CWF_GATEWAY, key });

/** A pair as readers see it. A gateway that was deleted leaves its place empty. */
export function readHaPair(pair: Entity): unknown {
  const { transport_virtual_ip, gateway_id_1, gateway_id_2 } = pair.config as StoredHaPair;
  const present = children(pair, CWF_GATEWAY);
  const place = (id: string): string => (present.includes(id) ? id : '');
  return { ha_pair_id: pair.key, gateway_id_1: place(gateway_id_1), gateway_id_2: place(gateway_id_2), config: { transport_virtual_ip } };
}

/** Asks which of the two gateways exist. */
export const pairedGateways = (networkId: string, pair: MutableCwfHaPair): Query<Set<string>> =>
  existing({ networkId, ids: idsJson(SIDES.map((side) => gatewayId(pair[side]))) });

/** A fault for each gateway that does not exist. */
export const missingGateways = (pair: MutableCwfHaPair, found: ReadonlySet<string>): Fault[] =>
  SIDES.filter((side) => !found.has(entityKey(gatewayId(pair[side])))).map((side) => ({
    path: `body.${side}`,
    message: `carrier Wi-Fi gateway "${pair[side]}" does not exist`,
  }));

export const createHaPair = (pair: MutableCwfHaPair): Mutation[] => write('create_entity', pair);
export const replaceHaPair = (pair: MutableCwfHaPair): Mutation[] => write('update_entity', pair);

function write(
  verb: 'create_entity' | 'update_entity',
  { ha_pair_id: key, gateway_id_1, gateway_id_2, config }: MutableCwfHaPair,
): Mutation[] {
  const id = { type: HA_PAIR, key };
  const stored: StoredHaPair = { ...config, gateway_id_1, gateway_id_2 };
  return [
    { do: verb, id, config: stored },
    { do: 'set_children', id, type: CWF_GATEWAY, keys: [gateway_id_1, gateway_id_2] },
  ];
}
