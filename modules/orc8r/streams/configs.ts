import { renderMconfig } from '../../../core/mconfig/render.ts';
import type { GatewayGraph, GatewayStream, MconfigEntry, StreamReads } from '../../../core/module/facets.ts';

export const CONFIGS = 'configs';

/** Stream `configs`: one update, under the gateway's id, with its whole mconfig as JSON. It reads what all modules' builders read. */
export function configs(mconfigs: (input: GatewayGraph) => readonly MconfigEntry[], { reads, networkWide }: StreamReads): GatewayStream {
  return {
    name: CONFIGS,
    description: 'The mconfig of a gateway: what each of its services is told',
    reads,
    networkWide,
    render: async (input) => {
      const { digest, document } = renderMconfig(mconfigs(input));
      return { digest, updates: (at) => [{ key: input.gateway.key, value: new TextEncoder().encode(document(at)) }] };
    },
  };
}
