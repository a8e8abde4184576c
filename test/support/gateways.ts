import { commit } from '../../core/configurator/commit.ts';
import type { Mutation } from '../../core/configurator/mutations.ts';
import { Database } from '../../core/db/database.ts';
import type { TestD1 } from './d1.ts';

export interface TestGateway {
  readonly networkId: string;
  readonly gatewayId: string;
  readonly hardwareId?: string;
  /** As REST writes it. */
  readonly key?: { readonly key_type: string; readonly key?: string | null };
}

const author = { actor: 'operator:test', requestId: 'setup', at: 1_700_000_000_000 };

/** Commits a network with nothing in it. */
export async function addNetwork(store: TestD1, networkId: string): Promise<void> {
  const mutations: Mutation[] = [{ do: 'create_network', type: 'lte', name: networkId, description: '', configs: {} }];
  await commit(new Database(store.d1), { networkId, action: 'network.create', target: networkId, mutations }, author);
}

/** Commits a gateway; answers the number of its entity. */
export async function addGateway(store: TestD1, { networkId, gatewayId, hardwareId, key }: TestGateway): Promise<number> {
  const id = { type: 'magmad_gateway', key: gatewayId };
  const mutations: Mutation[] = [{ do: 'create_entity', id, physicalId: hardwareId ?? null, config: {} }];
  if (hardwareId && key)
    mutations.push({ do: 'put_device', hardwareId, type: 'access_gateway_record', info: { hardware_id: hardwareId, key } });
  await commit(new Database(store.d1), { networkId, action: 'gateway.create', target: gatewayId, mutations }, author);
  const row = store.sqlite.prepare('SELECT id FROM entities WHERE network_id = ? AND key = ?').get(networkId, gatewayId);
  return Number(row?.['id']);
}
