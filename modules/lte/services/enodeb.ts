import { type Entity, parents } from '../../../core/configurator/model.ts';
import type { Fault } from '../../../core/errors.ts';
import type { Enodeb, EnodebConfig } from '../schemas/enodeb.ts';
import { CELLULAR_GATEWAY } from './entity-types.ts';

/** An eNodeB as readers see it: the older `config` mirrors the managed one, and the gateway comes from the graph. */
export function readEnodeb(entity: Entity): unknown {
  const config = entity.config as EnodebConfig | null;
  return {
    serial: entity.key,
    name: entity.name,
    description: entity.description,
    config: config?.managed_config,
    enodeb_config: config,
    attached_gateway_id: parents(entity, CELLULAR_GATEWAY)[0],
  };
}

/** A fault when the body sets what only the graph says. */
export const enodebFaults = ({ attached_gateway_id: attached }: Enodeb): Fault[] =>
  attached === undefined ? [] : [{ path: 'body.attached_gateway_id', message: 'is read-only; connect the eNodeB through its gateway' }];

export const storedEnodeb = ({ name, description = '', enodeb_config: config }: Enodeb) => ({
  name,
  description,
  config: config ?? null,
});
