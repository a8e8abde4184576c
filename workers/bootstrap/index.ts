import { create } from '@bufbuild/protobuf';
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { createContextKey, type HandlerContext } from '@connectrpc/connect';
import { type BootstrapContext, challengeFor, requestSign } from '../../core/bootstrap/bootstrapper.ts';
import { type BootstrapKey, importBootstrapKey } from '../../core/bootstrap/bootstrap-key.ts';
import { keyTypeNumber } from '../../core/bootstrap/answer.ts';
import { controlProxyConfig, type PublicAddress } from '../../core/bootstrap/control-proxy.ts';
import { KEY_TYPES } from '../../core/bootstrap/device.ts';
import { registerGateway } from '../../core/bootstrap/register.ts';
import { certifierOf } from '../../core/certifier/certifier.ts';
import type { Committed } from '../../core/configurator/commit.ts';
import { Database } from '../../core/db/database.ts';
import { OrcError } from '../../core/errors.ts';
import {
  Bootstrapper,
  ChallengeKey_KeyType,
  ChallengeSchema,
  RegisterResponseSchema,
  Registration,
} from '../../proto/gen/orc8r/protos/bootstrapper_pb.js';
import { CertificateSchema } from '../../proto/gen/orc8r/protos/certifier_pb.js';
import type { Settings } from '../environment.ts';
import { connectHandler, requestIdOf } from '../connect.ts';
import { recordRefusal } from '../refusals.ts';

/** Nothing a gateway sends here is larger: a CSR of 16 KB, a challenge and its answer. */
const MAX_BODY_BYTES = 64 * 1024;

export interface BootstrapDeps {
  readonly db: D1Database;
  readonly settings: Pick<Settings, 'CERTIFIER_CERT' | 'CERTIFIER_KEY' | 'BOOTSTRAP_KEY' | 'DOMAIN' | 'IDENTITY_SOURCE'>;
  /** What a gateway that registers is told to dial, when the ports are not the usual ones. */
  readonly address?: PublicAddress;
  /** Called after a commit, so that the network's object is told at once. */
  readonly networkChanged: (committed: Committed) => void;
  /** Unix milliseconds. */
  readonly now: () => number;
}

interface Call {
  readonly deps: BootstrapDeps;
  readonly key: BootstrapKey;
}

const callKey = createContextKey<Call | undefined>(undefined, { description: 'what the bootstrap door works with' });

let keyOf: { readonly text: string; readonly key: BootstrapKey } | undefined;

/** The bootstrap key, imported once per isolate. */
async function bootstrapKey(text: string): Promise<BootstrapKey> {
  if (keyOf?.text !== text) keyOf = { text, key: await importBootstrapKey(text) };
  return keyOf.key;
}

/** The door without client certificates: challenge, sign, register (docs/protocol.md, "Joining"). */
export function createBootstrap(deps: BootstrapDeps): (request: Request, requestId: string) => Promise<Response> {
  return async (request, requestId) => {
    const key = await bootstrapKey(deps.settings.BOOTSTRAP_KEY);
    return handle(request, requestId, (values) => values.set(callKey, { deps, key }));
  };
}

const handle = connectHandler(
  (router) => {
    router.service(Bootstrapper, {
      async getChallenge({ id }, context) {
        const { keyType, challenge } = await attempt('certificate.challenge', id, context, (call) => challengeFor(call, id));
        return create(ChallengeSchema, { keyType: keyTypeNumber(keyType), challenge });
      },
      async requestSign(request, context) {
        const { CERTIFIER_CERT, CERTIFIER_KEY } = callOf(context).deps.settings;
        const issued = await attempt('certificate.issue', request.hwId?.id ?? '', context, async (call) =>
          requestSign({ ...call, certifier: await certifierOf(CERTIFIER_CERT, CERTIFIER_KEY) }, request),
        );
        const { serial, notBefore, notAfter, der } = issued;
        return create(CertificateSchema, {
          sn: { sn: serial },
          notBefore: timestampFromMs(notBefore),
          notAfter: timestampFromMs(notAfter),
          certDer: der,
        });
      },
    });
    router.service(Registration, {
      async register({ token, hwid, challengeKey }, context) {
        const { deps } = callOf(context);
        const hardwareId = hwid?.id ?? '';
        const keyType = KEY_TYPES.find((type) => keyTypeNumber(type) === (challengeKey?.keyType ?? ChallengeKey_KeyType.ECHO));
        try {
          const { committed, controlProxy } = await attempt('gateway.register', hardwareId, context, (call) =>
            registerGateway(call, { token, hardwareId, keyType, key: challengeKey?.key ?? new Uint8Array() }),
          );
          if (committed) deps.networkChanged(committed);
          const text = controlProxy ?? controlProxyConfig(deps.address ?? usualAddress(deps.settings));
          return create(RegisterResponseSchema, { response: { case: 'controlProxy', value: text } });
        } catch (error) {
          // Magma's form: a refusal is an answer (SOUTHBOUND 3b). What trying again may mend stays an error of the call.
          if (!(error instanceof OrcError) || isOurFault(error)) throw error;
          return create(RegisterResponseSchema, { response: { case: 'error', value: error.message } });
        }
      },
    });
  },
  { maxBytes: MAX_BODY_BYTES },
);

function callOf(context: HandlerContext): Call {
  const call = context.values.get(callKey);
  if (!call) throw new OrcError('internal', 'the bootstrap door was not set up');
  return call;
}

/** Runs one call; a refusal leaves an audit row. */
async function attempt<T>(
  action: string,
  hardwareId: string,
  context: HandlerContext,
  work: (call: BootstrapContext & { requestId: string }) => Promise<T>,
): Promise<T> {
  const { deps, key } = callOf(context);
  const requestId = requestIdOf(context);
  const now = deps.now();
  try {
    return await work({ db: new Database(deps.db), key, now, requestId });
  } catch (error) {
    if (error instanceof OrcError && !isOurFault(error)) {
      const target = hardwareId.slice(0, 256);
      const author = { actor: `gateway:${target}`, requestId, at: now };
      await recordRefusal(deps.db, { action, target, reason: error.reason ?? error.code }, author);
    }
    throw error;
  }
}

/** On Cloudflare every door is a hostname on 443; elsewhere the doors are Magma's ports. */
const usualAddress = ({ DOMAIN: domain, IDENTITY_SOURCE: source }: BootstrapDeps['settings']): PublicAddress =>
  source === 'cloudflare' ? { domain, cloudPort: 443, bootstrapPort: 443 } : { domain, cloudPort: 8443, bootstrapPort: 8444 };

const isOurFault = (error: OrcError): boolean => error.code === 'internal' || error.code === 'unavailable';
