import 'reflect-metadata';
import { createPublicKey, generateKeyPairSync, randomBytes, verify, webcrypto, X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { Code, ConnectError, createClient, createRouterTransport } from '@connectrpc/connect';
import * as x509 from '@peculiar/x509';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RegisterRequest, Response } from '../../proto/gen/orc8r/protos/bootstrapper_pb.js';
import {
  Bootstrapper as BootstrapperService,
  ChallengeKey_KeyType,
  ChallengeSchema,
  Registration,
} from '../../proto/gen/orc8r/protos/bootstrapper_pb.js';
import { loadIdentity } from '../identity/identity.ts';
import { silent } from '../log.ts';
import { pathsOf } from '../storage/paths.ts';
import { makeAuthority } from '../testing/authority.ts';
import { ManualClock, until } from '../testing/manual-clock.ts';
import { answerChallenge, minimal } from './answer.ts';
import { Bootstrapper } from './bootstrapper.ts';
import { makeCertificateRequest } from './certificate-request.ts';
import { loadCredentials, parseCredentials, renewalReason, storeCredentials } from './credentials.ts';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(join(tmpdir(), 'agent-bootstrap-'))));
afterEach(async () => rm(folder, { recursive: true }));

function padded(integer: Uint8Array, length: number): Buffer {
  return Buffer.concat([Buffer.alloc(length - integer.length), integer]);
}

describe('answers to a challenge', () => {
  const ask = (keyType: ChallengeKey_KeyType, challenge: Uint8Array = randomBytes(512)) =>
    create(ChallengeSchema, { keyType, challenge: Uint8Array.from(challenge) });

  it.each([
    ['P-384', 48],
    ['P-256', 32],
  ] as const)('ECDSA with %s: r and s verify, also when one has a leading zero byte', (namedCurve, length) => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve });
    let short = 0;
    for (let run = 0; run < 5000 && short < 2; run++) {
      const challenge = ask(ChallengeKey_KeyType.SOFTWARE_ECDSA_SHA256);
      const answer = answerChallenge(challenge, privateKey);
      if (answer.case !== 'ecdsaResponse') throw new Error(`unexpected ${answer.case}`);
      const { r = new Uint8Array(), s = new Uint8Array() } = answer.value;
      if (run > 3 && r.length === length && s.length === length) continue;
      if (r.length < length || s.length < length) short++;
      expect(r[0]).not.toBe(0);
      expect(s[0]).not.toBe(0);
      const signature = Buffer.concat([padded(r, length), padded(s, length)]);
      expect(verify('sha256', challenge.challenge, { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature)).toBe(true);
    }
    expect(short).toBe(2);
  });

  it('RSA signs with PKCS#1 v1.5, ECHO sends the challenge back', () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const challenge = ask(ChallengeKey_KeyType.SOFTWARE_RSA_SHA256);
    const answer = answerChallenge(challenge, privateKey);
    if (answer.case !== 'rsaResponse') throw new Error(`unexpected ${answer.case}`);
    expect(verify('sha256', challenge.challenge, publicKey, answer.value.signature ?? new Uint8Array())).toBe(true);
    const echo = ask(ChallengeKey_KeyType.ECHO);
    expect(answerChallenge(echo, privateKey)).toEqual({ case: 'echoResponse', value: { response: echo.challenge } });
    expect(() => answerChallenge(ask(ChallengeKey_KeyType.SOFTWARE_ECDSA_SHA256), privateKey)).toThrow(
      'registered with an EC challenge key',
    );
  });

  it('strips every leading zero byte and keeps one of a zero', () => {
    expect([...minimal(Uint8Array.of(0, 0, 1, 0))]).toEqual([1, 0]);
    expect([...minimal(Uint8Array.of(0x80, 0))]).toEqual([0x80, 0]);
    expect([...minimal(Uint8Array.of(0, 0))]).toEqual([0]);
  });
});

describe('the certificate request', () => {
  it('is signed with a fresh P-256 key and names the hardware id', async () => {
    const [one, two] = await Promise.all([makeCertificateRequest('gw.1_a:b-c'), makeCertificateRequest('gw-2')]);
    const request = new x509.Pkcs10CertificateRequest(one.csr);
    expect(request.subjectName.getField('CN')).toEqual(['gw.1_a:b-c']);
    expect(await request.verify(webcrypto as unknown as Crypto)).toBe(true);
    expect(createPublicKey(one.keyPem).asymmetricKeyDetails?.namedCurve).toBe('prime256v1');
    expect(createPublicKey(one.keyPem).export({ type: 'spki', format: 'der' })).toEqual(Buffer.from(request.publicKey.rawData));
    expect(one.keyPem).toContain('BEGIN EC PRIVATE KEY');
    expect(two.keyPem).not.toBe(one.keyPem);
  });
});

describe('credentials', () => {
  it('are kept with mode 0600 and found again; a pair that does not match is not used', async () => {
    const authority = await makeAuthority();
    const paths = pathsOf(folder);
    expect(await loadCredentials(paths)).toBe('there is no certificate yet');
    const { certificate, key } = await authority.issue('gw-1');
    await storeCredentials(paths, parseCredentials(certificate, key));
    for (const file of [paths.gatewayKey, paths.gatewayCertificate]) expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await loadCredentials(paths)).toMatchObject({ certificate, key });
    // The trace of a crash after the new key and before the new certificate.
    await writeFile(paths.gatewayKey, (await authority.issue('gw-1')).key);
    expect(await loadCredentials(paths)).toContain('the key does not belong to the certificate');
  });

  it('are renewed when less than 20 h are left, when expired and when not valid yet', () => {
    const hour = 3600_000;
    const credentials = { certificate: '', key: '', serial: '', notBefore: 0, notAfter: 97 * hour };
    expect(renewalReason(credentials, 77 * hour)).toBeUndefined();
    expect(renewalReason(credentials, 77 * hour + 1)).toContain('expires at');
    expect(renewalReason(credentials, 97 * hour)).toContain('has expired');
    expect(renewalReason(credentials, -1)).toContain('not valid yet');
  });
});

describe('bootstrapper', () => {
  async function setUp(token?: string) {
    const authority = await makeAuthority();
    const paths = pathsOf(folder);
    const identity = await loadIdentity(paths, 'gw-1');
    const clock = new ManualClock();
    const seen = { signs: [] as Response[], registers: [] as RegisterRequest[], failures: [] as string[] };
    const cloud = { refuse: undefined as ConnectError | undefined, registerError: '' };
    const challenge = new Uint8Array(randomBytes(512));
    const transport = createRouterTransport(({ service }) => {
      service(BootstrapperService, {
        getChallenge: (request) => {
          expect(request.id).toBe('gw-1');
          if (cloud.refuse) throw cloud.refuse;
          return { keyType: ChallengeKey_KeyType.SOFTWARE_ECDSA_SHA256, challenge };
        },
        requestSign: async (request) => {
          seen.signs.push(request);
          return { certDer: await authority.sign(request.csr?.csrDer ?? new Uint8Array()) };
        },
      });
      service(Registration, {
        register: (request) => {
          seen.registers.push(request);
          return {
            response: cloud.registerError
              ? { case: 'error', value: cloud.registerError }
              : { case: 'controlProxy', value: 'cloud_port: 8443\n' },
          };
        },
      });
    });
    const bootstrapper = new Bootstrapper({
      cloud: { bootstrapper: createClient(BootstrapperService, transport), registration: createClient(Registration, transport) },
      identity,
      paths,
      token,
      clock,
      log: silent,
      backoff: { baseMs: 1000, capMs: 60_000 },
      onFailure: (reason) => void seen.failures.push(reason),
    });
    return { bootstrapper, paths, identity, clock, seen, cloud, challenge };
  }
  const forever = new AbortController().signal;

  it('proves itself, asks for 345600 s, and keeps key and certificate', async () => {
    const { bootstrapper, paths, identity, seen, challenge } = await setUp();
    const credentials = await bootstrapper.renew('test', forever);
    expect(await loadCredentials(paths)).toEqual(credentials);
    expect(new X509Certificate(credentials?.certificate ?? '').subject).toBe('CN=gw-1');
    const [sign] = seen.signs;
    expect(sign?.csr).toMatchObject({
      validTime: { seconds: 345_600n },
      certType: 0,
      id: { Value: { case: 'gateway', value: { hardwareId: 'gw-1' } } },
    });
    expect(sign?.challenge).toEqual(challenge);
    if (sign?.response.case !== 'ecdsaResponse') throw new Error('no ECDSA answer');
    const { r, s } = sign.response.value;
    const key = {
      key: createPublicKey({ key: Buffer.from(identity.publicKey, 'base64'), type: 'spki', format: 'der' }),
      dsaEncoding: 'ieee-p1363',
    } as const;
    expect(verify('sha256', challenge, key, Buffer.concat([padded(r, 48), padded(s, 48)]))).toBe(true);
  });

  it('registers by token once, with the public key as base64 text', async () => {
    const { bootstrapper, paths, identity, seen } = await setUp('reg_secret');
    await bootstrapper.renew('first', forever);
    await bootstrapper.renew('second', forever);
    expect(seen.registers).toHaveLength(1);
    expect(seen.registers[0]).toMatchObject({
      token: 'reg_secret',
      hwid: { id: 'gw-1' },
      challengeKey: { keyType: ChallengeKey_KeyType.SOFTWARE_ECDSA_SHA256 },
    });
    expect(new TextDecoder().decode(seen.registers[0]?.challengeKey?.key)).toBe(identity.publicKey);
    expect(await readFile(paths.controlProxy, 'utf8')).toBe('cloud_port: 8443\n');
    expect(await readFile(paths.registration, 'utf8')).not.toContain('reg_secret');
  });

  it('goes on when the token is refused but the gateway is registered already, and reports both refusals otherwise', async () => {
    const { bootstrapper, seen, cloud, clock } = await setUp('reg_old');
    cloud.registerError = 'the token has expired';
    expect(await bootstrapper.renew('test', forever)).toBeDefined();
    cloud.refuse = new ConnectError('gw-1 is not registered', Code.NotFound);
    const renewed = bootstrapper.renew('test', forever);
    await until(() => seen.failures.length === 1, 'the refusal');
    expect(seen.failures[0]).toBe('NotFound: gw-1 is not registered; the registration before it was refused: the token has expired');
    cloud.refuse = undefined;
    await clock.advance(60_000);
    expect(await renewed).toBeDefined();
  });

  it('tries again with growing waits until it works; callers share one run', async () => {
    const { bootstrapper, seen, cloud, clock } = await setUp();
    cloud.refuse = new ConnectError('gw-1 is not registered', Code.NotFound);
    const first = bootstrapper.renew('test', forever);
    const second = bootstrapper.renew('test', forever);
    const waits: number[] = [];
    for (let failure = 1; failure <= 8; failure++) {
      await until(() => seen.failures.length === failure && clock.timers.length === 1, 'the next failure');
      waits.push(clock.timers[0] ?? -1);
      if (failure === 8) cloud.refuse = undefined;
      await clock.advance(waits.at(-1) ?? 0);
    }
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]);
    expect(seen.failures[0]).toBe('NotFound: gw-1 is not registered');
    expect(await first).toBe(await second);
    expect(seen.signs).toHaveLength(1);
  });

  it('stops when it is told to', async () => {
    const { bootstrapper, seen, cloud, clock } = await setUp();
    cloud.refuse = new ConnectError('no', Code.Unavailable);
    const stop = new AbortController();
    const renewed = bootstrapper.renew('test', stop.signal);
    await until(() => seen.failures.length === 1, 'the failure');
    stop.abort();
    expect(await renewed).toBeUndefined();
    expect(clock.timers).toEqual([]);
  });
});
