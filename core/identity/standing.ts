import { certificateBySerial } from '../certifier/certificates.ts';
import type { Query } from '../db/statement.ts';
import type { Credential, Principal } from './principal.ts';
import { grantsOfToken, tokenById } from './token-holder.ts';

/**
 * What who was let in by a credential earlier may today; undefined: the credential was revoked since, or its operator is gone. That it has
 * run out takes nothing back of what was asked for while it was valid. `now`: unix milliseconds.
 */
export function standing(credential: Credential, now: number): Query<Principal | undefined> {
  if ('token' in credential) {
    const holder = tokenById({ id: credential.token });
    return mapped(holder, (found) =>
      found && found.revokedAt === null
        ? { kind: 'operator', id: found.operatorId, grants: grantsOfToken(found, now), credential }
        : undefined,
    );
  }
  return mapped(certificateBySerial({ serial: credential.certificate }), (found) =>
    found?.kind === 'operator' && found.revokedAt === null && found.grants
      ? { kind: 'operator', id: found.subject, grants: found.grants, credential }
      : undefined,
  );
}

const mapped = <A, B>({ read, ...statement }: Query<A>, map: (value: A) => B): Query<B> => ({
  ...statement,
  read: (rows) => map(read(rows)),
});
