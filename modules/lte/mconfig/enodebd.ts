import type { MconfigEntry } from '../../../core/module/facets.ts';
import { EnodebDSchema } from '../../../proto/gen/lte/protos/mconfig/mconfigs_pb.js';
import { LogLevel } from '../../../proto/gen/orc8r/protos/common_pb.js';
import { entry, int32 } from '../../orc8r/mconfig/entry.ts';
import { enodebsBySerial } from './enodeb-configs.ts';
import type { LteGateway } from './lte-gateway.ts';
import { nonEps } from './non-eps.ts';

/** Key `enodebd`: the radio settings and every eNodeB of the gateway. */
export function enodebd(lte: LteGateway): readonly MconfigEntry[] {
  const { ran, epc } = lte.network;
  const { fdd_config: fdd, tdd_config: tdd } = ran;
  const { csfbRat, arfcn2g } = nonEps(lte);
  return [
    entry('enodebd', EnodebDSchema, {
      logLevel: LogLevel.INFO,
      pci: int32(lte.gateway.ran.pci),
      bandwidthMhz: int32(ran.bandwidth_mhz),
      plmnidList: `${epc.mcc}${epc.mnc}`,
      allowEnodebTransmit: lte.gateway.ran.transmit_enabled,
      tac: int32(epc.tac),
      csfbRat,
      arfcn2g,
      fddConfig: fdd && { earfcndl: int32(fdd.earfcndl), earfcnul: int32(fdd.earfcnul) },
      tddConfig: tdd && {
        earfcndl: int32(tdd.earfcndl),
        subframeAssignment: int32(tdd.subframe_assignment),
        specialSubframePattern: int32(tdd.special_subframe_pattern),
      },
      enbConfigsBySerial: Object.fromEntries(enodebsBySerial(lte)),
    }),
  ];
}
