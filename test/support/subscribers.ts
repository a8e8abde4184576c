import { commit } from '../../core/configurator/commit.ts';
import type { EntityId } from '../../core/configurator/model.ts';
import { Database } from '../../core/db/database.ts';
import type { TestApi } from './context.ts';
import { lteApi, lteNetworkBody } from './lte.ts';

/** `IMSI001010000000001` and so on. */
export const imsi = (number: number): string => `IMSI00101${String(number).padStart(10, '0')}`;

export const subscription = {
  state: 'ACTIVE',
  auth_algo: 'MILENAGE',
  auth_key: 'AAECAwQFBgcICQoLDA0ODw==',
  auth_opc: 'EBESExQVFhcYGRobHB0eHw==',
  sub_profile: 'default',
};

/** A subscriber as it is written. */
export const subscriberBody = (number: number) => ({
  id: imsi(number),
  name: `Phone ${number}`,
  lte: subscription,
  active_apns: ['internet'],
});

/** The same as it is read. */
export const subscriberShown = (number: number) => ({ ...subscriberBody(number), config: { lte: subscription } });

/** An LTE network with APNs internet and ims, rules r1 and r2, base names b1 and b2, and a rate profile `gold`. */
export async function subscriberApi(): Promise<TestApi> {
  const api = await lteApi();
  const network = lteNetworkBody('n1');
  const epc = { ...network.cellular.epc, sub_profiles: { gold: { max_ul_bit_rate: 1, max_dl_bit_rate: 2 } } };
  await api.call('PUT', '/lte/n1', { body: { ...network, cellular: { ...network.cellular, epc } } });
  const ids: EntityId[] = ['r1', 'r2'].map((key) => ({ type: 'policy', key }));
  ids.push(...['b1', 'b2'].map((key) => ({ type: 'base_name', key })));
  const mutations = ids.map((id) => ({ do: 'create_entity', id }) as const);
  const change = { networkId: 'n1', action: 'policy.create', target: '', mutations };
  await commit(new Database(api.d1.d1), change, { actor: 'operator:test', requestId: 'setup', at: 1 });
  return api;
}
