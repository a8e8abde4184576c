import { describe, expect, expectTypeOf, it } from 'vitest';
import { ifMatch, type Model, must, orchestrator, OrchestratorError } from './client.ts';

/** A client whose platform answers this, and what it was asked. */
function answering(status: number, body: string | null, headers: Record<string, string> = {}) {
  const asked: Request[] = [];
  const api = orchestrator({
    baseUrl: 'https://api.example.com',
    token: 'op_1',
    fetch: async (request) => {
      asked.push(request);
      return new Response(body, { status, headers });
    },
  });
  return { api, asked };
}

const path = { network_id: 'a b' };

describe('the client', () => {
  it('asks with its token and gives body and tag', async () => {
    const { api, asked } = answering(200, '"City"', { etag: '"17"' });
    const { data, etag } = await must(api.GET('/magma/v1/networks/{network_id}/name', { params: { path } }));
    expect({ data, etag }).toEqual({ data: 'City', etag: '"17"' });
    expect(asked[0]?.url).toBe('https://api.example.com/magma/v1/networks/a%20b/name');
    expect(asked[0]?.headers.get('authorization')).toBe('Bearer op_1');
  });

  it('sends a bare string as JSON, with If-Match', async () => {
    const { api, asked } = answering(204, null);
    const params = { path, header: { 'If-Match': '"17"' } };
    expect(await must(api.PUT('/magma/v1/networks/{network_id}/name', { params, body: 'Town' }))).toEqual({
      data: undefined,
      etag: undefined,
    });
    expect(await asked[0]?.text()).toBe('"Town"');
    expect(asked[0]?.headers.get('content-type')).toBe('application/json');
    expect(asked[0]?.headers.get('if-match')).toBe('"17"');
  });

  it('sends lines as they are when they are said to be no JSON', async () => {
    const { api, asked } = answering(200, '{}');
    const bulk = (type: string) =>
      api.POST('/magma/v1/lte/{network_id}/subscribers:bulk', { params: { path }, headers: { 'Content-Type': type }, body: 'id,name\n' });
    for (const type of ['text/csv', 'application/x-ndjson; charset=utf-8', 'application/json', 'application/merge-patch+json; a=b'])
      await bulk(type);
    const sent = await Promise.all(asked.map(async (request) => [request.headers.get('content-type'), await request.text()]));
    expect(sent).toEqual([
      ['text/csv', 'id,name\n'],
      ['application/x-ndjson; charset=utf-8', 'id,name\n'],
      ['application/json', '"id,name\\n"'],
      ['application/merge-patch+json; a=b', '"id,name\\n"'],
    ]);
  });

  it('takes a 201 without a body', async () => {
    const { api } = answering(201, '');
    const body = { id: 'stable', supported_versions: [] };
    expect((await must(api.POST('/magma/v1/channels', { body }))).data).toBeUndefined();
  });

  it('knows of bodies that do not come, and of what a dry run answers', async () => {
    const { api } = answering(200, '');
    const subscriber = { params: { path: { network_id: 'city', subscriber_id: 'IMSI001010000000001' } } };
    const { data } = await must(api.POST('/magma/v1/lte/{network_id}/subscribers/{subscriber_id}/activate', subscriber));
    expect(data).toBeUndefined();
    expectTypeOf<undefined>().toExtend<typeof data>();
    const user = await must(api.POST('/magma/v1/user', { body: { username: 'ann', password: 'secret' } }));
    expectTypeOf<undefined>().toExtend<typeof user.data>();
    const rule = { id: 'r', priority: 1, flow_list: [] };
    const made = await must(api.POST('/magma/v1/networks/{network_id}/policies/rules', { params: { path }, body: rule }));
    expectTypeOf<undefined>().toExtend<typeof made.data>();
    const name = await must(api.GET('/magma/v1/networks/{network_id}/name', { params: { path } }));
    expectTypeOf<undefined>().not.toExtend<typeof name.data>();
    const serial = { params: { path: { serial: 'AB' } }, body: { reason: 'lost' } };
    const revoked = await must(api.POST('/magma/v1/certificates/{serial}:revoke', serial));
    expectTypeOf<Model<'dry_run_report'>>().toExtend<typeof revoked.data>();
  });

  it('throws what the platform refuses', async () => {
    const refusal = { message: 'gone', code: 'not_found', request_id: 'r1' };
    const { api } = answering(404, JSON.stringify(refusal));
    const error = await must(api.GET('/magma/v1/networks/{network_id}', { params: { path } })).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(OrchestratorError);
    expect(error).toMatchObject({ status: 404, code: 'not_found', message: 'gone', requestId: 'r1', faults: [] });
  });

  it.each([
    ['a page of something in between', '<html>Bad gateway</html>'],
    ['JSON of another form', '{"error":"down"}'],
    ['nothing', ''],
  ])('throws a refusal that is %s', async (_, body) => {
    const { api } = answering(502, body, { 'x-request-id': 'r2' });
    const error = await must(api.GET('/magma/v1/networks')).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ status: 502, code: 'unknown', message: expect.stringContaining('502'), requestId: 'r2' });
  });
});

describe('ifMatch', () => {
  it('is the header, and never a guard that guards nothing', () => {
    expect(ifMatch('"17"')).toEqual({ 'If-Match': '"17"' });
    expect(() => ifMatch(undefined)).toThrow('without an ETag');
  });
});
