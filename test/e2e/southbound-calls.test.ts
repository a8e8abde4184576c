import { type DescMethod, fromBinary } from '@bufbuild/protobuf';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Agent } from '../../agent/agent.ts';
import { GrpcClient, type Outcome, outcomeOf } from '../../agent/testing/grpc-client.ts';
import { createRegistry } from '../../core/module/registry.ts';
import { modules } from '../../modules/index.ts';
import { Bootstrapper, Registration } from '../../proto/gen/orc8r/protos/bootstrapper_pb.js';
import { SyncRPCService } from '../../proto/gen/orc8r/protos/sync_rpc_service_pb.js';
import { startTestPlatform, type TestPlatform } from '../harness/platform.ts';
import { SOUTHBOUND_CALLS, type SouthboundCall } from './southbound-calls.ts';

const pathOf = (method: DescMethod): string => `/${method.parent.typeName}/${method.name}`;
const registered = [...createRegistry(modules).southbound.keys()];
const table = new Map(SOUTHBOUND_CALLS.map((entry): [string, SouthboundCall] => [pathOf(entry.method), entry]));

let test: TestPlatform;
let agent: Agent;
let hardwareId: string;
const clients: GrpcClient[] = [];

beforeAll(async () => {
  test = await startTestPlatform();
  agent = await test.join('native', 'gw1', { listen: { host: '127.0.0.1', port: 0 }, services: new Map() });
  ({ hardwareId } = await agent.identity());
});
afterAll(async () => {
  for (const client of clients) client.close();
  await test?.close();
});

function client(service: string): GrpcClient {
  const made = new GrpcClient(`127.0.0.1:${agent.proxyPort}`, { authority: `${service}-controller.magma.test` });
  clients.push(made);
  return made;
}

const call = (service: string, path: string, request: Uint8Array): Promise<Outcome> =>
  client(service).call(path, request, { timeoutMs: 20_000 });

describe('a native gRPC client behind a real agent', () => {
  it.each(registered)('calls %s', async (path) => {
    const entry = table.get(path);
    if (!entry) throw new Error(`${path} is registered and never called: add it to SOUTHBOUND_CALLS in test/e2e/southbound-calls.ts`);
    const { code, details, messages } = await call(entry.service, path, entry.request(hardwareId));
    expect(entry.outcomes, `${code}: ${details}`).toContain(code);
    if (code !== 'OK') return expect(details).not.toBe('');
    expect(messages).toHaveLength(1);
    expect(entry.check(fromBinary(entry.method.output, messages[0] ?? Buffer.of()))).toBe(true);
  });

  it.each(registered)('hears why %s refuses bytes that are no message', async (path) => {
    const service = table.get(path)?.service ?? 'nobody';
    expect(await call(service, path, Uint8Array.of(0xff, 0xff))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      details: expect.stringMatching(/\w/),
    });
  });

  it('hears of a stream that does not exist', async () => {
    const entry = table.get('/magma.orc8r.Streamer/GetUpdates');
    const request = Uint8Array.of(0x12, 1, 0x78);
    expect(await call('streamer', pathOf(entry?.method ?? expect.fail('no Streamer')), request)).toMatchObject({
      code: 'UNAVAILABLE',
      details: expect.stringContaining('stream x'),
    });
  });

  it.each([Bootstrapper.method.getChallenge, Bootstrapper.method.requestSign, Registration.method.register])(
    'reaches the bootstrap door for $name',
    async (method) => {
      const { code, messages } = await call('bootstrapper', pathOf(method), new Uint8Array());
      if (method === Registration.method.register) {
        const { response } = fromBinary(Registration.method.register.output, messages[0] ?? Buffer.of());
        expect([code, response.case]).toEqual(['OK', 'error']);
      } else expect(['NOT_FOUND', 'INVALID_ARGUMENT', 'ABORTED']).toContain(code);
    },
  );

  it('opens no SyncRPC stream to an agent that answers the cloud itself', async () => {
    for (const { name } of SyncRPCService.methods) {
      const outcome = await outcomeOf(client('dispatcher').bidi(`/${SyncRPCService.typeName}/${name}`));
      expect(outcome).toMatchObject({ code: 'UNIMPLEMENTED', details: expect.stringContaining('--carry') });
    }
  });

  it('makes thousands of calls at once', async () => {
    const [path, entry] = [...table].find(([name]) => name.endsWith('/SyncStates')) ?? expect.fail('no SyncStates');
    const one = client('state');
    const request = entry.request(hardwareId);
    const outcomes = await Promise.all(Array.from({ length: 3000 }, () => one.call(path, request)));
    expect(new Set(outcomes.map(({ code }) => code))).toEqual(new Set(['OK']));
  });
});
