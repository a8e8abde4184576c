import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ErrorCode, invalid, OrcError } from '../core/errors.ts';
import { errorResponse } from './errors.ts';

const log = vi.spyOn(console, 'error');
beforeEach(() => void log.mockReset().mockImplementation(() => {}));
afterEach(() => void log.mockReset());

describe('errorResponse', () => {
  it.each<[ErrorCode, number]>([
    ['invalid', 400],
    ['unauthenticated', 401],
    ['forbidden', 403],
    ['not_found', 404],
    ['method_not_allowed', 405],
    ['conflict', 409],
    ['precondition_failed', 412],
    ['too_large', 413],
    ['uri_too_long', 414],
    ['too_many', 429],
    ['unsupported_media_type', 400],
    ['aborted', 409],
    ['timeout', 504],
    ['gateway_offline', 500],
    ['unavailable', 503],
    ['internal', 500],
  ])('answers %s with %i', async (code, status) => {
    const response = errorResponse(new OrcError(code, 'why'), 'r1');
    expect(response.status).toBe(status);
    expect(response.headers.get('content-type')).toContain('application/json');
    expect(response.headers.get('x-request-id')).toBe('r1');
    expect(await response.json()).toEqual({ message: 'why', code, request_id: 'r1' });
    expect(log).toHaveBeenCalledTimes(code === 'internal' ? 1 : 0);
  });

  it('prefers the finer reason, and lists faults', async () => {
    expect(await errorResponse(new OrcError('forbidden', 'why', { reason: 'certificate_expired' }), 'r').json()).toMatchObject({
      code: 'certificate_expired',
    });
    const faults = [{ path: 'body.id', message: 'is missing' }];
    expect(await errorResponse(invalid(faults), 'r').json()).toMatchObject({ code: 'invalid', faults });
  });

  it('says how to come in, and when to come again', () => {
    expect(errorResponse(new OrcError('unauthenticated', ''), 'r').headers.get('www-authenticate')).toBe(
      'Bearer realm="orc8r", Basic realm="orc8r"',
    );
    expect(errorResponse(new OrcError('unavailable', ''), 'r').headers.get('retry-after')).toBe('1');
    expect(errorResponse(new OrcError('too_many', '', { retryAfter: 300 }), 'r').headers.get('retry-after')).toBe('300');
    // Waiting alone does not help there.
    for (const code of ['too_many', 'conflict'] as const)
      expect(errorResponse(new OrcError(code, ''), 'r').headers.has('retry-after')).toBe(false);
  });

  it.each([new Error('password=hunter2'), 'password=hunter2', null])('logs an accident and tells nobody its text', async (error) => {
    const response = errorResponse(error, 'r7');
    expect(response.status).toBe(500);
    const text = await response.text();
    expect(text).not.toContain('hunter2');
    expect(JSON.parse(text)).toMatchObject({ code: 'internal', request_id: 'r7' });
    expect(log).toHaveBeenCalledWith('unexpected failure', 'r7', error);
  });
});
