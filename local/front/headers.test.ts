import { describe, expect, it } from 'vitest';
import { namesHost, requestHeaders, responseHeaders } from './headers.ts';

describe('requestHeaders', () => {
  it('drops what could forge identity, in any case', () => {
    const forged = [
      'Mf-Cf-Blob',
      'MF-Original-URL',
      'CF-Ray',
      'cf-connecting-ip',
      'X-Forwarded-Proto',
      'X-MAGMA-client-cert-SERIAL',
      'x-orc8r-door',
      'Forwarded',
      'X-Real-IP',
      'Client-Cert',
    ];
    expect(requestHeaders(forged.flatMap((name) => [name, 'forged']))).toEqual([]);
  });

  it('drops what speaks of one connection, also when Connection names it', () => {
    expect(
      requestHeaders([
        'Connection',
        'keep-alive, X-Mine',
        'X-Mine',
        '1',
        'Transfer-Encoding',
        'chunked',
        'TE',
        'trailers',
        'Upgrade',
        'h2c',
        'Accept',
        '*/*',
      ]),
    ).toEqual(['Accept', '*/*']);
  });

  it('has an If-Match that says nothing say so, since the runtime would take it away', () => {
    expect(requestHeaders(['If-Match', '', 'X-Empty', '', 'if-match', '"7"'])).toEqual(['If-Match', ',', 'X-Empty', '', 'if-match', '"7"']);
  });

  it('keeps everything else as it was written, repeated names too', () => {
    const raw = [
      'Host',
      'api.orc8r.test',
      'Cookie',
      'a=1',
      'Cookie',
      'b=2',
      'Authorization',
      'Bearer t',
      'Sec-WebSocket-Protocol',
      'orc8r.v1',
    ];
    expect(requestHeaders(raw)).toEqual(raw);
  });
});

describe('responseHeaders', () => {
  it('keeps what the Worker says of itself and drops what speaks of one connection', () => {
    expect(
      responseHeaders([
        'Set-Cookie',
        'a',
        'Set-Cookie',
        'b',
        'Connection',
        'keep-alive',
        'Keep-Alive',
        'timeout=5',
        'Transfer-Encoding',
        'chunked',
      ]),
    ).toEqual(['Set-Cookie', 'a', 'Set-Cookie', 'b']);
  });
});

describe('namesHost', () => {
  it.each(['localhost', 'api.orc8r.test:9443', '127.0.0.1:1', '[::1]', '[fe80::1]:443', 'under_score'])('takes %j', (host) => {
    expect(namesHost(['Accept', '*/*', 'Host', host])).toBe(true);
  });

  it.each(['', 'a/b', String.raw`a\b`, 'a#', 'a?', 'x@a', 'a:b', 'a:123456', ' ', 'a b', '[::1'])('does not take %j', (host) => {
    expect(namesHost(['host', host])).toBe(false);
  });

  it('takes one, and demands one', () => {
    expect(namesHost([])).toBe(false);
    expect(namesHost(['Host', 'a', 'host', 'a'])).toBe(false);
  });
});
