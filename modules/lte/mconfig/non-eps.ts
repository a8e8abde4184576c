import { int32 } from '../../orc8r/mconfig/entry.ts';
import type { LteGateway } from './lte-gateway.ts';

/** Fall-back of calls and messages to 2G or 3G, as `enodebd` and `mme` have it. Numbers are those of the protobuf enums. */
export interface NonEps {
  readonly control: number;
  readonly csfbMcc: string;
  readonly csfbMnc: string;
  readonly csfbRat: number;
  readonly arfcn2g: number[];
  readonly lac: number;
}

const DEFAULT_LAC = 1;

/** From the gateway's `non_eps_service`; without one: off. */
export function nonEps({ gateway }: LteGateway): NonEps {
  const config = gateway.non_eps_service;
  return {
    control: config?.non_eps_service_control ?? 0,
    csfbMcc: config?.csfb_mcc ?? '',
    csfbMnc: config?.csfb_mnc ?? '',
    csfbRat: config?.csfb_rat ?? 0,
    arfcn2g: (config?.arfcn_2g ?? []).map(int32),
    lac: int32(config?.lac ?? DEFAULT_LAC),
  };
}
