import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TestApi, testApi } from '../../../test/support/context.ts';
import { routes } from './index.ts';

describe('release channels', () => {
  let api: TestApi;
  beforeEach(() => {
    api = testApi(routes);
  });
  afterEach(() => api.d1.close());

  const stable = { id: 'stable', name: 'Stable', supported_versions: ['1.0', '1.1'] };
  const bare = { id: 'beta', supported_versions: [] };

  it('are made, read back, listed, replaced and deleted', async () => {
    expect(await api.call('GET', '/channels')).toMatchObject({ status: 200, body: [], trips: 1 });
    expect(await api.call('POST', '/channels', { body: stable })).toMatchObject({ status: 201, body: undefined, trips: 2 });
    expect(await api.call('POST', '/channels', { body: bare })).toMatchObject({ status: 201, trips: 2 });
    expect(await api.call('GET', '/channels/stable')).toMatchObject({ body: stable, trips: 1 });
    expect(await api.call('GET', '/channels/beta')).toMatchObject({ body: bare });
    expect((await api.call('GET', '/channels')).body).toEqual(['beta', 'stable']);
    const changed = { id: 'stable', supported_versions: ['2.0'] };
    expect(await api.call('PUT', '/channels/stable', { body: changed })).toMatchObject({ status: 204, trips: 2 });
    expect((await api.call('GET', '/channels/stable')).body).toEqual(changed);
    expect(await api.call('DELETE', '/channels/stable')).toMatchObject({ status: 204, trips: 2 });
    expect((await api.call('DELETE', '/channels/stable')).status).toBe(204);
    expect((await api.call('GET', '/channels')).body).toEqual(['beta']);
  });

  it('live in a network that nobody sees or reaches', async () => {
    await api.call('POST', '/channels', { body: stable });
    expect((await api.call('GET', '/networks')).body).toEqual([]);
    expect((await api.refusal('GET', '/networks/@internal')).code).toBe('not_found');
    expect((await api.refusal('DELETE', '/networks/%40internal')).code).toBe('not_found');
    expect((await api.call('GET', '/channels/stable')).status).toBe(200);
  });

  it('refuse what cannot be', async () => {
    await api.call('POST', '/channels', { body: stable });
    expect((await api.refusal('POST', '/channels', { body: stable })).code).toBe('conflict');
    expect((await api.refusal('GET', '/channels/none')).code).toBe('not_found');
    expect((await api.refusal('PUT', '/channels/none', { body: { ...stable, id: 'none' } })).code).toBe('not_found');
    expect((await api.refusal('PUT', '/channels/stable', { body: bare })).message).toContain('body.id');
    const faults = (await api.refusal('POST', '/channels', { body: { id: 'Stable' } })).faults.map((fault) => fault.path);
    expect(faults).toEqual(['body.id', 'body.supported_versions']);
    const ifMatch = '"old"';
    expect((await api.refusal('PUT', '/channels/stable', { body: stable, ifMatch })).code).toBe('precondition_failed');
    expect((await api.refusal('DELETE', '/channels/stable', { ifMatch })).code).toBe('precondition_failed');
  });

  it('made at the same moment on a new platform are both kept', async () => {
    const answers = await Promise.all([stable, bare].map((body) => api.call('POST', '/channels', { body })));
    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
    expect((await api.call('GET', '/channels')).body).toEqual(['beta', 'stable']);
  });
});
