import { Database } from '../core/db/database.ts';
import { describeToken, registerOperatorStatements } from '../core/identity/operators.ts';
import type { RegisterOperator } from './operator.ts';

/** Lets the first operator in, with every right: by certificate and by token. */
export const registerOperator: RegisterOperator = async (d1, { name, certificate, token }) => {
  const grants = [{ effect: 'ALLOW', action: 'WRITE', resourceType: 'all', resource: '*' }] as const;
  const statements = registerOperatorStatements({ id: name, grants, certificate, token: await describeToken(token) }, Date.now());
  await new Database(d1).commit(statements);
};
