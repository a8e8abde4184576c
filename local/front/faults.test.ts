import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import { type AddressInfo, connect, createServer as createRelay } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type KeyPair, createAuthority, issueLeaf } from '../certificates.ts';
import { type Caller, call, openSocket } from '../fixture/client.ts';
import { type Front, openFront } from './front.ts';

const MAX_BODY = 100_000;
/** Milliseconds. */
const STALL = 200;
const chunk = new Uint8Array(10_000);

let root: KeyPair;
let server: KeyPair;
let certifier: KeyPair;
let caller: Caller;
let worker: Server;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let away: boolean;
let front: Front;
let api: string;

beforeAll(async () => {
  const now = new Date();
  [root, certifier] = await Promise.all([createAuthority('root', 10, now), createAuthority('certifier', 10, now)]);
  server = await issueLeaf(root, { commonName: 'localhost', days: 1, now, usage: 'server', names: [{ type: 'ip', value: '127.0.0.1' }] });
  caller = { ca: root.certificate };
});

/** A plain HTTP server stands in for workerd: it can be made to fail at will. */
beforeEach(async () => {
  away = false;
  answer = (request, response) => {
    let size = 0;
    request.on('data', (part: Buffer) => (size += part.length));
    request.on('end', () => response.end(JSON.stringify({ size, headers: request.headers })));
  };
  worker = createServer((request, response) => answer(request, response));
  await new Promise<void>((resolve) => worker.listen(0, '127.0.0.1', resolve));
  const { port } = worker.address() as AddressInfo;
  front = await openFront({
    host: '127.0.0.1',
    ports: { api: 0, controller: 0, bootstrap: 0 },
    server,
    certifier: certifier.certificate,
    secret: 'secret',
    upstream: () => (away ? undefined : new URL(`http://127.0.0.1:${port}`)),
    maxBody: MAX_BODY,
    handshakeTimeout: 300,
    headersTimeout: 300,
    stall: STALL,
  });
  api = `https://127.0.0.1:${front.ports.api}`;
});

afterEach(async () => {
  await front.close();
  worker.closeAllConnections();
  worker.close();
});

async function* chunks(count: number): AsyncGenerator<Uint8Array> {
  for (let index = 0; index < count; index += 1) yield chunk;
}

/** What comes back for bytes that no HTTP client would send. */
async function raw(text: string): Promise<{ head: string; body: string }> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({ host: '127.0.0.1', port: front.ports.api, ca: root.certificate }, () => socket.write(text));
    let received = '';
    socket.on('data', (data: Buffer) => (received += data.toString()));
    socket.on('error', reject);
    socket.on('close', () => {
      const [head = '', body = ''] = received.split('\r\n\r\n');
      resolve({ head, body });
    });
  });
}

describe('bodies', () => {
  it('pass up to the limit, with and without an announced length', async () => {
    expect(JSON.parse((await call(caller, api, { method: 'POST', body: new Uint8Array(MAX_BODY) })).text)).toMatchObject({
      size: MAX_BODY,
    });
    expect(JSON.parse((await call(caller, api, { method: 'PUT', body: chunks(10) })).text)).toMatchObject({ size: MAX_BODY });
    expect(
      JSON.parse((await call(caller, api, { method: 'DELETE', body: chunks(1), headers: { 'transfer-encoding': 'chunked' } })).text),
    ).toMatchObject({ size: 10_000 });
    expect(JSON.parse((await call(caller, api, { method: 'POST' })).text)).toMatchObject({ size: 0 });
  });

  it('over the limit are refused with 413, announced or not', async () => {
    for (const body of [new Uint8Array(MAX_BODY + 1), chunks(500)]) {
      const refused = await call(caller, api, { method: 'POST', body });
      expect(refused.status).toBe(413);
      expect(JSON.parse(refused.text)).toEqual({
        message: `The body is larger than ${MAX_BODY} bytes.`,
        code: 'too_large',
        request_id: expect.any(String),
      });
    }
    expect((await call(caller, api)).status).toBe(200);
  });

  it('stream back as they are made', async () => {
    answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/octet-stream' });
      response.write('first');
      setTimeout(() => response.end('second'), 20);
    };
    expect((await call(caller, api)).text).toBe('firstsecond');
  });
});

describe('requests that are not well formed', () => {
  it('get 431 for a header over 32 KiB', async () => {
    const refused = await raw(`GET / HTTP/1.1\r\nHost: a\r\nX-Large: ${'x'.repeat(33 * 1024)}\r\n\r\n`);
    expect(refused.head).toContain('431');
    expect(JSON.parse(refused.body)).toMatchObject({ code: 'too_large' });
  });

  it('get 400 for what is not HTTP, and for an upgrade to anything but websocket', async () => {
    for (const text of [
      'hello there\r\n\r\n',
      'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ]) {
      const refused = await raw(text);
      expect(refused.head).toContain(' 400 ');
      expect(JSON.parse(refused.body)).toMatchObject({ code: 'invalid', request_id: expect.any(String) });
    }
  });

  it('get 414 for a path over 32 KiB, and 431 when the head as a whole is beyond 64', async () => {
    const long = await raw(`GET /${'x'.repeat(33 * 1024)} HTTP/1.1\r\nHost: a\r\n\r\n`);
    expect(long.head).toContain(' 414 ');
    expect(JSON.parse(long.body)).toMatchObject({ code: 'uri_too_long', request_id: expect.any(String) });
    expect((await raw(`GET /${'x'.repeat(65 * 1024)} HTTP/1.1\r\nHost: a\r\n\r\n`)).head).toContain(' 431 ');
    const upgrade = `GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX-Large: ${'x'.repeat(33 * 1024)}\r\n\r\n`;
    expect((await raw(upgrade)).head).toContain(' 431 ');
  });

  it.each([
    ['without Host', 'GET / HTTP/1.1\r\n\r\n', 400, 'invalid'],
    ['with a Host that holds a path', 'GET / HTTP/1.0\r\nHost: a/b\r\n\r\n', 400, 'invalid'],
    ['with two of HTTP/1.0', 'GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n', 400, 'invalid'],
    ['that expect what nobody does', 'POST / HTTP/1.1\r\nHost: a\r\nExpect: foo\r\nContent-Length: 2\r\n\r\n{}', 417, 'invalid'],
    ['for a tunnel', 'CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n', 405, 'method_not_allowed'],
  ])('%s are told so with the envelope', async (_, text, status, code) => {
    const { head, body } = await raw(text);
    expect(head).toContain(` ${status} `);
    expect(JSON.parse(body)).toEqual({ message: expect.any(String), code, request_id: expect.any(String) });
    if (status === 405) expect(head).toContain('allow: GET, HEAD, POST, PUT, DELETE');
  });

  it('without Host are taken as HTTP/1.0, which knows none', async () => {
    const { head, body } = await raw('GET / HTTP/1.0\r\n\r\n');
    expect(head).toContain(' 200 ');
    expect(JSON.parse(body)).toMatchObject({ headers: { host: 'localhost' } });
  });

  it('get 408 when the header does not come in time', async () => {
    const refused = await raw('GET / HTTP/1.1\r\nHost: a\r\n');
    expect(refused.head).toContain('408');
    expect(JSON.parse(refused.body)).toMatchObject({ code: 'timeout' });
  });
});

describe('a handshake that is not gone on with', () => {
  it('is cut off without an answer, which nobody could read as one', async () => {
    // What the client says after the first flight of the server never comes through.
    const after = await new Promise<number>((resolve) => {
      let received = 0;
      let flight: number | undefined;
      const relay = createRelay((client) => {
        const upstream = connect(front.ports.api, '127.0.0.1');
        client.once('data', (hello: Buffer) => {
          upstream.write(hello);
          client.once('data', () => (flight = received));
        });
        upstream.on('data', (data: Buffer) => {
          received += data.length;
          client.write(data);
        });
        upstream.on('close', () => {
          client.destroy();
          relay.close();
          resolve(received - (flight ?? Number.NaN));
        });
      });
      relay.listen(0, '127.0.0.1', () => {
        const { port } = relay.address() as AddressInfo;
        connectTls({ host: '127.0.0.1', port, ca: root.certificate }).on('error', () => undefined);
      });
    });
    expect(after).toBe(0);
    expect((await call(caller, api)).status).toBe(200);
  });
});

describe('a runtime that is not well', () => {
  it('away gives 503 with Retry-After, for requests and handshakes', async () => {
    away = true;
    const refused = await call(caller, api, { method: 'POST', body: 'x' });
    expect(refused).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
    expect(JSON.parse(refused.text)).toMatchObject({ code: 'unavailable' });
    expect(await openSocket(caller, api)).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
  });

  it('not listening gives 503', async () => {
    await new Promise((resolve) => worker.close(resolve));
    expect((await call(caller, api)).status).toBe(503);
    expect(await openSocket(caller, api)).toMatchObject({ status: 503 });
  });

  it('breaking off before an answer gives 502', async () => {
    answer = (request) => request.socket.destroy();
    const refused = await call(caller, api, { method: 'POST', body: 'x' });
    expect(refused.status).toBe(502);
    expect(JSON.parse(refused.text)).toMatchObject({ code: 'unavailable' });
  });

  it('breaking off within an answer breaks the answer off too', async () => {
    answer = (request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half');
      setTimeout(() => request.socket.destroy(), 20);
    };
    await expect(call(caller, api)).rejects.toThrow();
    answer = (_request, response) => response.end('well again');
    expect((await call(caller, api)).text).toBe('well again');
  });

  it('is told when a caller goes away', async () => {
    const gone = new Promise<void>((resolve) => {
      answer = (request) => request.on('close', () => resolve());
    });
    const socket = connectTls({ host: '127.0.0.1', port: front.ports.api, ca: root.certificate }, () => {
      socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n', () => setTimeout(() => socket.destroy(), 30));
    });
    await gone;
  });
});

describe('a caller who goes away within an answer', () => {
  it('resets the connection to the runtime, which would not notice a plain close while it has nothing to write', async () => {
    const gone = new Promise<NodeJS.ErrnoException>((resolve) => {
      answer = (request, response) => {
        request.socket.on('error', resolve);
        response.write('first');
      };
    });
    const socket = connectTls({ host: '127.0.0.1', port: front.ports.api, ca: root.certificate }, () => {
      socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    });
    socket.once('data', () => socket.destroy());
    expect((await gone).code).toBe('ECONNRESET');
    answer = (_request, response) => response.end('well');
    expect((await call(caller, api)).text).toBe('well');
  });
});

describe('a WebSocket whose client takes nothing', () => {
  /** A socket that the worker writes to as fast as it is taken; answers its end at the worker's. */
  async function flooded(): Promise<{ client: TLSSocket; server: Duplex; taken: () => number }> {
    let taken = 0;
    const joined = new Promise<Duplex>((resolve) => {
      worker.on('upgrade', (_request, socket) => {
        socket.on('error', () => undefined);
        socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
        const fill = (): void => {
          while (socket.write(chunk));
        };
        socket.on('drain', fill);
        fill();
        resolve(socket);
      });
    });
    const client = connectTls({ host: '127.0.0.1', port: front.ports.api, ca: root.certificate }, () => {
      client.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    });
    client.on('error', () => undefined);
    client.on('data', (data: Buffer) => (taken += data.length));
    return { client, server: await joined, taken: () => taken };
  }

  it('is cut off at both ends after a while, and not while it takes anything', async () => {
    const { client, server, taken } = await flooded();
    // Far more than all buffers on the way hold, and three times as long as a client may be stuck.
    const until = performance.now() + 3 * STALL;
    while (taken() < 50_000_000 || performance.now() < until) await new Promise((resolve) => client.once('data', resolve));
    expect(server.destroyed).toBe(false);
    const gone = new Promise((resolve) => server.once('close', resolve));
    client.pause();
    await gone;
    client.destroy();
  });
});

describe('closing', () => {
  it('frees the ports even while connections are open', async () => {
    answer = () => {};
    const waiting = call(caller, api).catch((error: unknown) => error);
    await new Promise((resolve) => worker.once('request', resolve));
    await front.close();
    expect(await waiting).toBeInstanceOf(Error);
    await expect(call(caller, api)).rejects.toThrow('ECONNREFUSED');
  });
});
