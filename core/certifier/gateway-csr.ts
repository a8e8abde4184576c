import type { CSR } from '../../proto/gen/orc8r/protos/certifier_pb.js';
import { OrcError } from '../errors.ts';

/** No certificate of a gateway lives longer; who asks for nothing sensible is given this (SOUTHBOUND 3). */
const LONGEST_S = 97 * 3600;

/** How long a gateway's certificate is to hold, milliseconds. */
export function validityOf({ validTime }: CSR): number {
  const asked = Number(validTime?.seconds ?? 0n);
  return (asked > 0 && asked < LONGEST_S ? asked : LONGEST_S) * 1000;
}

/** Error: `aborted` (`csr_identity`) for a request that names another identity than this gateway. */
export function checkNamed({ id }: CSR, hardwareId: string): void {
  const identity = id?.Value;
  if (identity?.case === undefined) return;
  if (identity.case === 'gateway' && (identity.value.hardwareId === '' || identity.value.hardwareId === hardwareId)) return;
  throw new OrcError('aborted', `the CSR is for another identity than gateway ${hardwareId}: leave csr.id empty or name this hardware id`, {
    reason: 'csr_identity',
  });
}
