import type { Rule } from './rule.ts';

/** Rules of REST-BEHAVIOUR 13: tenants. */
export const tenants: readonly Rule[] = [
  { what: 'a tenant has a number', ask: ['POST', '/tenants'], body: { name: 'n', networks: [] }, at: ['body.id'] },
  { what: 'a number is taken once', ask: ['POST', '/tenants'], body: { id: 1, name: 'n', networks: [] }, status: 409 },
  { what: 'the number in the URL is one', ask: ['GET', '/tenants/x'] },
];
