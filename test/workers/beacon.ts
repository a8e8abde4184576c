import { z } from 'zod';
import { children, entityKey, find } from '../../core/configurator/model.ts';
import { defineModule, type GatewayGraph } from '../../core/module/facets.ts';

/** Stream `beacon`: what a gateway's lamps show, and its tiers, pools and notices, as text that a test can read. */
export const BEACON = 'beacon';

/** A lamp with this colour cannot be rendered. */
export const BROKEN = 'broken';

const lamp = z.object({ colour: z.string() });

/** A module for tests: lamps below gateways, pools above them, notices for everybody. */
export const beacon = defineModule({
  name: 'beacon',
  version: '1.0.0',
  description: 'Lamps; for tests',
  dependsOn: ['orc8r'],
  entityTypes: {
    lamp: { description: 'below a gateway', config: lamp },
    pool: { description: 'above gateways', config: lamp },
    notice: { description: 'seen by every gateway', config: lamp },
  },
  streams: [
    () => ({
      name: BEACON,
      description: 'lamps, for tests',
      reads: ['lamp', 'pool', 'upgrade_tier'],
      networkWide: ['notice'],
      render: async (input) => {
        const text = show(input);
        const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
        const digest = [...new Uint8Array(hash).slice(0, 8)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
        return { digest, updates: () => [{ key: input.gateway.key, value: new TextEncoder().encode(text) }] };
      },
    }),
  ],
});

/** The content of `beacon` as text. */
export function show({ network, gateway, graph }: GatewayGraph): string {
  const colour = (type: string, key: string): string => {
    const { colour: shown } = lamp.parse(find(graph, type, key)?.config ?? { colour: '' });
    if (shown === BROKEN) throw new Error(`lamp ${key} is broken`);
    return `${entityKey({ type, key })}=${shown}`;
  };
  const above = gateway.parents.filter(({ type }) => type === 'pool').map(({ type, key }) => colour(type, key));
  const notices = [...graph.entities.values()].filter(({ type }) => type === 'notice').map(({ type, key }) => colour(type, key));
  const lamps = children(gateway, 'lamp').map((key) => colour('lamp', key));
  return [network.description, ...lamps, ...above, ...notices.sort()].join(' ').trim();
}
