import { createExecutionContext, createScheduledController, waitOnExecutionContext } from 'cloudflare:test';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { registerOperator } from '../local/register-operator.ts';
import { newToken } from '../core/identity/operator-token.ts';
import { bindings, gateway, migrateD1, network, worker } from '../test/workers/environment.ts';
import { certify, createNetwork, frontSays, newGateway, paint, type Presented, write } from '../test/workers/fleet.ts';
import { certificateBySerial, revokeCertificate } from '../core/certifier/certificates.ts';
import { Database } from '../core/db/database.ts';
import { CloseCode } from '../core/wire/limits.ts';
import { client, connect, until } from '../test/workers/socket.ts';
import { HOURLY, repeatRevocations } from './certificate-sweeper.ts';
import { sweepOutbox } from './sweeper.ts';
import entry from './index.ts';

const GRPC = '/magma.orc8r.StateService/ReportStates';
const fetch = (url: string, init: RequestInit & Presented = {}) =>
  worker.fetch(url, { ...init, cf: frontSays(init) } as unknown as RequestInit);
const plain = (url: string, init?: RequestInit) => worker.fetch(url, init);
const outbox = async (id: string) =>
  Number((await bindings.DB.prepare('SELECT COUNT(*) AS n FROM outbox WHERE network_id = ?').bind(id).first<{ n: number }>())?.n);
let token: string;

beforeAll(async () => {
  await migrateD1();
  ({ token } = await newToken());
  const { serial, fingerprint } = await certify('gateway', 'nobody');
  const certificate = {
    serial: `${serial}0`,
    fingerprint: fingerprint.replace(/^0/, 'f'),
    notBefore: 0,
    notAfter: Date.now() + 1e9,
    issuer: 'ca',
  };
  await registerOperator(bindings.DB, { name: 'admin', certificate, superseded: [], token });
});

describe('the doors, by hostname', () => {
  it.each([
    ['api.orc8r.test', '/healthz', 200],
    ['api.orc8r.test', '/', 200],
    ['api.orc8r.test', '/magma/v1/networks', 401],
    ['api.orc8r.test', GRPC, 404],
    ['orc8r.test', '/healthz', 200],
    ['controller.orc8r.test', '/sync', 400],
    ['controller.orc8r.test', GRPC, 401],
    ['state-controller.orc8r.test', GRPC, 401],
    ['bootstrapper-controller.orc8r.test', '/healthz', 404],
    ['bootstrapper-controller.orc8r.test', GRPC, 404],
  ])('%s%s answers %i', async (host, path, status) => {
    const response = await plain(`https://${host}${path}`, path === GRPC ? { method: 'POST', body: new Uint8Array() } : {});
    expect(response.status).toBe(status);
    if (status >= 400)
      expect(await response.json()).toMatchObject({ message: expect.any(String), request_id: response.headers.get('x-request-id') });
    else await response.body?.cancel();
  });

  it('are what the front says, when it shows the secret, whatever the hostname', async () => {
    const status = async (door: 'api' | 'controller' | 'bootstrap', secret?: string) => {
      const response = await fetch('https://localhost/healthz', { door, ...(secret === undefined ? {} : { secret }) });
      await response.body?.cancel();
      return response.status;
    };
    expect([await status('api'), await status('controller'), await status('bootstrap')]).toEqual([200, 401, 404]);
    expect(await status('bootstrap', 'x'.repeat(43))).toBe(200);
  });
});

describe('the API door', () => {
  const authorization = () => ({ authorization: `Bearer ${token}` });

  it('lets an operator in by token, and nobody by what a client writes into headers', async () => {
    expect((await plain('https://api.orc8r.test/magma/v1/networks', { headers: authorization() })).status).toBe(200);
    const forged = { 'x-orc8r-client': '{}', 'cf-client-cert-verified': 'true', 'x-magma-client-cert-serial': 'A1' };
    expect((await plain('https://api.orc8r.test/magma/v1/networks', { headers: forged })).status).toBe(401);
  });

  it('tells a network of each commit', async () => {
    const body = JSON.stringify({
      id: 'told',
      type: 'x',
      name: 'told',
      description: 'd',
      features: { features: {} },
      dns: { enable_caching: false, local_ttl: 0 },
    });
    const made = await plain('https://api.orc8r.test/magma/v1/networks', {
      method: 'POST',
      body,
      headers: { ...authorization(), 'content-type': 'application/json' },
    });
    expect([made.status, await made.text()]).toEqual([201, '"told"']);
    await until(async () => (await outbox('told')) === 0 || undefined);
  });

  it.each([
    ['POST', '/healthz', 405],
    ['GET', '/magma/v1/nothing', 404],
    ['PATCH', '/magma/v1/networks', 405],
    ['GET', `/magma/v1/networks?x=${'y'.repeat(9000)}`, 414],
  ])('answers %s %s with the one envelope', async (method, path, status) => {
    const response = await plain(`https://api.orc8r.test${path}`, { method, headers: authorization() });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ message: expect.any(String), code: expect.any(String), request_id: expect.any(String) });
  });
});

describe('a platform that is not set up', () => {
  const ask = async (change: Record<string, unknown>, url = 'https://api.orc8r.test/healthz') => {
    const context = createExecutionContext();
    const request = new Request(url) as Parameters<typeof entry.fetch>[0];
    const response = await entry.fetch(request, { ...bindings, ...change } as typeof bindings, context);
    await waitOnExecutionContext(context);
    return response;
  };

  it('says at every door what is missing, and never a value', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {});
    for (const url of ['https://api.orc8r.test/', 'https://controller.orc8r.test/sync', 'https://bootstrapper-controller.orc8r.test/x']) {
      const response = await ask({ ROOT_CA: undefined, BOOTSTRAP_KEY: 'hunter2-hunter2' }, url);
      expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
      const { message, code } = await response.json<{ message: string; code: string }>();
      expect(code).toBe('unavailable');
      expect(message).toMatch(/BOOTSTRAP_KEY: .*ROOT_CA: .*docs\/operations\.md/);
      expect(message).not.toContain('hunter2');
    }
    log.mockRestore();
  });

  it('believes no front without a secret of its own', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {});
    expect((await ask({ FRONT_SECRET: undefined })).status).toBe(503);
    log.mockRestore();
    expect((await ask({})).status).toBe(200);
  });
});

describe('the sweeper', () => {
  it('finds a commit whose nudge was lost, leaves young ones to their nudge, and runs from cron', async () => {
    await createNetwork('lost');
    await write('lost', ...newGateway('g1', 'lost-g1', 'red'));
    const version = async () => (await gateway('lost-g1').port.presence()).streams?.find(({ stream }) => stream === 'beacon')?.version;
    expect(await sweepOutbox(bindings, Date.now())).toBe(0);
    expect([await outbox('lost'), await version()]).toEqual([2, undefined]);
    expect(await sweepOutbox(bindings, Date.now() + 5_001)).toBe(1);
    expect([await outbox('lost'), await version()]).toEqual([0, 2]);

    await paint('lost', 'g1', 'blue');
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 60_000 });
    const context = createExecutionContext();
    await entry.scheduled(createScheduledController({ cron: '* * * * *' }), bindings);
    await waitOnExecutionContext(context);
    vi.useRealTimers();
    expect(await version()).toBe(3);
    // The rows of a moment are taken off together.
    await until(async () => (await outbox('lost')) === 0 || undefined);
  });

  it('ends the connections of revoked certificates again, and takes expired ones away each hour', async () => {
    await createNetwork('certs');
    await write('certs', ...newGateway('g1', 'certs-g1', 'red'));
    const { serial } = await certify('gateway', 'certs-g1');
    const old = await certify('gateway', 'certs-g1', [-9, -2]);
    const socket = await connect(client('certs-g1', 'certs', 'g1', { certificateSerial: serial }));
    await socket.hello([]);
    expect(await repeatRevocations(bindings, Date.now())).toBe(0);
    await new Database(bindings.DB).commit([revokeCertificate({ serial, reason: 'lost', at: Date.now() })]);
    expect(await repeatRevocations(bindings, Date.now() + 6 * 60_000)).toBe(0);
    expect(socket.closed).toBeUndefined();
    await entry.scheduled(createScheduledController({ cron: '* * * * *' }), bindings);
    expect(await socket.ended()).toMatchObject({ code: CloseCode.certificateRefused });

    const known = async () => (await new Database(bindings.DB).read(certificateBySerial({ serial: old.serial })))[0]?.serial;
    expect(await known()).toBe(old.serial);
    await entry.scheduled(createScheduledController({ cron: HOURLY }), bindings);
    expect(await known()).toBeUndefined();
  });

  it('goes on when one network fails', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => {});
    for (const name of ['sweep1', 'sweep2']) await createNetwork(name);
    const told: string[] = [];
    const NETWORK = {
      getByName: (name: string) => ({
        changed: async (id: string) => {
          if (name === 'sweep1') throw new Error('away');
          told.push(id);
        },
      }),
    } as unknown as DurableObjectNamespace;
    expect(await sweepOutbox({ ...bindings, NETWORK }, Date.now() + 60_000)).toBe(1);
    expect(told).toEqual(['sweep2']);
    expect(log).toHaveBeenCalledWith('sweep failed', 'sweep1', expect.any(Error));
    log.mockRestore();
    expect(await sweepOutbox(bindings, Date.now() + 60_000)).toBe(2);
    expect(await network('sweep1').port.convergence('sweep1')).toMatchObject({ version: 1 });
  });
});
