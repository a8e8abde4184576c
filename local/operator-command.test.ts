import { describe, expect, it } from 'vitest';
import { newToken } from '../core/identity/operator-token.ts';
import { FlagError } from './flags.ts';
import { operatorCommand, PartlyDone, readPolicy } from './operator-command.ts';
import { RefusedError, type RestClient } from './rest-client.ts';

interface Call {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

/** An API that answers what it is told to, and remembers what it was asked. */
function fakeApi(answers: Record<string, unknown>) {
  const calls: Call[] = [];
  const must: RestClient['must'] = async (method, path, body) => {
    // What only helps to warn is no part of what a command does.
    if (!['/magma/v1/networks', '/docs/openapi.json'].includes(path)) calls.push({ method, path, body });
    const answer = answers[`${method} ${path}`];
    if (answer instanceof Error) throw answer;
    return { status: 200, headers: {}, body: answer };
  };
  let closed = 0;
  const client: RestClient = { call: must, must, close: () => void (closed += 1) };
  return { calls, connect: () => client, closed: () => closed };
}

const policy = { effect: 'ALLOW', action: 'WRITE', resourceType: 'NETWORK_ID', resourceIDs: ['n1'] };

describe('policies on the command line', () => {
  it.each([
    ['allow:write:network:n1', policy],
    ['DENY:read:tenant:7', { effect: 'DENY', action: 'READ', resourceType: 'TENANT_ID', resourceIDs: ['7'] }],
    ['allow:read:uri:/magma/v1/a:b/**', { effect: 'ALLOW', action: 'READ', resourceType: 'URI', path: '/magma/v1/a:b/**' }],
    ['allow:read:all', { effect: 'ALLOW', action: 'READ', resourceType: 'URI', path: '**' }],
  ])('%s is read', (text, expected) => {
    expect(readPolicy(text)).toEqual(expected);
  });

  it.each(['', 'allow', 'allow:write:network', 'allow:write:all:x', 'maybe:read:network:n1'])('"%s" is refused', (text) => {
    expect(() => readPolicy(text)).toThrow('is no policy');
  });

  it.each(['allow:read:uri:/networks/n1/**', 'deny:write:uri:networks/n1/**'])('%s, which can match nothing, is refused', (text) => {
    expect(() => readPolicy(text)).toThrow(FlagError);
    expect(() => readPolicy(text)).toThrow(
      `"${text}" matches nothing, since every path begins with /magma/v1/: write "/magma/v1/networks/n1/**"`,
    );
  });
});

describe('operatorCommand', () => {
  it('adds an operator with a token, and shows password and token once', async () => {
    const api = fakeApi({ 'POST /magma/v1/user/ann/tokens?expires_in=60': { token: 'op_x', id: 'tok_1' } });
    const printed = await operatorCommand(['add', 'ann', 'allow:write:network:n1', '--expires-in', '60'], api.connect);
    expect(api.calls.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST /magma/v1/user',
      'POST /magma/v1/user/ann/tokens?expires_in=60',
    ]);
    expect(api.calls[1]?.body).toEqual([policy]);
    const sent = api.calls[0]?.body as { password: string } | undefined;
    expect(printed).toContain(`Password  ${sent?.password}\n`);
    expect(printed).toContain('op_x');
    expect(api.closed()).toBe(1);
  });

  it('leaves no operator behind whose token is refused', async () => {
    const api = fakeApi({ 'POST /magma/v1/user/ann/tokens?expires_in=1': new Error('refused') });
    await expect(operatorCommand(['add', 'ann', 'allow:read:all', '--expires-in', '1'], api.connect)).rejects.toThrow('refused');
    expect(api.calls.at(-1)).toMatchObject({ method: 'DELETE', path: '/magma/v1/user/ann' });
  });

  it('says why the token is refused also when the operator cannot be taken away again', async () => {
    const refused = (message: string) => new RefusedError('x', { status: 403, headers: {}, body: { message } });
    const api = fakeApi({ 'POST /magma/v1/user/ann/tokens': refused('the first'), 'DELETE /magma/v1/user/ann': refused('the second') });
    const lines: string[] = [];
    await expect(operatorCommand(['add', 'ann', 'allow:read:all'], api.connect, (line) => void lines.push(line))).rejects.toThrow(
      'The platform refuses this: the first',
    );
    expect(lines).toEqual(['ann was added nevertheless and could not be taken away again: npm run operator -- revoke ann']);
  });

  it.each([
    [['add', '..', 'allow:read:all']],
    [['token', '.', 'allow:read:all']],
    [['list', '..']],
    [['revoke', '..']],
    [['revoke', 'ann', '..']],
    [['revoke', 'ann', '']],
  ])('does not ask for what a URL would make something else of: %j', async (args) => {
    const api = fakeApi({});
    await expect(operatorCommand(args, api.connect)).rejects.toThrow(FlagError);
    expect(api.calls).toEqual([]);
  });

  it('tries an operator out with policies: what is wrong with these is told, that nobody has them yet is not', async () => {
    const path = 'POST /magma/v1/user/ann/tokens?dry_run=true';
    const refused = (status: number, message: string) => new RefusedError(path, { status, headers: {}, body: { message, code: 'x' } });
    const command = ['add', 'ann', 'allow:write:network:n1', '--dry-run'];
    const missed = fakeApi({ [path]: refused(404, 'user "ann" does not exist') });
    expect(await operatorCommand(command, missed.connect)).toBe('ann could be added; nothing was changed.\n');
    expect(missed.calls).toMatchObject([
      { path: '/magma/v1/user?dry_run=true' },
      { path: '/magma/v1/user/ann/tokens?dry_run=true', body: [policy] },
    ]);
    const forbidden = fakeApi({ [path]: refused(403, 'you may not give that') });
    await expect(operatorCommand(command, forbidden.connect)).rejects.toThrow(/^The platform refuses this: you may not give that$/);
  });

  it('warns of networks and paths that the platform does not have', async () => {
    const paths = {
      '/magma/v1/networks/{network_id}': {},
      '/magma/v1/lte/{network_id}/gateways/{gateway_id}': {},
      '/magma/v1/user/login': {},
    };
    const answers = { 'GET /magma/v1/networks': ['n1'], 'GET /docs/openapi.json': { paths }, 'POST /magma/v1/user/ann/tokens': {} };
    const warnings = async (...policies: string[]) => {
      const lines: string[] = [];
      await operatorCommand(['token', 'ann', ...policies], fakeApi(answers).connect, (line) => void lines.push(line));
      return lines;
    };
    expect(
      await warnings('allow:read:all', 'allow:write:network:n1', 'allow:read:network:*', 'deny:write:uri:/magma/v1/lte/n1/gateways/*'),
    ).toEqual([]);
    expect(await warnings('deny:write:uri:/magma/v1/user/login', 'allow:read:uri:**/gateways/*')).toEqual([]);
    expect(
      await warnings('deny:write:uri:/magma/v1/lte/n1/gateway/**', 'deny:read:network:n2', 'deny:read:uri:/magma/v1/lte/n3/**'),
    ).toEqual([
      'Warning: /magma/v1/lte/n1/gateway/** matches no operation of this platform: see /docs for its paths.',
      'Warning: there is no network "n2", or you may not read it.',
      'Warning: there is no network "n3", or you may not read it.',
    ]);
  });

  it('warns of nothing when it cannot ask', async () => {
    const lines: string[] = [];
    const api = fakeApi({
      'GET /magma/v1/networks': new Error('away'),
      'GET /docs/openapi.json': new Error('away'),
      'POST /magma/v1/user/ann/tokens': {},
    });
    await operatorCommand(
      ['token', 'ann', 'allow:write:network:n1', 'allow:read:uri:/magma/v1/x'],
      api.connect,
      (line) => void lines.push(line),
    );
    expect([lines.length, api.calls.length]).toEqual([0, 1]);
  });

  it('says in one line that nobody answers, and what to do', async () => {
    const api = fakeApi({ 'GET /magma/v1/user': Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }) });
    await expect(operatorCommand(['list'], api.connect)).rejects.toThrow(
      /^No platform answers at https:\/\/127\.0\.0\.1:9443 \(ECONNREFUSED\): start it with npm start, or say with --api where it is\.$/,
    );
    const strange = fakeApi({ 'GET /magma/v1/user': Object.assign(new Error('x'), { code: 'SELF_SIGNED_CERT_IN_CHAIN' }) });
    await expect(operatorCommand(['list', '--api', 'https://a:1'], strange.connect)).rejects.toThrow(
      'shown at https://a:1 is not to be trusted',
    );
    expect([api.closed(), strange.closed()]).toEqual([1, 1]);
    await expect(operatorCommand(['list', '--api', 'http://a'])).rejects.toThrow('--api has to be like');
  });

  it('lists operators, and the grants, certificates and tokens of one, without tokens themselves', async () => {
    const valid = 'GET /magma/v1/certificates?kind=operator&state=valid&page_token=';
    const certificate = { serial: 'A1', kind: 'operator', subject: 'ann', state: 'valid', not_after: 0 };
    const api = fakeApi({
      'GET /magma/v1/user': [{ username: 'ann', tokens: ['tok_1'], has_password: true, grants: 2 }],
      [valid]: { certificates: [certificate], page_token: 'a=' },
      [`${valid}a%3D`]: { certificates: [certificate], page_token: '' },
      'GET /magma/v1/user/a%2Fb/grants': [policy],
      'GET /magma/v1/user/a%2Fb/certificates': { certificates: [certificate] },
      'GET /magma/v1/user/idle/grants': [],
      'GET /magma/v1/user/idle/certificates': { certificates: [] },
      'GET /magma/v1/user/a%2Fb/tokens': [{ token: 'tok_1', id: 'tok_1', prefix: 'op_123456', policies: null, expires_at: 0 }],
    });
    expect(await operatorCommand(['list'], api.connect)).toBe('ann  1 tokens, password, 2 grants, 2 certificates\n');
    expect(await operatorCommand(['list', 'a/b'], api.connect)).toBe(
      'Grants, for certificates:\n    {"effect":"ALLOW","action":"WRITE","resourceType":"NETWORK_ID","resourceIDs":["n1"]}\n' +
        'A1  valid, ends 1970-01-01T00:00:00.000Z\n' +
        'tok_1  op_123456…  expires 1970-01-01T00:00:00.000Z, last used never\n    everything that the operator may\n',
    );
    expect(await operatorCommand(['list', 'idle'], api.connect)).toBe('No grants.\nNo certificates.\nNo tokens.\n');
  });

  it('grants policies, or none when that is said', async () => {
    const api = fakeApi({});
    expect(await operatorCommand(['grant', 'ann', 'allow:write:network:n1'], api.connect)).toBe(
      'Granted; it holds from the next request on.\n    {"effect":"ALLOW","action":"WRITE","resourceType":"NETWORK_ID","resourceIDs":["n1"]}\n',
    );
    await operatorCommand(['grant', 'ann', 'none'], api.connect);
    expect(await operatorCommand(['grant', 'ann', 'allow:read:all', '--dry-run'], api.connect)).toContain('nothing was changed');
    expect(api.calls).toMatchObject([
      { method: 'PUT', path: '/magma/v1/user/ann/grants', body: [policy] },
      { method: 'PUT', path: '/magma/v1/user/ann/grants', body: [] },
      { method: 'PUT', path: '/magma/v1/user/ann/grants?dry_run=true' },
    ]);
  });

  it('revokes a certificate of the operator that is named, and of no other', async () => {
    const certificate = { serial: 'A1', kind: 'operator', subject: 'ann', state: 'valid', not_after: 0 };
    const api = fakeApi({
      'GET /magma/v1/certificates/A1': certificate,
      'GET /magma/v1/certificates/B2': { ...certificate, kind: 'gateway' },
    });
    expect(await operatorCommand(['revoke', 'ann', '00:a1', '--dry-run'], api.connect)).toContain('nothing was changed');
    expect(api.calls[1]).toMatchObject({ method: 'POST', path: '/magma/v1/certificates/A1:revoke?dry_run=true' });
    await expect(operatorCommand(['revoke', 'bob', 'A1'], api.connect)).rejects.toThrow(
      'A1 was not revoked: it is no certificate of operator bob',
    );
    await expect(operatorCommand(['revoke', 'ann', 'B2'], api.connect)).rejects.toThrow(PartlyDone);
    expect(api.calls.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });

  it('revokes a token or an operator, or only tries to', async () => {
    const api = fakeApi({});
    expect(await operatorCommand(['revoke', 'ann', 'tok_1'], api.connect)).toBe('Revoked tok_1.\n');
    expect(await operatorCommand(['revoke', 'ann', '--dry-run'], api.connect)).toBe(
      'ann with all tokens and certificates could be revoked; nothing was changed.\n',
    );
    expect(api.calls.map(({ path }) => path)).toEqual(['/magma/v1/user/ann/tokens/tok_1', '/magma/v1/user/ann?dry_run=true']);
  });

  it('revokes every token that is named, and does not show a token that names itself', async () => {
    const api = fakeApi({});
    const token = `op_${'a'.repeat(49)}`;
    expect(await operatorCommand(['revoke', 'ann', 'tok_1', token, 'tok_1'], api.connect)).toBe('Revoked tok_1.\nRevoked op_aaaaaa….\n');
    expect(api.calls.map(({ path }) => path)).toEqual(['tok_1', token].map((each) => `/magma/v1/user/ann/tokens/${each}`));
  });

  it('goes on when one of several tokens cannot be revoked, and tells which', async () => {
    const missing = new RefusedError('DELETE', { status: 404, headers: {}, body: { message: 'no such token', code: 'not_found' } });
    const api = fakeApi({ 'DELETE /magma/v1/user/ann/tokens/tok_2': missing });
    await expect(operatorCommand(['revoke', 'ann', 'tok_1', 'tok_2', 'tok_3'], api.connect)).rejects.toMatchObject({
      constructor: PartlyDone,
      done: 'Revoked tok_1.\nRevoked tok_3.\n',
      message: 'tok_2 was not revoked: The platform refuses this: no such token',
    });
    expect([api.calls.length, api.closed()]).toEqual([3, 1]);
  });

  describe('revoke, of what it acts with itself,', () => {
    const acting = async (...args: string[]) => {
      const own = await newToken();
      const api = fakeApi({ 'GET /magma/v1/user/admin': { tokens: [own.id, 'tok_2'] }, 'GET /magma/v1/user/ann': { tokens: ['tok_3'] } });
      const command = args.map((word) => ({ OWN: own.id, ITSELF: own.token })[word] ?? word);
      const said = operatorCommand(command, () => ({ ...api.connect(), token: own.token }));
      const printed = await said.catch((error: unknown) => error);
      const deleted = api.calls.filter(({ method }) => method === 'DELETE').map(({ path }) => path.replace(own.id, 'OWN'));
      return { printed: printed instanceof FlagError ? `FlagError ${printed.message}` : String(printed), deleted };
    };

    it.each([
      [['admin'], /^FlagError admin is the operator that this command acts as: .* Say --force/],
      [['admin', 'OWN'], /^FlagError tok_\w+ is the token that this command acts with: .* Say --force/],
      [['admin', 'tok_2', 'ITSELF'], /^FlagError tok_\w+ is the token that this command acts with: .* Say --force/],
    ])('%j, says what would happen and asks for --force', async (args, text) => {
      const { printed, deleted } = await acting('revoke', ...args);
      expect(printed).toMatch(text);
      expect(deleted).toEqual([]);
    });

    it('does it with --force, and tells what that would do in a dry run', async () => {
      expect(await acting('revoke', 'admin', '--force')).toEqual({
        printed: 'Revoked admin with all tokens and certificates.\n',
        deleted: ['/magma/v1/user/admin'],
      });
      const tried = await acting('revoke', 'admin', 'OWN', '--dry-run');
      expect(tried.deleted).toEqual(['/magma/v1/user/admin/tokens/OWN?dry_run=true']);
      expect(tried.printed).toMatch(/could be revoked; nothing was changed\.\ntok_\w+ is the token that .* it takes --force\.\n$/);
      expect((await acting('revoke', 'admin', '--dry-run')).printed).toMatch(
        /\nadmin is the operator that this command acts as: .* it takes --force\.\n$/,
      );
    });

    it('asks for nothing when it is another token or operator', async () => {
      expect((await acting('revoke', 'ann')).deleted).toEqual(['/magma/v1/user/ann']);
      expect((await acting('revoke', 'admin', 'tok_2')).deleted).toEqual(['/magma/v1/user/admin/tokens/tok_2']);
    });
  });

  it.each([
    [['list', '--force'], '--force goes with revoke'],
    [['grant', 'ann', 'none', '--days', '7'], '--out and --days go with certificate'],
    [['certificate', 'ann', 'bob'], '"bob" is too much'],
    [['list', 'ann', 'extra'], '"extra" is too much'],
    [['list', '--expires-in', '60'], 'token NAME POLICY'],
    [['revoke', 'ann', '--expires-in', '60'], 'token NAME POLICY'],
    [['add', 'ann', '--expires-in', '60'], 'token NAME POLICY'],
  ])('refuses what %j would leave unheeded, and says what is meant', async (args, meant) => {
    const api = fakeApi({});
    const refused = operatorCommand(args, api.connect);
    await expect(refused).rejects.toBeInstanceOf(FlagError);
    await expect(refused).rejects.toThrow(meant);
    expect(api.calls).toEqual([]);
  });

  it('says what is wrong with a call, before it asks the API', async () => {
    const api = fakeApi({});
    for (const args of [
      ['fly'],
      ['add'],
      ['token', 'ann'],
      ['grant', 'ann'],
      ['grant', 'ann', 'none', 'none'],
      ['certificate'],
      ['certificate', 'ann', 'bob'],
      ['add', 'ann', 'x'],
      ['list', '--what'],
    ])
      await expect(operatorCommand(args, api.connect), args.join(' ')).rejects.toThrow();
    await expect(operatorCommand(['list', '--data', '/nowhere'])).rejects.toThrow('is not there');
    expect(api.calls).toEqual([]);
    expect(await operatorCommand([], api.connect)).toContain('npm run operator');
  });
});
