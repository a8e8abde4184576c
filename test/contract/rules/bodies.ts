import { lteGatewayBody } from '../../support/lte.ts';
import type { Rule } from './rule.ts';

/** Base64 of so many bytes. */
export const bytes = (count: number, each = 7): string => Buffer.alloc(count, each).toString('base64');

/** An LTE gateway that can still be made, but for these changes. */
export const gateway = (changes: object) => ({ ...lteGatewayBody('gw9'), ...changes });

export const newGateway = (what: string, changes: object, ...at: string[]): Rule => ({
  what,
  ask: ['POST', '/lte/lte1/gateways'],
  body: gateway(changes),
  at,
});
