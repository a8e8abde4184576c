import { INTERNAL_NETWORK } from '../../../core/configurator/internal-network.ts';
import type { Entity, EntityId, Network } from '../../../core/configurator/model.ts';
import { type Mutation, NETWORK } from '../../../core/configurator/mutations.ts';
import type { ReleaseChannel } from '../schemas/release-channel.ts';

export const RELEASE_CHANNEL = 'upgrade_release_channel';
export const channelEntityId = (key: string): EntityId => ({ type: RELEASE_CHANNEL, key });

export function toChannel(channel: Entity): ReleaseChannel {
  return { id: channel.key, name: channel.name, ...(channel.config as Pick<ReleaseChannel, 'supported_versions'>) };
}

/** The first channel of a platform brings the internal network with it. */
export function createChannel({ id, name = '', supported_versions }: ReleaseChannel, internal: Network | undefined): Mutation[] {
  const entity: Mutation = { do: 'create_entity', id: channelEntityId(id), name, config: { supported_versions } };
  if (internal) return [entity];
  const described = { name: 'Internal', description: 'What belongs to the platform as a whole' };
  return [{ do: 'create_network', type: INTERNAL_NETWORK, ...described, configs: {} }, entity];
}

/** What must not have been there when a channel was made. */
export const expectNew = (id: string, internal: Network | undefined) => [
  { ...channelEntityId(id), version: 0 },
  ...(internal ? [] : [{ ...NETWORK, version: 0 }]),
];

export const updateChannel = ({ id, name = '', supported_versions }: ReleaseChannel): Mutation[] => [
  { do: 'update_entity', id: channelEntityId(id), name, config: { supported_versions } },
];
