// The message types that may stand in an Any of a gateway's mconfig: what JSON <-> protobuf conversion needs to know.
import type { DescMessage, Registry } from '@bufbuild/protobuf';
import { createRegistry } from '@bufbuild/protobuf';
import { file_cwf_protos_mconfig_mconfigs } from './gen/cwf/protos/mconfig/mconfigs_pb.js';
import { file_feg_protos_mconfig_mconfigs } from './gen/feg/protos/mconfig/mconfigs_pb.js';
import { file_lte_protos_mconfig_mconfigs } from './gen/lte/protos/mconfig/mconfigs_pb.js';
import { file_orc8r_protos_mconfig_mconfigs } from './gen/orc8r/protos/mconfig/mconfigs_pb.js';

/** Every message of package magma.mconfig, of all modules. Pass it as `{ registry }` to toJson and fromJson. */
export const mconfigRegistry: Registry = createRegistry(
  file_orc8r_protos_mconfig_mconfigs,
  file_lte_protos_mconfig_mconfigs,
  file_feg_protos_mconfig_mconfigs,
  file_cwf_protos_mconfig_mconfigs,
);

/** The descriptor of one mconfig message by its short name, for instance `MagmaD`; undefined when there is none. */
export function mconfigMessage(name: string): DescMessage | undefined {
  return mconfigRegistry.getMessage(`magma.mconfig.${name}`);
}
