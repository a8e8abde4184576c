import { type Response, ChallengeKey_KeyType } from '../../proto/gen/orc8r/protos/bootstrapper_pb.js';
import { OrcError } from '../errors.ts';
import { concat, sameSecret } from '../identity/bytes.ts';
import { type ChallengeKey, readChallengeKey } from './challenge-key.ts';
import type { DeviceInfo, KeyType } from './device.ts';

type Answer = Response['response'];

const ANSWERS: Readonly<Record<KeyType, NonNullable<Answer['case']>>> = {
  ECHO: 'echoResponse',
  SOFTWARE_RSA_SHA256: 'rsaResponse',
  SOFTWARE_ECDSA_SHA256: 'ecdsaResponse',
};

/** The protobuf form of a key type. */
export const keyTypeNumber = (type: KeyType): ChallengeKey_KeyType => ChallengeKey_KeyType[type];

/**
 * Checks a gateway's answer to its challenge against the key registered for it: the challenge itself (ECHO), or a signature over
 * the whole of it (SOUTHBOUND 3). Errors: `aborted` with a reason `answer_*` or `challenge_key_*`.
 */
export async function checkAnswer(registered: DeviceInfo['key'], challenge: Uint8Array, answer: Answer): Promise<void> {
  const type = registered.key_type;
  if (answer.case !== ANSWERS[type]) {
    throw refused(
      'answer_kind',
      `the answer is ${answer.case ? `an ${answer.case}` : 'missing'}, but this gateway is registered with a key of type ${type}: answer with ${ANSWERS[type]}, or have the gateway registered with the type it uses`,
    );
  }
  if (type === 'ECHO') {
    if (answer.case === 'echoResponse' && sameSecret(answer.value.response, challenge)) return;
    throw refused('answer_wrong', 'the echo differs from the challenge: send back all of its bytes');
  }
  if (!registered.key)
    throw refused('challenge_key_missing', 'no challenge key is registered for this gateway: an operator has to register its public key');
  const known = readChallengeKey(type, registered.key);
  if ('refused' in known)
    throw refused(
      'challenge_key_unusable',
      `the challenge key registered for this gateway cannot be used, ${known.refused}: an operator has to register it anew`,
    );
  if (!(await verify(known, challenge, answer))) {
    throw refused(
      'answer_wrong',
      'the challenge key of the gateway does not match the one registered for it: have its current public key registered, or restore the key file',
    );
  }
}

async function verify({ key, kind }: ChallengeKey, challenge: Uint8Array, answer: Answer): Promise<boolean> {
  const message = new Uint8Array(challenge);
  if (kind.type === 'rsa' && answer.case === 'rsaResponse') {
    const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
    return crypto.subtle.verify(algorithm, await key.export(algorithm, ['verify']), new Uint8Array(answer.value.signature), message);
  }
  if (kind.type === 'ec' && answer.case === 'ecdsaResponse') {
    const r = coordinate(answer.value.r, kind.size);
    const s = coordinate(answer.value.s, kind.size);
    if (!r || !s) return false;
    const publicKey = await key.export({ name: 'ECDSA', namedCurve: kind.curve }, ['verify']);
    // SHA-256 on either curve: gateways hash so even with a P-384 key.
    return crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, publicKey, concat(r, s), message);
  }
  return false;
}

/** A number of any length as WebCrypto wants it: exactly as long as the curve. Gateways send it without leading zeros. */
function coordinate(bytes: Uint8Array, size: number): Uint8Array | undefined {
  const start = bytes.findIndex((byte) => byte !== 0);
  const significant = start < 0 ? new Uint8Array(0) : bytes.subarray(start);
  if (significant.byteLength > size) return undefined;
  return concat(new Uint8Array(size - significant.byteLength), significant);
}

const refused = (reason: string, message: string): OrcError => new OrcError('aborted', message, { reason });
