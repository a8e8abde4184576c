// Who this gateway is: a hardware id and a challenge key, both made on first run and kept.
import type { KeyObject } from 'node:crypto';
import { createPrivateKey, createPublicKey, generateKeyPairSync, randomUUID } from 'node:crypto';
import { reasonOf } from '../log.ts';
import { readFileIfThere, writeFileAtomic } from '../storage/atomic-file.ts';
import type { Paths } from '../storage/paths.ts';

export interface Identity {
  hardwareId: string;
  /** Signs challenges; never leaves this machine. */
  challengeKey: KeyObject;
  /** Base64 of the public key's DER SubjectPublicKeyInfo: what REST takes as `device.key.key`. */
  publicKey: string;
  /** What REST takes as `device.key.key_type`. */
  keyType: 'SOFTWARE_ECDSA_SHA256' | 'SOFTWARE_RSA_SHA256';
}

const HARDWARE_ID = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/;

/**
 * Reads the identity, making what is missing. `hardwareId`, when given, has to agree with what is kept.
 * Throws with one clear line when a file cannot be used.
 */
export async function loadIdentity(paths: Pick<Paths, 'hardwareId' | 'challengeKey'>, hardwareId?: string): Promise<Identity> {
  const id = await loadHardwareId(paths.hardwareId, hardwareId);
  const challengeKey = await loadChallengeKey(paths.challengeKey);
  const publicKey = createPublicKey(challengeKey).export({ type: 'spki', format: 'der' }).toString('base64');
  const keyType = challengeKey.asymmetricKeyType === 'rsa' ? 'SOFTWARE_RSA_SHA256' : 'SOFTWARE_ECDSA_SHA256';
  return { hardwareId: id, challengeKey, publicKey, keyType };
}

async function loadHardwareId(path: string, wanted: string | undefined): Promise<string> {
  const kept = (await readFileIfThere(path))?.toString('utf8').trim();
  if (kept && wanted && kept !== wanted) {
    throw new Error(`the hardware id in ${path} is ${kept}, but ${wanted} was asked for: use another data folder, or remove the option`);
  }
  const id = kept || wanted || randomUUID();
  if (!HARDWARE_ID.test(id)) {
    throw new Error(
      `the hardware id ${JSON.stringify(id)}${kept ? ` in ${path}` : ''} is not valid: up to 128 letters, digits and . _ : - are`,
    );
  }
  if (!kept) await writeFileAtomic(path, `${id}\n`);
  return id;
}

async function loadChallengeKey(path: string): Promise<KeyObject> {
  const kept = await readFileIfThere(path);
  if (kept === undefined) {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    await writeFileAtomic(path, privateKey.export({ type: 'pkcs8', format: 'pem' }), 0o600);
    return privateKey;
  }
  let key: KeyObject;
  try {
    key = createPrivateKey(kept);
  } catch (error) {
    throw new Error(`the challenge key in ${path} cannot be read (${reasonOf(error)}): restore it, or remove it and register the new one`);
  }
  if (key.asymmetricKeyType !== 'ec' && key.asymmetricKeyType !== 'rsa') {
    throw new Error(`the challenge key in ${path} is of type ${key.asymmetricKeyType}: an EC or RSA key is needed`);
  }
  return key;
}
