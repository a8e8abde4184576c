import { revokeCertificate } from '../core/certifier/certificates.ts';
import { Database } from '../core/db/database.ts';
import { describeToken, registerOperatorStatements } from '../core/identity/operators.ts';
import type { RegisterOperator } from './operator.ts';

/** Lets the first operator in, with every right: by certificate and by token. The certificates before this one are revoked in the same transaction. */
export const registerOperator: RegisterOperator = async (d1, { name, certificate, superseded, token }) => {
  const grants = [{ effect: 'ALLOW', action: 'WRITE', resourceType: 'all', resource: '*' }] as const;
  const at = Date.now();
  await new Database(d1).commit([
    ...registerOperatorStatements({ id: name, grants, certificate, token: await describeToken(token) }, at),
    ...superseded.map((serial) =>
      revokeCertificate({ serial, reason: 'a newer certificate took its place when the platform started', at }),
    ),
  ]);
};
