import { OURS } from '../identities.ts';
import type { Allowed, Rule } from './rule.ts';

/** Rules of REST-BEHAVIOUR 13: tenants. */
export const tenants: readonly Rule[] = [
  { what: 'a tenant has a number', ask: ['POST', '/tenants'], body: { name: 'n', networks: [] }, at: ['body.id'] },
  { what: 'a number is taken once', ask: ['POST', '/tenants'], body: { id: 1, name: 'n', networks: [] }, status: 409 },
  { what: 'the number in the URL is one', ask: ['GET', '/tenants/x'], at: ['path.tenant_id'] },
  { what: 'also of its control_proxy', ask: ['PUT', '/tenants/1.5/control_proxy'], body: { control_proxy: '' }, at: ['path.tenant_id'] },
  { what: 'the number agrees with the URL', ask: ['PUT', '/tenants/1'], body: { id: 2, networks: [] }, at: ['body.id'] },
  { what: 'a tenant has no control_proxy before it is given one', ask: ['GET', '/tenants/2/control_proxy'], status: 404 },
];

export const allowedTenants: readonly Allowed[] = [
  {
    what: 'networks that do not exist, or belong to another tenant too',
    ask: ['POST', '/tenants'],
    body: { id: 9, networks: ['nosuch', 'lte1'] },
    status: 201,
    shows: [
      ['/tenants/9', { id: 9, networks: ['nosuch', 'lte1'] }],
      ['/tenants/1', { id: 1, networks: [...OURS] }],
    ],
  },
  {
    what: 'a body without the number, which stands in the URL',
    ask: ['PUT', '/tenants/1'],
    body: { name: 'New', networks: [] },
    status: 204,
    shows: [['/tenants/1', { id: 1, name: 'New', networks: [] }]],
  },
  {
    what: 'another control_proxy in place of the one that was set',
    ask: ['PUT', '/tenants/1/control_proxy'],
    body: { control_proxy: 'new' },
    status: 204,
    shows: [['/tenants/1/control_proxy', { control_proxy: 'new' }]],
  },
];
