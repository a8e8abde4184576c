import type { NetworkState } from '../../../core/state/network-states.ts';
import { fitting } from '../../../core/rest/fitting.ts';
import { enodebState } from '../schemas/enodeb-state.ts';

/** A reported eNodeB as readers see it: what its gateway said, with who that was and when the cloud heard it. */
export const readEnodebState = ({ value, receivedAt, gatewayId }: NetworkState): unknown => ({
  ...fitting(enodebState, value),
  time_reported: receivedAt,
  reporting_gateway_id: gatewayId,
});
