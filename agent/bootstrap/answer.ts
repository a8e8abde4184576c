// How a gateway proves that it holds the challenge key (SOUTHBOUND 3).
import type { KeyObject } from 'node:crypto';
import { constants, sign } from 'node:crypto';
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { Challenge, ResponseSchema } from '../../proto/gen/orc8r/protos/bootstrapper_pb.js';
import { ChallengeKey_KeyType } from '../../proto/gen/orc8r/protos/bootstrapper_pb.js';

export type Answer = NonNullable<MessageInitShape<typeof ResponseSchema>['response']>;

/**
 * Answers a challenge in the way that the cloud has on record for this gateway. The whole challenge is signed.
 * Throws when the key at hand is not of the kind asked for.
 */
export function answerChallenge(challenge: Pick<Challenge, 'keyType' | 'challenge'>, key: KeyObject): Answer {
  const data = challenge.challenge;
  switch (challenge.keyType) {
    case ChallengeKey_KeyType.ECHO:
      return { case: 'echoResponse', value: { response: data } };
    case ChallengeKey_KeyType.SOFTWARE_RSA_SHA256: {
      demand(key, 'rsa', 'an RSA');
      const signature = sign('sha256', data, { key, padding: constants.RSA_PKCS1_PADDING });
      return { case: 'rsaResponse', value: { signature: new Uint8Array(signature) } };
    }
    case ChallengeKey_KeyType.SOFTWARE_ECDSA_SHA256: {
      demand(key, 'ec', 'an EC');
      const pair = new Uint8Array(sign('sha256', data, { key, dsaEncoding: 'ieee-p1363' }));
      const half = pair.length / 2;
      return { case: 'ecdsaResponse', value: { r: minimal(pair.subarray(0, half)), s: minimal(pair.subarray(half)) } };
    }
    default:
      throw new Error(`the cloud asks for a challenge answer of kind ${challenge.keyType}, which this agent does not know`);
  }
}

/** A big-endian integer without leading zero bytes, as gateways send r and s. */
export function minimal(integer: Uint8Array): Uint8Array<ArrayBuffer> {
  const first = integer.findIndex((byte) => byte !== 0);
  return first < 0 ? Uint8Array.of(0) : integer.slice(first);
}

function demand(key: KeyObject, kind: string, name: string): void {
  if (key.asymmetricKeyType !== kind) {
    throw new Error(`this gateway is registered with ${name} challenge key, but its challenge key is of kind ${key.asymmetricKeyType}`);
  }
}
