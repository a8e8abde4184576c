import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { create } from '@bufbuild/protobuf';
import { type Response, ResponseSchema } from '../../proto/gen/orc8r/protos/bootstrapper_pb.js';

/** A gateway's challenge key, made and used by Node's crypto as a gateway would. */
export interface TestChallengeKey {
  readonly type: 'SOFTWARE_RSA_SHA256' | 'SOFTWARE_ECDSA_SHA256';
  /** Base64 of the DER, as device records keep it. */
  readonly key: string;
  readonly answer: (challenge: Uint8Array) => Response['response'];
}

export function ecKey(
  namedCurve: 'P-256' | 'P-384' | 'P-521',
): TestChallengeKey & { readonly numbers: (challenge: Uint8Array) => { r: Uint8Array; s: Uint8Array } } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve });
  const numbers = (challenge: Uint8Array) => {
    const signature = sign('sha256', challenge, { key: privateKey, dsaEncoding: 'ieee-p1363' });
    const half = signature.byteLength / 2;
    return { r: minimal(signature.subarray(0, half)), s: minimal(signature.subarray(half)) };
  };
  return { type: 'SOFTWARE_ECDSA_SHA256', key: spki(publicKey), numbers, answer: (challenge) => ecdsa(numbers(challenge)) };
}

export function rsaKey(modulusLength = 2048): TestChallengeKey {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength });
  const answer = (challenge: Uint8Array) =>
    create(ResponseSchema, { response: { case: 'rsaResponse', value: { signature: sign('sha256', challenge, privateKey) } } }).response;
  return { type: 'SOFTWARE_RSA_SHA256', key: spki(publicKey), answer };
}

export const ecdsa = (value: { r: Uint8Array; s: Uint8Array }): Response['response'] =>
  create(ResponseSchema, { response: { case: 'ecdsaResponse', value } }).response;
export const echo = (response: Uint8Array): Response['response'] =>
  create(ResponseSchema, { response: { case: 'echoResponse', value: { response } } }).response;

const spki = (key: KeyObject): string => key.export({ type: 'spki', format: 'der' }).toString('base64');

/** Without leading zeros, as gateways send the numbers of a signature (SOUTHBOUND 3). */
function minimal(bytes: Uint8Array): Uint8Array {
  const start = bytes.findIndex((byte) => byte !== 0);
  return new Uint8Array(bytes.subarray(start));
}
