import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GrpcStatus } from '../../core/wire/grpc.ts';
import { backoffDelay, RECONNECT } from './backoff.ts';
import type { End } from './outcome.ts';
import { judge } from './outcome.ts';

const closed = (code: number): End => ({ kind: 'closed', code, reason: '' });
const refused = (status: number, code: string, retryAfterMs?: number): End => ({
  kind: 'refused',
  status,
  code,
  message: 'm',
  retryAfterMs,
});

describe('back-off', () => {
  it('is drawn evenly from 0 to a bound that doubles from 0.5 s to 30 s', () => {
    const bounds = [0, 1, 2, 3, 4, 5, 6, 7, 50].map((n) => backoffDelay(n, 1, RECONNECT));
    expect(bounds).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
    expect(backoffDelay(3, 0, RECONNECT)).toBe(0);
    expect(backoffDelay(3, 0.25, RECONNECT)).toBe(1000);
  });

  it('never leaves its bounds, even after very many failures', () => {
    fc.assert(
      fc.property(fc.nat(100_000), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (failures, chance) => {
        const delay = backoffDelay(failures, chance, RECONNECT);
        return delay >= 0 && delay < 30_000;
      }),
      { seed: 1 },
    );
  });
});

describe('what follows from the end of a connection', () => {
  it.each(['certificate_required', 'certificate_unknown', 'certificate_expired', 'certificate_not_yet_valid', 'certificate_revoked'])(
    '%s: bootstrap again',
    (code) => {
      expect(judge(refused(403, code), RECONNECT)).toMatchObject({ bootstrap: true, leastMs: 0, bug: false });
    },
  );

  it.each(['unregistered_gateway', 'not_a_gateway'])('%s: try later', (code) => {
    expect(judge(refused(403, code), RECONNECT)).toMatchObject({ bootstrap: false, leastMs: 60_000 });
  });

  it('overload: back off, and heed Retry-After', () => {
    expect(judge(refused(429, 'overloaded', 7000), RECONNECT)).toMatchObject({ bootstrap: false, leastMs: 7000, bug: false });
    expect(judge(refused(503, 'unavailable'), RECONNECT)).toMatchObject({ leastMs: 0, bug: false });
  });

  it('an unsupported protocol is a bug', () => {
    expect(judge(refused(400, 'unsupported_protocol'), RECONNECT)).toMatchObject({ bug: true, bootstrap: false });
  });

  it('follows the table of close codes', () => {
    expect(judge(closed(1001), RECONNECT)).toMatchObject({ bootstrap: false, leastMs: 0, bug: false });
    expect(judge(closed(1006), RECONNECT)).toMatchObject({ bootstrap: false, leastMs: 0, bug: false });
    for (const code of [1003, 1009, 4400, 4411])
      expect(judge(closed(code), RECONNECT)).toMatchObject({ bug: true, bootstrap: false, leastMs: 0 });
    expect(judge(closed(4401), RECONNECT)).toMatchObject({ bootstrap: true, bug: false });
    expect(judge(closed(4403), RECONNECT)).toMatchObject({ bootstrap: false, leastMs: 60_000 });
    expect(judge(closed(4408), RECONNECT)).toMatchObject({ bootstrap: false, leastMs: 0, bug: false });
    expect(judge(closed(4409), RECONNECT)).toMatchObject({ bootstrap: false, leastMs: 30_000 });
  });

  it('refuses calls meanwhile as magmad has to hear it: only what is about this gateway and its certificate has it bootstrap', () => {
    const codeOf = (end: End) => judge(end, RECONNECT).code;
    const refusals = [refused(401, 'certificate_required'), refused(403, 'unregistered_gateway'), closed(4401), closed(4403)];
    expect(refusals.map(codeOf)).toEqual(refusals.map(() => GrpcStatus.PERMISSION_DENIED));
    const others = [
      refused(429, 'overloaded'),
      refused(503, 'unavailable'),
      refused(400, 'x'),
      closed(1001),
      closed(1006),
      closed(4409),
      closed(4410),
    ];
    expect(others.map(codeOf)).toEqual(others.map(() => GrpcStatus.UNAVAILABLE));
    expect(codeOf({ kind: 'failed', reason: 'alert', tlsAlert: true })).toBe(GrpcStatus.PERMISSION_DENIED);
    expect(codeOf({ kind: 'failed', reason: 'ECONNREFUSED', tlsAlert: false })).toBe(GrpcStatus.UNAVAILABLE);
    // 1006 is no code that anybody sent.
    expect(judge(closed(1006), RECONNECT).reason).toBe('the connection broke');
  });

  it('a TLS alert about our certificate leads to a new one, a dead network does not', () => {
    expect(judge({ kind: 'failed', reason: 'alert', tlsAlert: true }, RECONNECT).bootstrap).toBe(true);
    expect(judge({ kind: 'failed', reason: 'ECONNREFUSED', tlsAlert: false }, RECONNECT).bootstrap).toBe(false);
  });
});
