import type { Query } from '../db/statement.ts';
import { mayAccess } from './access.ts';
import type { Credential } from './principal.ts';
import { standing } from './standing.ts';

/** By what somebody was let in to write to a network, and under which path and query. */
export interface HeldRight {
  readonly credential: Credential;
  readonly networkId: string;
  readonly uri: string;
}

/** Why who was let in by this right would not be today; undefined: they would. `now`: unix milliseconds. */
export function stillHeld({ credential, networkId, uri }: HeldRight, now: number): Query<string | undefined> {
  const { read, ...statement } = standing(credential, now);
  return {
    ...statement,
    read(rows) {
      const principal = read(rows);
      if (!principal) return `the ${'token' in credential ? 'token' : 'certificate'} was revoked since, or its operator deleted`;
      if (mayAccess(principal, { action: 'write', scope: 'network', networkId, uri })) return undefined;
      return `the right to write network ${networkId} was taken away since`;
    },
  };
}
