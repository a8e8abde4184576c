import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { must, orchestrator, OrchestratorError } from '../../clients/typescript/client.ts';
import { tlsFetch } from '../../clients/typescript/tls-fetch.ts';
import { endCommands, runCommand } from '../harness/command.ts';
import { startTestPlatform, type TestPlatform } from '../harness/platform.ts';

const EXAMPLE = join(import.meta.dirname, '../../clients/typescript/example.ts');

let test: TestPlatform;

beforeAll(async () => {
  test = await startTestPlatform();
});
afterEach(endCommands);
afterAll(() => test?.close());

/** Runs the example to its end, as a user would. */
async function example(...args: string[]) {
  const command = runCommand(process.execPath, EXAMPLE, '--api', test.platform.addresses.api, '--data', test.folder, ...args);
  return { code: await command.end, output: command.output(), errors: command.errors() };
}

describe('the example of the TypeScript client', () => {
  it.each([
    ['a token', 'by_token', []],
    ['a client certificate', 'by_certificate', ['--certificate']],
  ])('makes a network and a gateway and changes it, with %s', async (_, network, flags) => {
    const { code, output, errors } = await example('--network', network, ...flags);
    expect(errors).toBe('');
    expect(output.trim().split('\n')).toEqual([
      `Made network ${network} with gateway agw1.`,
      expect.stringMatching(/^Its physical cell id is 260, ETag "[\w.-]+"\.$/),
      'Changed it to 261.',
      expect.stringMatching(/^Once more: precondition_failed, this has changed since it was read/),
      expect.stringMatching(/^0 of 1 gateways are connected; the network is at version \d+\.$/),
    ]);
    expect(code).toBe(0);
    expect(await test.rest.must('GET', `/magma/v1/lte/${network}/gateways/agw1/cellular/ran`)).toMatchObject({ body: { pci: 261 } });
  });

  it('says in one line what the platform refuses', async () => {
    await example('--network', 'twice');
    const { code, errors } = await example('--network', 'twice');
    expect(code).toBe(1);
    expect(errors).toMatch(/^409 conflict: network "twice" already exists \(request [\w-]+\)\n$/);
  });
});

describe('the TypeScript client', () => {
  const client = (token: string) => orchestrator({ baseUrl: test.platform.addresses.api, token, fetch: tlsFetch({ ca: test.ca }) });

  it('throws the envelope of a refusal, faults and all', async () => {
    const api = client(test.platform.credentials.token);
    const body = { id: 'BAD ID', version: '', images: [], gateways: [] };
    const refused = await must(api.POST('/magma/v1/networks/{network_id}/tiers', { params: { path: { network_id: 'none' } }, body })).catch(
      (error: unknown) => error,
    );
    expect(refused).toBeInstanceOf(OrchestratorError);
    expect(refused).toMatchObject({ status: 400, code: 'invalid', requestId: expect.stringMatching(/[\w-]{8,}/) });
    expect((refused as OrchestratorError).faults.map(({ path }) => path)).toEqual(['body.id', 'body.version']);
  });

  it('is told that its token is none', async () => {
    await expect(must(client('op_none').GET('/magma/v1/networks'))).rejects.toMatchObject({ status: 401, code: 'token_unknown' });
  });

  it('reads what a dry run would do', async () => {
    const api = client(test.platform.credentials.token);
    const path = { network_id: 'by_token', gateway_id: 'agw1' };
    const { data } = await must(
      api.PUT('/magma/v1/lte/{network_id}/gateways/{gateway_id}/cellular/ran', {
        params: { path, query: { dry_run: true } },
        body: { pci: 300, transmit_enabled: true },
      }),
    );
    expect(data?.changes).toEqual([{ network_id: 'by_token', type: 'cellular_gateway', key: 'agw1', change: 'update' }]);
  });

  it('sends subscribers in bulk as the lines they are', async () => {
    const api = client(test.platform.credentials.token);
    const subscriber = {
      id: 'IMSI001010000000001',
      lte: { state: 'ACTIVE', auth_algo: 'MILENAGE', auth_key: 'AAECAwQFBgcICQoLDA0ODw==', sub_profile: 'default' },
    };
    const { data } = await must(
      api.POST('/magma/v1/lte/{network_id}/subscribers:bulk', {
        params: { path: { network_id: 'by_token' } },
        headers: { 'content-type': 'application/x-ndjson' },
        body: `${JSON.stringify(subscriber)}\n`,
      }),
    );
    expect(data).toMatchObject({ created: 1 });
  });

  it('fails when the platform cannot be trusted', async () => {
    const api = orchestrator({ baseUrl: test.platform.addresses.api, token: 'op_none', fetch: tlsFetch({}) });
    await expect(api.GET('/magma/v1/networks')).rejects.toThrow(/certificate/);
  });
});
