import { type CSR, CertType } from '../../proto/gen/orc8r/protos/certifier_pb.js';
import type { Response } from '../../proto/gen/orc8r/protos/bootstrapper_pb.js';
import type { Certifier, IssuedCertificate } from '../certifier/certifier.ts';
import { checkCsr } from '../certifier/csr.ts';
import { checkNamed, validityOf } from '../certifier/gateway-csr.ts';
import { recordIssued } from '../certifier/issued.ts';
import type { Database } from '../db/database.ts';
import { OrcError } from '../errors.ts';
import { isHardwareId } from '../identity/gateway.ts';
import { checkAnswer } from './answer.ts';
import type { BootstrapKey } from './bootstrap-key.ts';
import { checkChallenge, makeChallenge } from './challenge.ts';
import { type DeviceInfo, gatewayByHardwareId, type KeyType, type KnownGateway } from './device.ts';

export interface BootstrapContext {
  readonly db: Database;
  readonly key: BootstrapKey;
  /** Unix milliseconds. */
  readonly now: number;
}

/**
 * A challenge for a gateway that wants a certificate, and the type of answer expected of it.
 * Errors: `invalid` for no hardware id, `not_found` for one that is not registered or has no device record.
 */
export async function challengeFor(
  context: BootstrapContext,
  hardwareId: string,
): Promise<{ keyType: KeyType; challenge: Uint8Array<ArrayBuffer> }> {
  if (!isHardwareId(hardwareId))
    throw new OrcError('invalid', 'id: the hardware id is missing, longer than 256 characters, or holds control characters', {
      reason: 'hardware_id_invalid',
    });
  const { device } = await registered(context.db, hardwareId);
  return { keyType: device.key.key_type, challenge: await makeChallenge(context.key, hardwareId, context.now) };
}

/**
 * Checks the answer to a challenge and the CSR that came with it, and issues a certificate; it is known, and stands in the audit
 * log, before it is handed out. Errors: `aborted` (reasons `challenge_*`, `answer_*`, `challenge_key_*`, `csr_*`, `hardware_id_invalid`),
 * `not_found` (`gateway_unknown`, `device_missing`), `unavailable` (`certifier_expired`).
 */
export async function requestSign(
  context: BootstrapContext & { readonly certifier: Certifier; readonly requestId: string },
  request: Response,
): Promise<IssuedCertificate> {
  const { db, now } = context;
  const hardwareId = request.hwId?.id ?? '';
  if (!isHardwareId(hardwareId))
    throw aborted('hardware_id_invalid', 'hw_id: the hardware id is missing, longer than 256 characters, or holds control characters');
  // First what needs no look-up: strangers are turned away before they cost a round trip.
  await checkChallenge(context.key, request.challenge, hardwareId, now);
  const { networkId, gatewayId, device } = await registered(db, hardwareId);
  await checkAnswer(device.key, request.challenge, request.response);
  const csr = namedCsr(request.csr, hardwareId);
  const publicKey = await checkCsr(csr.csrDer, hardwareId);
  const certificate = await context.certifier.issue({ publicKey, commonName: hardwareId, validity: validityOf(csr), now });
  const gateway = { hardwareId, networkId, gatewayId };
  await recordIssued(db, certificate, { kind: 'gateway', gateway, requestId: context.requestId, now });
  return certificate;
}

async function registered(db: Database, hardwareId: string): Promise<KnownGateway & { device: DeviceInfo }> {
  const [known] = await db.read(gatewayByHardwareId({ hardwareId }));
  if (!known) {
    throw new OrcError(
      'not_found',
      `no gateway with hardware id ${hardwareId} is registered: an operator has to register it first, or use a registration token`,
      { reason: 'gateway_unknown' },
    );
  }
  if (!known.device) {
    throw new OrcError(
      'not_found',
      `the gateway with hardware id ${hardwareId} has no challenge key: an operator has to register its device, or use a registration token`,
      { reason: 'device_missing' },
    );
  }
  return { ...known, device: known.device };
}

/** The CSR, which must be for this gateway and for an ordinary certificate. */
function namedCsr(csr: CSR | undefined, hardwareId: string): CSR {
  if (!csr) throw aborted('csr_missing', 'the request holds no CSR: send a PKCS#10 request as DER in csr.csr_der');
  if (csr.certType !== CertType.DEFAULT) throw aborted('csr_type', 'only certificates of type DEFAULT are issued here');
  checkNamed(csr, hardwareId);
  return csr;
}

const aborted = (reason: string, message: string): OrcError => new OrcError('aborted', message, { reason });
