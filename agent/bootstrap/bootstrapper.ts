// Gets a certificate and keeps it fresh.
import { createHash, X509Certificate } from 'node:crypto';
import { ChallengeKey_KeyType } from '../../proto/gen/orc8r/protos/bootstrapper_pb.js';
import { CertType } from '../../proto/gen/orc8r/protos/certifier_pb.js';
import type { Clock } from '../clock.ts';
import { pause } from '../clock.ts';
import { backoffDelay } from '../connection/backoff.ts';
import type { Identity } from '../identity/identity.ts';
import type { Logger } from '../log.ts';
import { readFileIfThere, writeFileAtomic } from '../storage/atomic-file.ts';
import type { Paths } from '../storage/paths.ts';
import { answerChallenge } from './answer.ts';
import { makeCertificateRequest } from './certificate-request.ts';
import type { BootstrapCloud } from './cloud.ts';
import { bootstrapFault } from './cloud.ts';
import type { Credentials } from './credentials.ts';
import { parseCredentials, storeCredentials } from './credentials.ts';

/** What a gateway asks for: 4 days, in seconds (SOUTHBOUND 3.5). The cloud may give less. */
const VALID_SECONDS = 345_600n;

export interface BootstrapperOptions {
  cloud: BootstrapCloud;
  identity: Identity;
  paths: Paths;
  token: string | undefined;
  clock: Clock;
  log: Logger;
  /** Milliseconds: first and largest bound of the random wait between attempts. */
  backoff: { baseMs: number; capMs: number };
  onFailure: (reason: string) => void;
}

export class Bootstrapper {
  private readonly options: BootstrapperOptions;
  private running: Promise<Credentials | undefined> | undefined;

  constructor(options: BootstrapperOptions) {
    this.options = options;
  }

  /** Tries until it has new credentials, stored on disk; undefined when the signal fires first. Callers share one run. */
  renew(why: string, signal: AbortSignal): Promise<Credentials | undefined> {
    this.running ??= this.retry(why, signal).finally(() => {
      this.running = undefined;
    });
    return this.running;
  }

  private async retry(why: string, signal: AbortSignal): Promise<Credentials | undefined> {
    const { clock, log, backoff, identity, onFailure } = this.options;
    log('info', 'bootstrap', { why, hardware_id: identity.hardwareId });
    for (let attempt = 0; !signal.aborted; attempt++) {
      try {
        return await this.attempt(signal);
      } catch (error) {
        if (signal.aborted) break;
        const delay = backoffDelay(attempt, clock.random(), backoff);
        const reason = bootstrapFault(error);
        log('warn', 'bootstrap failed', { reason, hardware_id: identity.hardwareId, retry_in_ms: Math.round(delay) });
        onFailure(reason);
        await pause(clock, delay, signal);
      }
    }
    return undefined;
  }

  private async attempt(signal: AbortSignal): Promise<Credentials> {
    const { cloud, identity, paths } = this.options;
    const refusal = await this.register(signal);
    const hwId = { id: identity.hardwareId };
    const challenge = await cloud.bootstrapper.getChallenge(hwId, { signal }).catch((error: unknown) => {
      throw refusal === undefined ? error : new Error(`${bootstrapFault(error)}; the registration before it was refused: ${refusal}`);
    });
    const response = answerChallenge(challenge, identity.challengeKey);
    const request = await makeCertificateRequest(identity.hardwareId);
    const signed = await cloud.bootstrapper.requestSign(
      {
        hwId,
        challenge: challenge.challenge,
        response,
        csr: {
          id: { Value: { case: 'gateway', value: { hardwareId: identity.hardwareId } } },
          validTime: { seconds: VALID_SECONDS },
          csrDer: request.csr,
          certType: CertType.DEFAULT,
        },
      },
      { signal },
    );
    const credentials = parseCredentials(new X509Certificate(signed.certDer).toString(), request.keyPem);
    await storeCredentials(paths, credentials);
    return credentials;
  }

  /** Redeems the token once. Gives the cloud's reason when it refused: the gateway may be registered already by other means. */
  private async register(signal: AbortSignal): Promise<string | undefined> {
    const { cloud, identity, paths, token, log } = this.options;
    if (token === undefined) return undefined;
    const digest = createHash('sha256').update(token).digest('hex');
    if ((await readFileIfThere(paths.registration))?.toString('utf8').includes(digest)) return undefined;
    const answer = await cloud.registration.register(
      {
        token,
        hwid: { id: identity.hardwareId },
        challengeKey: {
          keyType: ChallengeKey_KeyType[identity.keyType],
          // Base64 text as bytes: Magma's form.
          key: new TextEncoder().encode(identity.publicKey),
        },
      },
      { signal },
    );
    if (answer.response.case === 'error') {
      log('warn', 'registration refused', { reason: answer.response.value });
      return answer.response.value;
    }
    if (answer.response.case === 'controlProxy' && answer.response.value !== '') {
      await writeFileAtomic(paths.controlProxy, answer.response.value);
    }
    await writeFileAtomic(paths.registration, `${JSON.stringify({ hardware_id: identity.hardwareId, token_sha256: digest })}\n`);
    log('info', 'registered by token', { hardware_id: identity.hardwareId });
    return undefined;
  }
}
