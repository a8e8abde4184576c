import { commit, type Committed } from '../configurator/commit.ts';
import type { Mutation } from '../configurator/mutations.ts';
import { OrcError } from '../errors.ts';
import { toBase64 } from '../identity/bytes.ts';
import { GATEWAY_DEVICE, GATEWAY_ENTITY, isHardwareId } from '../identity/gateway.ts';
import type { BootstrapContext } from './bootstrapper.ts';
import { readChallengeKey } from './challenge-key.ts';
import { type DeviceInfo, gatewayByNumber, type KeyType, type Registrable } from './device.ts';
import { readRegistrationToken } from './registration-token.ts';

/** More than any key taken needs in base64. */
const MAX_KEY_BYTES = 4096;

export interface RegisterRequest {
  readonly token: string;
  readonly hardwareId: string;
  readonly keyType: KeyType | undefined;
  /** The bytes of the message: base64 text of the DER (what Magma's gateways send), or the DER itself. */
  readonly key: Uint8Array;
}

export interface Registered {
  /** Undefined: that very binding was there already, which a gateway that lost the first answer finds when it repeats the call. */
  readonly committed: Committed | undefined;
  /** The control_proxy text of the tenant that owns the network, where there is one. */
  readonly controlProxy: string | undefined;
}

/**
 * Binds a hardware id and a challenge key to the gateway that a registration token was made for, in one commit.
 * Errors: `aborted` with reason `registration_token_*`, `hardware_id_invalid`, `challenge_key_unusable`; `conflict` with
 * `gateway_registered` or `hardware_id_taken`; `not_found` with `gateway_unknown`.
 */
export async function registerGateway(
  context: BootstrapContext & { readonly requestId: string },
  request: RegisterRequest,
): Promise<Registered> {
  const { hardwareId } = request;
  if (!isHardwareId(hardwareId))
    throw aborted('hardware_id_invalid', 'hwid: the hardware id is missing, longer than 256 characters, or holds control characters');
  const entity = await readRegistrationToken(context.key, request.token, context.now);
  const info: DeviceInfo = { hardware_id: hardwareId, key: challengeKey(request) };
  const [gateway] = await context.db.read(gatewayByNumber({ entity, hardwareId }));
  if (!gateway)
    throw new OrcError(
      'not_found',
      'the gateway that this registration token was made for no longer exists: ask for a token of another one',
      { reason: 'gateway_unknown' },
    );
  const { controlProxy } = gateway;
  if (isSame(gateway, info)) return { committed: undefined, controlProxy };
  if (gateway.hasDevice) {
    throw new OrcError(
      'conflict',
      `gateway ${gateway.gatewayId} already has a device: an operator has to take that away, or change it, before another can be registered`,
      { reason: 'gateway_registered' },
    );
  }
  if (gateway.hardwareIdTaken) {
    throw new OrcError('conflict', `hardware id ${hardwareId} is already in use: an operator has to free it first`, {
      reason: 'hardware_id_taken',
    });
  }
  const id = { type: GATEWAY_ENTITY, key: gateway.gatewayId };
  const mutations: Mutation[] = [
    { do: 'update_entity', id, physicalId: hardwareId },
    { do: 'put_device', hardwareId, type: GATEWAY_DEVICE, info },
  ];
  const committed = await commit(
    context.db,
    {
      networkId: gateway.networkId,
      action: 'gateway.register',
      target: gateway.gatewayId,
      mutations,
      expect: [{ ...id, version: gateway.version }],
    },
    { actor: `gateway:${hardwareId}`, requestId: context.requestId, at: context.now },
  );
  return { committed, controlProxy };
}

/** The key as the device record keeps it. ECHO proves nothing, so whoever registers by token must bring a key. */
function challengeKey({ keyType, key }: RegisterRequest): DeviceInfo['key'] {
  if (keyType === undefined || keyType === 'ECHO') throw unusable('its type has to be SOFTWARE_ECDSA_SHA256 or SOFTWARE_RSA_SHA256');
  if (key.byteLength === 0) throw unusable('it is missing');
  if (key.byteLength > MAX_KEY_BYTES) throw unusable(`it has more than ${MAX_KEY_BYTES} bytes`);
  // DER of a public key begins with 0x30, its base64 with "M".
  const base64 = key[0] === 0x30 ? toBase64(key) : new TextDecoder().decode(key).replaceAll(/\s/g, '');
  const read = readChallengeKey(keyType, base64);
  if ('refused' in read) throw unusable(read.refused);
  return { key_type: keyType, key: base64 };
}

const isSame = (gateway: Registrable, info: DeviceInfo): boolean =>
  gateway.physicalId === info.hardware_id && gateway.device?.key.key_type === info.key.key_type && gateway.device.key.key === info.key.key;

const aborted = (reason: string, message: string): OrcError => new OrcError('aborted', message, { reason });
const unusable = (why: string): OrcError => aborted('challenge_key_unusable', `the challenge key cannot be used, ${why}`);
