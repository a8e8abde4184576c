import { z } from 'zod';
import { auditPage as page } from '../../../core/configurator/audit-log.ts';
import { INTERNAL_NETWORK } from '../../../core/configurator/internal-network.ts';
import { demand, mayAccess } from '../../../core/identity/access.ts';
import { type Route, route } from '../../../core/module/route.ts';
import { answers, ok } from '../../../core/rest/reply.ts';
import { moment, momentOf, seekOf, seekQuery, seekToken } from '../../../core/rest/seek.ts';
import { auditPage } from '../schemas/history.ts';

const text = () => z.string().max(512).optional();

const query = seekQuery.extend({
  actor: text().meta({ description: 'Only what this one did', examples: ['operator:admin'] }),
  action: text().meta({ description: 'Only this kind of action', examples: ['gateway.update'] }),
  network: text().meta({ description: 'Only what was done in this network', examples: ['city'] }),
  target: text().meta({ description: 'Only what was done to the thing with this key', examples: ['agw1'] }),
  from: moment()
    .optional()
    .meta({ description: 'Not before this: unix milliseconds, or a date and time', examples: ['2026-01-31T12:00:00Z'] }),
  to: moment()
    .optional()
    .meta({ description: 'Before this: unix milliseconds, or a date and time', examples: ['2026-02-01T00:00:00Z'] }),
});

const given = (value: string | undefined): string | null => value ?? null;

export const auditRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/audit',
    operationId: 'listAudit',
    tag: 'History',
    summary: 'Read what was done and what was refused',
    description: 'Who may not read everything has to ask for one `network` that they may read.',
    permission: { action: 'read', scope: 'operator' },
    query,
    responses: answers(auditPage, 'Entries, newest first'),
    handle: async ({ query: asked }, ctx) => {
      const { before, limit } = seekOf(asked, 1);
      const { actor, action, network, target, from, to } = asked;
      const filter = { actor: given(actor), action: given(action), network: given(network), target: given(target) };
      const times = { from: from === undefined ? null : momentOf(from), to: to === undefined ? null : momentOf(to) };
      const [entries] = await ctx.read(page({ ...filter, ...times, before: before[0] ?? 0, limit }));
      const principal = await ctx.principal();
      const reads = { action: 'read', scope: 'network' } as const;
      const targetOf = (networkId: string) => ({ networkId, uri: `/magma/v1/networks/${encodeURIComponent(networkId)}` });
      if (!mayAccess(principal, { action: 'read', scope: 'all', uri: '/magma/v1/audit' })) {
        // What the platform itself did is in no network, or in one that nobody is granted.
        if (!network || network === INTERNAL_NETWORK) demand(principal, { action: 'read', scope: 'all' }, {});
        else demand(principal, reads, targetOf(network));
      }
      // Who may read everything may still be denied a network.
      const isOpen = (id: string) => id === '' || id === INTERNAL_NETWORK || mayAccess(principal, { ...reads, ...targetOf(id) });
      const shown = entries.filter(({ network_id: id }) => isOpen(id));
      const last = entries.at(-1);
      return ok({ entries: shown, page_token: seekToken(last && [last.id], entries.length, limit) });
    },
  }),
];
