import type { MessageInitShape } from '@bufbuild/protobuf';
import { children, find } from '../../../core/configurator/model.ts';
import type { EnodebD_EnodebConfigSchema } from '../../../proto/gen/lte/protos/mconfig/mconfigs_pb.js';
import { int32 } from '../../orc8r/mconfig/entry.ts';
import type { EnodebConfig } from '../schemas/enodeb.ts';
import type { LteGateway } from './lte-gateway.ts';

export type EnodebFields = MessageInitShape<typeof EnodebD_EnodebConfigSchema> & { readonly tac: number };

/** The gateway's eNodeBs by serial, in the order of their serials. One that was never configured is left out. */
export function enodebsBySerial(lte: LteGateway): ReadonlyMap<string, EnodebFields> {
  const enodebs = new Map<string, EnodebFields>();
  for (const serial of children(lte.cellular, 'cellular_enodeb').sort()) {
    const config = find(lte.input.graph, 'cellular_enodeb', serial)?.config as EnodebConfig | null | undefined;
    if (config?.config_type === 'MANAGED' && config.managed_config) enodebs.set(serial, managed(config.managed_config, lte));
    else if (config?.config_type === 'UNMANAGED' && config.unmanaged_config) enodebs.set(serial, unmanaged(config.unmanaged_config, lte));
  }
  return enodebs;
}

/** What is not set, or zero, is taken from the radio settings of the network and the gateway. */
function managed(config: NonNullable<EnodebConfig['managed_config']>, { network, gateway }: LteGateway): EnodebFields {
  const { fdd_config: fdd, tdd_config: tdd } = network.ran;
  return {
    earfcndl: int32(config.earfcndl || (tdd?.earfcndl ?? fdd?.earfcndl ?? 0)),
    subframeAssignment: int32(config.subframe_assignment || (tdd?.subframe_assignment ?? 0)),
    specialSubframePattern: int32(config.special_subframe_pattern || (tdd?.special_subframe_pattern ?? 0)),
    pci: int32(config.pci || gateway.ran.pci),
    transmitEnabled: config.transmit_enabled,
    deviceClass: config.device_class,
    bandwidthMhz: int32(config.bandwidth_mhz || network.ran.bandwidth_mhz),
    tac: int32(config.tac || network.epc.tac),
    cellId: int32(config.cell_id),
  };
}

/** An eNodeB that is not configured from here: only what the core has to know of it. */
function unmanaged(config: NonNullable<EnodebConfig['unmanaged_config']>, { network }: LteGateway): EnodebFields {
  return { cellId: int32(config.cell_id), tac: int32(config.tac || network.epc.tac), ipAddress: config.ip_address };
}
