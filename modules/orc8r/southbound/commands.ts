import type { DescMethodUnary } from '@bufbuild/protobuf';
import type { GatewayCommand } from '../../../core/module/facets.ts';
import { Magmad } from '../../../proto/gen/orc8r/protos/magmad_pb.js';

/** Name under which a gateway's services find magmad. */
const service = 'magmad';

/** What an operator can have a gateway do (REST-BEHAVIOUR.md 6, Commands). */
export const commands: readonly GatewayCommand[] = [
  { name: 'reboot', description: 'Restart the machine', service, method: Magmad.method.reboot },
  {
    name: 'restart_services',
    description: 'Restart the named services, or all when none is named',
    service,
    method: Magmad.method.restartServices,
  },
  { name: 'ping', description: 'Ping hosts from the gateway', service, method: Magmad.method.runNetworkTests },
  { name: 'generic', description: 'Run a command from the allow list of the gateway', service, method: Magmad.method.genericCommand },
  {
    name: 'tail_logs',
    description: "Follow a service's log",
    service,
    // Server-streaming: its descriptor says so in `methodKind`, the facet's type has no room for it.
    method: Magmad.method.tailLogs as unknown as DescMethodUnary,
  },
];
